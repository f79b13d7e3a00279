"""At the end of its term a dossier is nobody's: nothing says whose it was, and not one amount has changed."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import databases
import pytest
from click.testing import Result
from faults.traffic import AANBIEDER, BEGIN, DELFT, EIND, GEDECLAREERD_OP, Bericht, Dossier
from raw_bytes import stored_bytes
from region_state import PRESTATIES, TOEWIJZINGEN
from small_hub import VANDAAG, hub, key, running, send

from services.cli import bewaartermijn as command
from services.cli import example_messages, example_set
from services.cli.example_messages import Declaratie, Kop
from services.kernel.clients import bsn_hash
from services.kernel.privacy.bewaartermijn import grens, is_verstreken
from services.kernel.privacy.vergeten import zonder
from services.kernel.settings import Settings

TOEN = "2025-02-05 09:00:00.000000"
# Of the dossiers of 2025 the last day is 31 December.
WMO_LAATSTE_DAG, WMO_OVER = date(2040, 12, 31), date(2041, 1, 1)
JEUGD_LAATSTE_DAG, JEUGD_OVER = date(2045, 12, 31), date(2046, 1, 1)
EEN, TWEE, BLIJFT = 1000, 1001, 1002
JEUGDIGE = 900_000_001
NIETS = dict.fromkeys(command.Telling().json(), 0)


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERICHTENHUB_VANDAAG", VANDAAG)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two clients of the Wmo who claimed together, one whose care goes on for a year, and one of the Jeugdwet."""
    folder = tmp_path / "var"
    assert hub(folder, "init", "--voorbeeld").exit_code == 0
    with running(folder) as client:
        for nummer in (EEN, TWEE):
            send(client, folder, Dossier(nummer).wmo301())
        send(client, folder, Dossier(BLIJFT).wmo301(einddatum=date(2026, 12, 31)))
        assert send(client, folder, samen(EEN, TWEE))["oordeel"] == "goedgekeurd"
        assert send(client, folder, Dossier(BLIJFT).wmo323())["status"] == 201
        for dossier in (Dossier(EEN), Dossier(BLIJFT)):
            kenmerk = {"cohort": "oud", "bron": "FICTIEF"}
            path = f"/declaration/v1/kenmerken/wmo/{DELFT}/{dossier.nummer}"
            reply = client.put(path, json=kenmerk, headers=key(folder, DELFT))
            assert reply.is_success, reply.text
        broken = samen(EEN).inhoud.replace(b"<Eenheid>82", b"<Eenheid>stuks", 1)
        headers = {**key(folder, AANBIEDER), "content-type": "application/xml"}
        assert client.post("/declaration/v1/berichten", content=broken, headers=headers).status_code == 400
    laad_jeugd(folder, tmp_path)
    for dienst in databases.DIENSTEN:
        databases.change(folder, "UPDATE bericht SET ontvangen = '2025-02-05 09:00:00+00:00'", dienst)
        databases.change(folder, "UPDATE weigering SET ontvangen = '2025-02-05 09:00:00+00:00'", dienst)
        databases.change(folder, "UPDATE gebeurtenis SET tijdstip = '2025-02-05 09:00:00+00:00'", dienst)
    databases.change(
        folder, "UPDATE declaratie SET verwerkt_op = '2025-02-05 09:00:00+00:00' WHERE bericht IS NOT NULL"
    )
    return folder


def samen(*nummers: int) -> Bericht:
    """One 323 that claims January for several clients."""
    regels = []
    for nummer in nummers:
        toewijzing = Dossier(nummer).toewijzing
        claim = example_set.maandclaim(toewijzing, BEGIN)
        assert claim is not None
        regels.append(example_set.regel(bsn(nummer), f"REF{nummer}", toewijzing, claim))
    uit = BytesIO()
    begin, eind = example_set.tijdvak("3.2", BEGIN)
    kop = Kop(AANBIEDER, DELFT, f"SAMEN{len(nummers)}", GEDECLAREERD_OP)
    example_messages.write_323(uit, kop, Declaratie(f"SAMEN{len(nummers)}", begin, eind, regels))
    return Bericht("declaration", "WMO323", AANBIEDER, uit.getvalue())


def laad_jeugd(data: Path, tmp_path: Path) -> None:
    """A toewijzing of the Jeugdwet and a line on it, of before the hub."""
    wie = f"{DELFT},{AANBIEDER},{bsn(JEUGDIGE)}"
    wat = f"{JEUGDIGE},45,45A04,{BEGIN},{EIND},1,82,2,,,2024-12-16,10:00:00,3.2,jeugd"
    toewijzingen, prestaties = tmp_path / "toewijzingen.csv", tmp_path / "prestaties.csv"
    toewijzingen.write_text(f"{TOEWIJZINGEN},domein\n{wie},{wat}\n", "utf-8")
    tijdvak = "2025-01-01,2025-01-31"
    regel = f"HREF1,,{JEUGDIGE},45,45A04,{tijdvak},4,82,12000,48000,D,goedgekeurd,48000,2025-02-28,jeugd"
    prestaties.write_text(f"{PRESTATIES},domein\n{wie},3.2,declaratie,HDECL1,{tijdvak},{regel}\n", "utf-8")
    for wat, bestand in (("toewijzingen", toewijzingen), ("prestaties", prestaties)):
        loaded = hub(data, "laad", wat, bestand)
        assert loaded.exit_code == 0, loaded.output


def bsn(nummer: int) -> str:
    return example_set.persoon(nummer, DELFT).bsn if nummer != JEUGDIGE else example_set.test_bsns()[77]


def hash_van(data: Path, nummer: int) -> bytes:
    settings = Settings(data=data, **databases.settings_of(data))  # type: ignore[arg-type]
    return bsn_hash(bsn(nummer), settings.bsn_sleutel).encode()


def on(dag: date, data: Path, *arguments: object, **changes: Any) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BERICHTENHUB_VANDAAG", dag.isoformat())
        return hub(data, *arguments, **changes)


def erased(dag: date, data: Path, *arguments: object) -> dict[str, Any]:
    done = on(dag, data, "bewaartermijn", "--json", *arguments)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output)
    return found


def books(data: Path) -> list[Any]:
    """Everything that is money, and what reports make of it."""
    journaal = databases.content(data, "SELECT * FROM journaal ORDER BY nr")
    sums = "SELECT gemeente, domein, toewijzing, periode, aanbieder, productcode, toegewezen, gedeclareerd FROM stand"
    lines = "SELECT nr, bedrag, status, toegekend, te_betalen, gecrediteerd_door FROM prestatie ORDER BY nr"
    told = on(JEUGD_OVER, data, "verzilvering")
    checked = on(JEUGD_OVER, data, "journaal", "check")
    assert (told.exit_code, checked.exit_code) == (0, 0), checked.output
    rows = [databases.content(data, f"{sums} ORDER BY 1, 2, 3, 4, 5"), databases.content(data, lines)]
    return [journaal, *rows, told.output, checked.output]


def holding(data: Path, traces: bytes) -> set[str]:
    return {dienst for dienst in databases.DIENSTEN if traces in stored_bytes(data, dienst)}


# --- the term --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domein", "laatste", "nog", "over"),
    [
        ("wmo", date(2025, 12, 31), WMO_LAATSTE_DAG, WMO_OVER),
        ("jeugd", date(2025, 12, 31), JEUGD_LAATSTE_DAG, JEUGD_OVER),
        ("wmo", date(2024, 2, 28), date(2039, 2, 28), date(2039, 3, 1)),
        ("jeugd", date(2024, 2, 29), date(2044, 2, 29), date(2044, 3, 1)),
    ],
)
def test_a_term_is_over_on_the_day_after_its_last(domein: str, laatste: date, nog: date, over: date) -> None:
    assert over - nog == timedelta(days=1)
    assert not is_verstreken(laatste, domein, nog)
    assert is_verstreken(laatste, domein, over)


def test_the_limit_of_a_leap_day_is_one_that_exists() -> None:
    assert grens("wmo", date(2040, 2, 29)) == date(2025, 2, 28)


@pytest.mark.parametrize("dag", [date(2026, 2, 15), WMO_LAATSTE_DAG])
def test_within_the_term_no_dossier_is_erased(data: Path, dag: date) -> None:
    before = clients(data)

    found = erased(dag, data, "--voer-uit")

    assert [found[dienst]["dossiers"] for dienst in databases.DIENSTEN] == [0, 0]
    assert clients(data) == before


def clients(data: Path) -> list[Any]:
    return [databases.content(data, "SELECT * FROM client ORDER BY nr", dienst) for dienst in databases.DIENSTEN]


def test_what_is_due_is_shown_and_stays(data: Path) -> None:
    before = databases.snapshot(data)

    shown = erased(WMO_OVER, data)

    assert not shown["gewist"]
    assert databases.snapshot(data) == before
    assert {naam: aantal for naam, aantal in shown["allocation"].items() if aantal} == {
        "dossiers": 2,
        "toewijzingen": 2,
        "berichten": 2,
        "poststukken": 2,
    }
    due = shown["declaration"]
    assert (due["dossiers"], due["toewijzingen"], due["prestaties"], due["kenmerken"]) == (2, 2, 2, 1)
    assert due["weigeringen"] == 1
    assert "Te wissen" in on(WMO_OVER, data, "bewaartermijn").output


# --- erasing ---------------------------------------------------------------------------------------------------------


def test_after_the_term_nothing_says_whose_it_was_and_the_books_are_the_same(data: Path) -> None:
    before = books(data)
    for dienst in databases.DIENSTEN:
        assert hash_van(data, EEN) in stored_bytes(data, dienst)

    erased(WMO_OVER, data, "--voer-uit")

    for nummer in (EEN, TWEE):
        assert holding(data, hash_van(data, nummer)) == set()
        assert holding(data, f"REF{nummer}".encode()) == set()
        assert holding(data, f"T{nummer}".encode()) == set()
    assert holding(data, b"SAMEN2") == set()
    assert books(data) == before


def test_who_is_kept_is_kept_whole(data: Path) -> None:
    tables = ("prestatie WHERE toewijzing", "toewijzing WHERE nummer", "kenmerk_historie WHERE nummer")

    def kept() -> list[Any]:
        versions = f"SELECT * FROM toewijzing_versie WHERE nummer = {BLIJFT}"
        own = [databases.content(data, f"SELECT * FROM {table} = {BLIJFT}") for table in tables]
        return [*own, databases.content(data, versions, "allocation")]

    before = kept()
    erased(WMO_OVER, data, "--voer-uit")

    assert kept() == before
    for nummer in (BLIJFT, JEUGDIGE):
        assert holding(data, hash_van(data, nummer)) == set(databases.DIENSTEN)
    # The 301 of a dossier that is kept has the name that belongs to it.
    kept = databases.content(
        data, "SELECT identificatie FROM bericht JOIN inhoud ON bericht = bericht.nr", "allocation"
    )
    assert kept == [(f"T{BLIJFT}W",)]


def test_the_jeugdwet_has_five_years_more(data: Path) -> None:
    erased(JEUGD_LAATSTE_DAG, data, "--voer-uit")
    assert holding(data, hash_van(data, JEUGDIGE)) == set(databases.DIENSTEN)
    before = books(data)

    found = erased(JEUGD_OVER, data, "--voer-uit")

    assert (found["allocation"]["dossiers"], found["declaration"]["dossiers"]) == (1, 1)
    assert holding(data, hash_van(data, JEUGDIGE)) == set()
    assert holding(data, b"HREF1") == set()
    assert books(data) == before


def test_erasing_again_finds_nothing(data: Path) -> None:
    erased(JEUGD_OVER, data, "--voer-uit")
    before = databases.snapshot(data)

    again = erased(JEUGD_OVER, data, "--voer-uit")

    assert again == {"gewist": True, "allocation": NIETS, "declaration": NIETS}
    assert databases.snapshot(data) == before


def test_when_the_second_database_fails_the_command_finishes_it_later(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(command.declaration, "wis_oude", broken)
        assert on(WMO_OVER, data, "bewaartermijn", "--voer-uit").exit_code == 1

    assert holding(data, hash_van(data, EEN)) == set(databases.DIENSTEN)
    erased(WMO_OVER, data, "--voer-uit")
    assert holding(data, hash_van(data, EEN)) == set()


def test_erasing_is_told_in_the_trail_without_saying_of_whom(data: Path) -> None:
    erased(WMO_OVER, data, "--voer-uit")

    for dienst in databases.DIENSTEN:
        rows = databases.content(data, "SELECT oorzaak, detail FROM audit WHERE actie = 'bewaartermijn'", dienst)
        assert [oorzaak for oorzaak, _ in rows] == ["wettelijke termijn"]
        assert "dossiers 2" in rows[0][1]
    assert on(WMO_OVER, data, "audit", "check").exit_code == 0


def test_the_history_of_kenmerken_is_still_only_added_to(data: Path) -> None:
    erased(WMO_OVER, data, "--voer-uit")

    with pytest.raises(Exception, match="append-only"):
        databases.change(data, "DELETE FROM kenmerk_historie")
    assert databases.content(data, "SELECT * FROM wisrecht") == []


def test_who_reads_the_feed_from_the_start_again_gets_the_same_toewijzingen_of_nobody(data: Path) -> None:
    def feed() -> list[tuple[Any, ...]]:
        rows = databases.content(data, "SELECT nummer, toestand FROM feed ORDER BY nr", "allocation")
        told = [(nummer, json.loads(t) if isinstance(t, str) else t) for nummer, t in rows]
        return [(nummer, {naam: w for naam, w in t.items() if naam != "bsnHash"}) for nummer, t in told]

    before = feed()
    erased(WMO_OVER, data, "--voer-uit")

    assert feed() == before


# --- one person ------------------------------------------------------------------------------------------------------


def forget(dag: date, data: Path, nummer: int, monkeypatch: pytest.MonkeyPatch, *arguments: object) -> Result:
    monkeypatch.setattr(command, "_vraag_bsn", lambda: bsn(nummer))
    return on(dag, data, "vergeet", *arguments)


BINNEN = date(2026, 2, 15)


def test_within_the_term_a_person_is_forgotten_by_decision_only(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = forget(BINNEN, data, EEN, monkeypatch)

    assert refused.exit_code == 1
    assert "--besluit" in refused.output
    assert bsn(EEN) not in refused.output
    assert holding(data, hash_van(data, EEN)) == set(databases.DIENSTEN)


def test_care_that_goes_on_is_not_forgotten(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = forget(BINNEN, data, BLIJFT, monkeypatch, "--besluit", "FICTIEF")

    assert refused.exit_code == 1
    assert "loopt nog zorg" in refused.output
    assert holding(data, hash_van(data, BLIJFT)) == set(databases.DIENSTEN)


def test_a_person_is_forgotten_and_the_others_in_the_same_message_are_not(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = books(data)
    [(id,)] = databases.content(data, "SELECT id FROM bericht WHERE identificatie = 'SAMEN2'")

    done = forget(BINNEN, data, EEN, monkeypatch, "--besluit", "FICTIEF 2026-1")

    assert done.exit_code == 0, done.output
    assert holding(data, hash_van(data, EEN)) == set()
    assert holding(data, hash_van(data, TWEE)) == set(databases.DIENSTEN)
    assert books(data) == before
    with running(data) as client:
        kept = client.get(f"/declaration/v1/berichten/{id}/xml", headers=key(data, AANBIEDER)).content
    assert bsn(EEN).encode() not in kept
    assert b"REF1000" not in kept
    assert bsn(TWEE).encode() in kept
    for dienst in databases.DIENSTEN:
        rows = databases.content(data, "SELECT oorzaak, detail FROM audit WHERE actie = 'vergeet'", dienst)
        assert [oorzaak for oorzaak, _ in rows] == ["FICTIEF 2026-1"]


def test_after_the_term_a_person_is_forgotten_without_a_decision(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert forget(WMO_OVER, data, EEN, monkeypatch).exit_code == 0

    assert holding(data, hash_van(data, EEN)) == set()


@pytest.mark.dialects("sqlite")
def test_the_bsn_is_read_and_not_typed_on_the_line(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", BytesIO())
    for typed, refused in (("12345678", True), (bsn(EEN), False)):
        monkeypatch.setattr(command.sys, "stdin", _Stdin(typed))
        if refused:
            with pytest.raises(Exception, match="2"):
                command._vraag_bsn()
        else:
            assert command._vraag_bsn() == bsn(EEN)


class _Stdin:
    def __init__(self, typed: str) -> None:
        self.readline: Callable[[], str] = lambda: f"{typed}\n"

    def isatty(self) -> bool:
        return False


@pytest.mark.dialects("sqlite")
def test_a_message_about_one_person_goes_as_a_whole() -> None:
    content = samen(EEN).inhoud

    assert zonder(content, bsn(EEN)) is None


@pytest.mark.dialects("sqlite")
def test_a_number_that_stands_where_it_does_not_belong_takes_the_message_with_it() -> None:
    content = samen(EEN, TWEE).inhoud.replace(b"SAMEN2", f"X{bsn(EEN)}".encode())

    assert zonder(content, bsn(EEN)) is None
