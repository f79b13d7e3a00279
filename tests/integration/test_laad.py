"""`hub laad`: what a region ran before the hub is there afterwards, and nobody heard of it."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import databases
import pytest
from builders_23 import product23, wmo301_23
from databases import content, snapshot
from going_live import VANDAAG, hub, init, live
from laad_files import credit, prestaties, toewijzingen

from builders import bsn, prestatie, product, wmo301, wmo302, wmo323
from services.allocation.loading import laad_toewijzingen
from services.allocation.running_state import lees_rijen
from services.kernel.clients import open_bsn
from services.kernel.settings import Settings

INGEKORT = {"toewijzingsdatum": "2025-06-02", "einddatum": "2025-06-29", "reden_wijziging": "12"}
POSTBUS = "SELECT count(*) FROM postbus"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of a hub but the day."""
    for name in [name for name in os.environ if name.startswith("BERICHTENHUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BERICHTENHUB_VANDAAG", VANDAAG)


@pytest.fixture(scope="module")
def prepared(dialect: databases.Dialect, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return init(tmp_path_factory.mktemp("hub") / "var")


@pytest.fixture
def data(prepared: Path, tmp_path: Path) -> Path:
    return databases.copy(prepared, tmp_path / "var")


def laad(wat: str, data: Path, inhoud: str | dict[str, bytes], *options: object) -> Any:
    """`hub laad` of a CSV, or of a folder with these files."""
    if isinstance(inhoud, str):
        pad = data / f"{wat}.csv"
        pad.write_text(inhoud, encoding="utf-8")
    else:
        pad = data / wat
        for naam, xml in inhoud.items():
            (pad / naam).parent.mkdir(parents=True, exist_ok=True)
            (pad / naam).write_bytes(xml)
    return hub("laad", wat, pad, "--data", data, *options)


def geladen(wat: str, data: Path, inhoud: str | dict[str, bytes], *options: object) -> str:
    """What it says when it went well."""
    done = laad(wat, data, inhoud, *options)
    assert done.exit_code == 0, done.output
    return str(done.output)


def saldo(data: Path, rekening: str, waar: str = "1 = 1") -> int:
    query = f"SELECT sum(CASE naar WHEN '{rekening}' THEN bedrag ELSE -bedrag END) FROM journaal"
    return int(content(data, f"{query} WHERE '{rekening}' IN (van, naar) AND {waar}")[0][0] or 0)


# --- toewijzingen ----------------------------------------------------------------------------------------------------


def test_a_running_toewijzing_is_there_and_nobody_hears_of_it(data: Path) -> None:
    geladen("toewijzingen", data, toewijzingen())

    assert content(data, "SELECT nummer, aanbieder, vervallen FROM toewijzing") == [(1001, "75000001", 0)]
    assert content(data, "SELECT nummer, bericht FROM toewijzing_versie", "allocation") == [(1001, None)]
    assert content(data, POSTBUS, "allocation") == content(data, POSTBUS) == [(0,)]
    assert content(data, "SELECT count(*) FROM bericht", "allocation") == [(0,)]


def test_the_bsn_stands_in_the_one_table_of_clients_and_is_encrypted_there(data: Path) -> None:
    geladen("toewijzingen", data, toewijzingen())
    geladen("prestaties", data, prestaties())

    everything = snapshot(data)
    [(_, hashed, dicht)] = everything["allocation.client"]
    assert open_bsn(Settings(data=data).ring(), hashed, bytes(dicht)) == bsn(1)
    assert not any(bsn(1) in str(rows) for rows in everything.values())


def test_its_money_is_known_since_the_gemeente_decided_and_booked_now(data: Path) -> None:
    geladen("toewijzingen", data, toewijzingen())

    rows = content(data, "SELECT DISTINCT van, naar, bekend_op, geboekt_op FROM journaal")
    assert [(*wat, str(geboekt_op)[:10]) for *wat, geboekt_op in rows] == [
        ("begroting", "verplicht", "2024-12-16", datetime.now(UTC).date().isoformat())
    ]
    assert saldo(data, "verplicht") > 0


def test_each_version_has_its_own_day(data: Path) -> None:
    geladen("toewijzingen", data, toewijzingen({}, INGEKORT))

    heel = saldo(data, "verplicht", "bekend_op = '2024-12-16'")
    assert saldo(data, "verplicht", "bekend_op = '2025-06-02'") < 0
    assert 0 < saldo(data, "verplicht") < heel
    assert content(data, "SELECT einddatum FROM toewijzing") == [("2025-06-29",)]
    assert content(data, "SELECT count(*) FROM toewijzing_versie", "allocation") == [(2,)]


def test_a_report_as_known_before_the_hub_shows_what_was_known(data: Path) -> None:
    geladen("toewijzingen", data, toewijzingen({}, INGEKORT))
    geladen("prestaties", data, prestaties())

    def bedragen(peildatum: str) -> list[int]:
        shown = hub("verzilvering", "--data", data, "--peildatum", peildatum).output
        cellen = [cel.strip() for regel in shown.splitlines() if "0503" in regel for cel in regel.split("│")[2:4]]
        return [int(cel.replace(".", "").replace(",", "")) for cel in cellen]

    assert bedragen("2024-12-15") == []
    (voor, nog_niets), (na, gedeclareerd) = bedragen("2025-02-04"), bedragen("2025-02-05")
    assert (voor == na, nog_niets, gedeclareerd) == (True, 0, 48000)
    # On 1 June five periods have ended, on 31 December all of them: six of those were left by then.
    assert bedragen("2025-12-31")[0] == saldo(data, "verplicht")
    assert bedragen("2025-06-01")[0] < bedragen("2025-12-31")[0]


def test_a_folder_of_301s_of_both_releases_is_read_with_its_subfolders(data: Path) -> None:
    van_2_3 = wmo301_23(product23(nummer=2001, code="ORH3", categorie="01"), afzender="1842", ontvanger="75000003")
    said = geladen("toewijzingen", data, {"delft/een.xml": wmo301(), "md/twee.XML": van_2_3, "lees-mij.txt": b"-"})

    assert content(data, "SELECT gemeente, nummer, release FROM toewijzing ORDER BY 1") == [
        ("0503", 1001, "3.2"),
        ("1842", 2001, "2.3"),
    ]
    assert "2 versies ingelezen; van 2 bestanden stonden er 0 al." in said
    assert content(data, POSTBUS, "allocation") == [(0,)]


def test_a_toewijzing_and_a_prestatie_of_the_jeugdwet_are_of_their_own_domein(data: Path) -> None:
    jeugd = {"categorie": "45", "productcode": "45A04"}

    def met_domein(csv: str) -> str:
        kop, *rijen = csv.splitlines()
        return "\n".join([f"{kop},domein", *(f"{rij},jeugd" for rij in rijen)])

    geladen("toewijzingen", data, toewijzingen())
    geladen("toewijzingen", data, met_domein(toewijzingen(jeugd)))
    geladen("prestaties", data, prestaties())
    geladen("prestaties", data, met_domein(prestaties(jeugd)))

    assert content(data, "SELECT domein, nummer FROM toewijzing ORDER BY 1") == [("jeugd", 1001), ("wmo", 1001)]
    assert content(data, "SELECT domein, sum(bedrag) FROM journaal WHERE van = 'te_betalen' GROUP BY 1") == [
        ("jeugd", 48000),
        ("wmo", 48000),
    ]
    assert hub("journaal", "check", "--data", data).exit_code == 0


def test_a_301_that_was_read_in_is_known_when_it_is_sent(data: Path) -> None:
    geladen("toewijzingen", data, {"een.xml": wmo301()})

    with live(data) as services:
        again = services.send("0503", wmo301(), "allocation")
        other = services.send("0503", wmo301(product(nummer=1002)), "allocation")
    assert (again.nieuw, again.oordeel) == (False, "goedgekeurd")
    assert [b.retourcode for b in other.bevindingen] == ["9056"]


def test_a_302_that_comes_late_takes_back_what_a_301_brought(data: Path) -> None:
    geladen("toewijzingen", data, {"een.xml": wmo301()})

    with live(data) as services:
        services.send("75000001", wmo302(wmo301(), header_codes=("9056",), dagtekening="2026-02-10"), "allocation")
    hub("verzilvering", "--data", data)

    assert content(data, "SELECT vervallen FROM toewijzing") == [(1,)]
    assert saldo(data, "verplicht") == 0


def test_the_next_version_of_what_was_read_in_is_known_from_the_day_it_comes(data: Path) -> None:
    geladen("toewijzingen", data, toewijzingen())
    inkorting = product(toewijzingsdatum="2026-02-12", einddatum="2025-06-29", reden="12")

    with live(data) as services:
        services.send("0503", wmo301(inkorting, identificatie="T9", dagtekening="2026-02-12"), "allocation")
    hub("verzilvering", "--data", data)

    assert saldo(data, "verplicht", f"bekend_op = '{VANDAAG}'") < 0


def test_what_only_allocation_kept_is_booked_by_the_next_pull_as_if_it_had_been(data: Path) -> None:
    with live(data) as services, services.allocation.database.write() as conn:
        laad_toewijzingen(conn, services.allocation, *lees_rijen(toewijzingen({}, INGEKORT)))

    hub("verzilvering", "--data", data)

    assert content(data, "SELECT DISTINCT bekend_op FROM journaal ORDER BY 1") == [("2024-12-16",), ("2025-06-02",)]
    before = snapshot(data)
    assert "Niets nieuws" in geladen("toewijzingen", data, toewijzingen({}, INGEKORT))
    assert snapshot(data) == before


def test_reading_the_same_in_again_changes_nothing_and_says_so(data: Path) -> None:
    geladen("toewijzingen", data, toewijzingen({}, INGEKORT, {"toewijzingnummer": "1002", "bsn": bsn(2)}))
    geladen("toewijzingen", data, {"een.xml": wmo301(product(nummer=3001), identificatie="T3")})
    geladen("prestaties", data, prestaties({}, credit()))
    before = snapshot(data)

    rijen = geladen("toewijzingen", data, toewijzingen({}, INGEKORT, {"toewijzingnummer": "1002", "bsn": bsn(2)}))
    berichten = geladen("toewijzingen", data, {"een.xml": wmo301(product(nummer=3001), identificatie="T3")})
    regels = geladen("prestaties", data, prestaties({}, credit()))

    assert "Niets nieuws; van 3 rijen stonden er 3 al." in rijen
    assert "Niets nieuws; van 1 bestanden stonden er 1 al." in berichten
    assert "Niets nieuws; van 2 rijen stonden er 2 al." in regels
    assert snapshot(data) == before


def test_of_rows_that_are_half_new_the_new_half_is_read_in(data: Path) -> None:
    geladen("toewijzingen", data, toewijzingen())

    said = geladen("toewijzingen", data, toewijzingen({}, INGEKORT))

    assert "1 versies ingelezen; van 2 rijen stonden er 1 al." in said


def test_every_bad_row_is_named_and_nothing_is_kept(data: Path) -> None:
    before = snapshot(data)
    rijen = {"bsn": "999900007"}, {}, {"gemeente": "0599"}, {"eenheid": "99"}

    refused = laad("toewijzingen", data, toewijzingen(*rijen))

    assert refused.exit_code == 1
    assert [regel.partition(":")[0] for regel in refused.stderr.splitlines()] == [
        "Rij 2, kolom bsn",
        "Rij 4, kolom gemeente",
        "Rij 5, kolom eenheid",
        "Fout",
    ]
    assert "999900007" not in refused.output + refused.stderr
    assert snapshot(data) == before


def test_every_bad_file_is_named_and_nothing_is_kept(data: Path) -> None:
    before = snapshot(data)
    files = {"a.xml": b"<Bericht/>", "b.xml": wmo301(), "c.xml": wmo301(product(nummer=1002)), "d.xml": wmo323()}

    refused = laad("toewijzingen", data, files)

    assert refused.exit_code == 1
    assert [regel.partition(":")[0].partition(",")[0] for regel in refused.stderr.splitlines()] == [
        "a.xml",
        "c.xml",
        "d.xml",
        "Fout",
    ]
    assert snapshot(data) == before


def test_a_file_whose_name_may_hold_a_bsn_is_called_by_its_number(data: Path) -> None:
    refused = laad("toewijzingen", data, {"a.xml": wmo301(), f"client {bsn(1)}.xml": b"<Bericht/>"})

    assert refused.stderr.startswith("client #########.xml (bestand 2): ")
    assert bsn(1) not in refused.output + refused.stderr


def test_a_trial_shows_the_totals_and_keeps_nothing(data: Path) -> None:
    before = snapshot(data)

    said = geladen("toewijzingen", data, toewijzingen(), "--proef")

    assert "Proef, niets opgeslagen: 1 versies ingelezen" in said
    assert snapshot(data) == before


def test_what_a_person_should_look_at_is_told(data: Path) -> None:
    zonder = wmo301_23(product23(nummer=None), afzender="1842", ontvanger="75000003")
    done = laad("toewijzingen", data, {"a.xml": zonder, "b.xml": wmo301(ontvanger="75000003")})

    assert done.exit_code == 0
    assert done.stderr.splitlines() == [
        "a.xml: 02 SPF3 vanaf 2024-12-30: Geen ToewijzingNummer: het bericht telt, de toewijzing is niet opgeslagen.",
        "Let op: 1 toewijzing(en) zonder contract.",
    ]


# --- control totals --------------------------------------------------------------------------------------------------


def test_totals_that_agree_let_it_pass_and_others_refuse_the_whole(data: Path) -> None:
    geladen("toewijzingen", data, toewijzingen(), "--proef")
    before = snapshot(data)
    totalen = data / "totalen.csv"
    totalen.write_text("gemeente,toewijzingen,clienten,toegewezen\n0503,1,2,1\n0603,1,1,100\n", encoding="utf-8")

    refused = laad("toewijzingen", data, toewijzingen(), "--totalen", totalen)

    assert refused.exit_code == 1
    named = refused.stderr.splitlines()
    assert [regel.partition(":")[0] for regel in named] == [
        "Gemeente 0503, clienten",
        "Gemeente 0503, toegewezen",
        "Gemeente 0603, toewijzingen",
        "Gemeente 0603, clienten",
        "Gemeente 0603, toegewezen",
        "Fout",
    ]
    assert named[0] == "Gemeente 0503, clienten: ingelezen 1, in het totalenbestand 2"
    assert snapshot(data) == before


def test_the_totals_are_those_of_the_journal(data: Path) -> None:
    toewijzing = toewijzingen({}, {"toewijzingnummer": "1002"}, {"toewijzingnummer": "1003", "bsn": bsn(2)})
    geladen("toewijzingen", data, toewijzing)
    a = saldo(data, "verplicht")
    totalen = data / "totalen.csv"
    totalen.write_text(f"gemeente;toewijzingen;clienten;toegewezen\n0503;3;2;{a}\n", encoding="utf-8")

    assert "Niets nieuws" in geladen("toewijzingen", data, toewijzing, "--totalen", totalen)


def test_a_removed_toewijzing_is_read_in_and_counts_in_no_total(data: Path) -> None:
    weg = {"toewijzingsdatum": "2025-01-20", "einddatum": "2025-01-01", "reden_wijziging": "13"}
    totalen = data / "totalen.csv"
    totalen.write_text("gemeente,toewijzingen,clienten,toegewezen\n", encoding="utf-8")

    geladen("toewijzingen", data, toewijzingen({}, weg), "--totalen", totalen)

    assert saldo(data, "verplicht") == 0
    assert content(data, "SELECT count(*) FROM toewijzing_versie", "allocation") == [(2,)]


@pytest.mark.parametrize(
    ("inhoud", "fout"),
    [
        ("gemeente,clienten\n0503,1\n", "totalen.csv, rij 1: verwacht de kolommen"),
        ("gemeente,toewijzingen,clienten,toegewezen\n0503,een,1,1\n", "totalen.csv, rij 2, kolom toewijzingen"),
        ("gemeente,toewijzingen,clienten,toegewezen\n0503,1,1,1\n0503,1,1,1\n", "verwacht elke gemeente eenmaal"),
    ],
)
def test_totals_that_cannot_be_read_refuse_the_whole(data: Path, inhoud: str, fout: str) -> None:
    totalen = data / "totalen.csv"
    totalen.write_text(inhoud, encoding="utf-8")

    refused = laad("toewijzingen", data, toewijzingen(), "--totalen", totalen)

    assert (refused.exit_code, fout in refused.stderr) == (1, True)
    assert content(data, "SELECT count(*) FROM toewijzing") == [(0,)]


# --- prestaties ------------------------------------------------------------------------------------------------------


def test_an_approved_prestatie_is_booked_on_the_day_it_was_judged(data: Path) -> None:
    geladen("toewijzingen", data, toewijzingen())
    said = geladen("prestaties", data, prestaties())

    rows = content(data, "SELECT DISTINCT naar, bericht, bekend_op FROM journaal WHERE van = 'te_betalen'")
    assert rows == [("gedeclareerd", None, "2025-02-05")]
    assert saldo(data, "gedeclareerd") == 48000
    assert "480,00" in said
    assert hub("journaal", "check", "--data", data).exit_code == 0


def test_a_refused_prestatie_is_kept_and_books_nothing(data: Path) -> None:
    geladen("prestaties", data, prestaties({"status": "afgekeurd", "toegekend": ""}))

    assert content(data, "SELECT status, telt, toegekend FROM prestatie") == [("afgekeurd", 1, 0)]
    assert content(data, "SELECT count(*) FROM journaal") == [(0,)]
    assert hub("journaal", "check", "--data", data).exit_code == 0


def test_history_that_was_credited_and_claimed_again_ends_at_what_was_claimed_last(data: Path) -> None:
    geladen("toewijzingen", data, toewijzingen())
    opnieuw = {**credit(), "vorig": "", "referentienummer": "H0003", "debet_credit": "D", "volume": "3"}
    geladen("prestaties", data, prestaties({}, credit(), {**opnieuw, "bedrag": "36000", "toegekend": "36000"}))

    assert saldo(data, "gedeclareerd") == 36000
    assert content(data, "SELECT referentienummer FROM prestatie WHERE gecrediteerd_door NOTNULL") == [("H0001",)]
    assert hub("journaal", "check", "--data", data).exit_code == 0


def test_what_is_awarded_on_a_toewijzing_that_nobody_read_in_is_listed(data: Path) -> None:
    done = laad("prestaties", data, prestaties())

    assert done.stderr == (
        "Let op: 1 prestatie(s) op een toewijzing die de hub niet heeft, of die is verwijderd of ingekort.\n"
    )
    assert content(data, "SELECT soort, toewijzing FROM signaal") == [("declaratie-zonder-grondslag", 1001)]
    assert hub("journaal", "check", "--data", data).exit_code == 0


def test_every_bad_row_of_a_history_is_named_and_nothing_is_kept(data: Path) -> None:
    geladen("toewijzingen", data, toewijzingen())
    before = snapshot(data)
    rijen = {"bsn": bsn(2)}, {"status": "open"}, {"referentienummer": "H0009", "declaratienummer": "DH0009"}

    refused = laad("prestaties", data, prestaties(*rijen, {"declaratienummer": "DH0008", "referentienummer": "H0009"}))

    assert refused.exit_code == 1
    assert [regel.partition(":")[0] for regel in refused.stderr.splitlines()] == [
        "Rij 2, kolom bsn",
        "Rij 3, kolom status",
        "Rij 5, kolom referentienummer",
        "Fout",
    ]
    assert snapshot(data) == before


def test_totals_of_prestaties_refuse_the_whole_too(data: Path) -> None:
    before = snapshot(data)
    totalen = data / "totalen.csv"
    totalen.write_text("gemeente,prestaties,debet,credit,gedeclareerd\n0503,2,48000,48000,100\n", encoding="utf-8")

    refused = laad("prestaties", data, prestaties({}, credit()), "--totalen", totalen)

    assert refused.exit_code == 1
    assert refused.stderr.splitlines()[0] == ("Gemeente 0503, gedeclareerd: ingelezen 0,00, in het totalenbestand 1,00")
    assert snapshot(data) == before


# --- the first real messages -----------------------------------------------------------------------------------------


def codes(data: Path, *prestaties: dict[str, Any], **changes: Any) -> list[str | None]:
    """What the hub says to a 323 of January 2026 with these."""
    kop = {"dagtekening": "2026-02-10", "begin": "2026-01-01", "eind": "2026-01-31", **changes}
    with live(data) as services:
        return [b.retourcode for b in services.send("75000001", wmo323(*prestaties, **kop)).bevindingen]


@pytest.fixture
def met_geschiedenis(data: Path) -> Path:
    geladen("toewijzingen", data, toewijzingen({"einddatum": "2026-12-31"}))
    refused = {"referentienummer": "H0005", "status": "afgekeurd", "toegekend": ""}
    geladen("prestaties", data, prestaties({}, refused))
    return data


JANUARI = {"begin": "2025-01-01", "eind": "2025-01-31", "volume": 4, "tarief": 12000, "bedrag": 48000}


def test_a_credit_of_old_care_finds_its_debit(met_geschiedenis: Path) -> None:
    terug = prestatie(referentie="P9", vorig="H0001", dc="C", **JANUARI)

    assert codes(met_geschiedenis, terug) == []
    assert saldo(met_geschiedenis, "gedeclareerd") == 0
    assert hub("journaal", "check", "--data", met_geschiedenis).exit_code == 0


def test_old_care_that_was_approved_is_not_approved_again(met_geschiedenis: Path) -> None:
    assert "9389" in codes(met_geschiedenis, prestatie(referentie="P9", **JANUARI))


@pytest.mark.parametrize("nummer", ["H0001", "H0005"], ids=["approved", "refused"])
def test_a_number_of_before_the_hub_is_used(met_geschiedenis: Path, nummer: str) -> None:
    assert "8021" in codes(met_geschiedenis, prestatie(referentie=nummer, **JANUARI))


def test_a_declaratienummer_of_before_the_hub_is_used(met_geschiedenis: Path) -> None:
    assert codes(met_geschiedenis, prestatie(referentie="P9", **JANUARI), nummer="DH0001") == ["9333"]


def test_a_declaration_of_before_the_last_one_goes_back(met_geschiedenis: Path) -> None:
    december = {"begin": "2024-12-01", "eind": "2024-12-31"}

    assert codes(met_geschiedenis, prestatie(referentie="P9", **{**JANUARI, **december}), **december) == ["8214"]
