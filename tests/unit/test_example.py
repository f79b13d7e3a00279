"""Example messages are valid at levels 1 and 2, and the same seed gives the same bytes."""

import io
import re
from collections import defaultdict
from datetime import date
from itertools import pairwise

import pytest
from stdnum.nl import bsn

from services.allocation import process as allocation
from services.cli import example, example_set
from services.cli.example import Vraag
from services.declaration import process as declaration
from services.declaration.message import read_declaratie
from services.kernel.catalogue import Berichtsoort, find
from services.kernel.explaining import explain
from services.kernel.reading import Schemas

SCHEMAS = Schemas()
SOORTEN = {
    "2.3": [find(naam, "2.3") for naam in ("WMO301", "WMO302", "WMO303", "WMO304")],
    "3.2": [find(naam, "3.2") for naam in ("WMO301", "WMO302", "WMO323", "WMO325")],
}
VANDAAG = date(2026, 2, 15)
# Aanbieder and gemeente of contracts per four weeks, and whether they work with a factuur.
VIER_WEKEN = [("75000003", "1842", False), ("75000003", "0603", False), ("75000003", "1926", True)]


def vraag(**changes: object) -> Vraag:
    defaults = {"gemeente": "0503", "aanbieder": "75000001", "prestaties": 10, "seed": 1, "vandaag": VANDAAG}
    return Vraag(**{**defaults, **changes})  # type: ignore[arg-type]


def vier_weken(**changes: object) -> dict[str, object]:
    """What makes a vraag one about the first contract per four weeks, unless changed."""
    return {"release": "2.3", "aanbieder": "75000003", "gemeente": "1842"} | changes


def message(soort: str, **changes: object) -> io.BytesIO:
    uit = io.BytesIO()
    example.write(uit, soort, vraag(**changes))
    uit.seek(0)
    return uit


def assert_passes(soort: Berichtsoort, stream: io.BytesIO) -> None:
    """No finding of level 1 or 2."""
    toets = {"allocation": allocation.toets_offline, "declaration": declaration.toets_offline}[soort.dienst]
    assert explain(stream, soort, SCHEMAS) == ()
    stream.seek(0)
    assert toets(soort, stream, SCHEMAS) == ()


@pytest.mark.parametrize("soort", SOORTEN["3.2"], ids=lambda soort: soort.naam)
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    ("aanbieder", "gemeente"), [("75000001", "0503"), ("75000001", "1926"), ("75000002", "0603"), ("75000003", "1783")]
)
def test_an_example_passes_levels_1_and_2(soort: Berichtsoort, seed: int, aanbieder: str, gemeente: str) -> None:
    assert_passes(soort, message(soort.naam, seed=seed, aanbieder=aanbieder, gemeente=gemeente, prestaties=25))


@pytest.mark.parametrize("soort", SOORTEN["2.3"], ids=lambda soort: soort.naam)
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("aanbieder", "gemeente", "factuur"), VIER_WEKEN)
def test_an_example_of_2_3_passes_levels_1_and_2(
    soort: Berichtsoort, seed: int, aanbieder: str, gemeente: str, factuur: bool
) -> None:
    wie = vier_weken(aanbieder=aanbieder, gemeente=gemeente, factuur=factuur)

    assert_passes(soort, message(soort.naam, seed=seed, prestaties=25, **wie))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("naam", "release", "aanbieder", "gemeente"),
    [
        *((naam, "3.2", "75000004", "0503") for naam in ("JW301", "JW302", "JW323", "JW325")),
        *((naam, "2.3", "75000005", "1842") for naam in ("JW301", "JW302", "JW303", "JW304")),
    ],
)
def test_an_example_of_the_jeugdwet_passes_levels_1_and_2(
    naam: str, release: str, aanbieder: str, gemeente: str, seed: int
) -> None:
    wie = {"release": release, "aanbieder": aanbieder, "gemeente": gemeente}

    assert_passes(find(naam, release), message(naam, seed=seed, prestaties=5, **wie))


@pytest.mark.parametrize(
    "dag", [date(2023, 2, 1), date(2024, 3, 1), date(2025, 1, 1), date(2026, 12, 31), date(2031, 6, 1)]
)
def test_an_example_can_be_made_on_any_day(dag: date) -> None:
    stream = message("WMO323", vandaag=dag, prestaties=5)

    assert declaration.toets_offline(find("WMO323", "3.2"), stream, SCHEMAS) == ()


@pytest.mark.parametrize("dag", [date(2023, 2, 27), date(2025, 1, 1), date(2027, 1, 4), date(2031, 6, 1)])
def test_an_example_of_2_3_can_be_made_on_any_day(dag: date) -> None:
    stream = message("WMO303", vandaag=dag, prestaties=5, **vier_weken())

    assert declaration.toets_offline(find("WMO303", "2.3"), stream, SCHEMAS) == ()


@pytest.mark.parametrize(
    ("dag", "begin", "eind"),
    [
        (date(2026, 1, 25), "2025-12-01", "2025-12-28"),
        (date(2026, 1, 26), "2025-12-29", "2026-01-25"),
        (date(2027, 1, 4), "2026-11-30", "2027-01-03"),
    ],
    ids=["the last day of P1", "the day after it", "after the long P13"],
)
def test_a_303_is_about_the_last_whole_four_weeks(dag: date, begin: str, eind: str) -> None:
    content = message("WMO303", vandaag=dag, **vier_weken()).getvalue().decode()

    assert re.findall(r"<b:(?:Begin|Eind)datum>([\d-]+)<", content)[:2] == [begin, eind]


@pytest.mark.parametrize(("soort", "codes"), [("WMO303", ("416", "448")), ("WMO304", ("417", "449"))])
def test_the_berichtcode_tells_a_factuur(soort: str, codes: tuple[str, str]) -> None:
    declaratie = message(soort, **vier_weken()).getvalue()
    factuur = message(soort, **vier_weken(gemeente="1926", factuur=True)).getvalue()

    assert [re.findall(rb"<BerichtCode>(\d+)<", een)[0].decode() for een in (declaratie, factuur)] == [*codes]


def test_a_declaratie_and_a_factuur_of_one_seed_share_no_number() -> None:
    """One aanbieder has one series of numbers, whatever contract it declares by."""
    numbers = [
        set(re.findall(r"<(?:b:)?(?:ReferentieNummer|DeclarantFactuurNummer)>(\w+)<", content))
        for content in (
            message("WMO303", **vier_weken()).getvalue().decode(),
            message("WMO303", **vier_weken(gemeente="1926", factuur=True)).getvalue().decode(),
        )
    ]

    assert numbers[0]
    assert not numbers[0] & numbers[1]


def test_a_seed_gives_the_same_bytes_again() -> None:
    assert message("WMO323", seed=7).getvalue() == message("WMO323", seed=7).getvalue()
    assert message("WMO323", seed=7).getvalue() != message("WMO323", seed=8).getvalue()


@pytest.mark.parametrize("aantal", [1, 2, 999, 12_000])
def test_a_declaratie_holds_the_asked_number_of_prestaties(aantal: int) -> None:
    soort = find("WMO323", "3.2")

    declaratie = read_declaratie(message("WMO323", prestaties=aantal), soort, SCHEMAS)

    assert len(list(declaratie.prestaties)) == aantal
    assert declaration.toets_offline(soort, message("WMO323", prestaties=aantal), SCHEMAS) == ()


def test_prestaties_are_spread_over_clients() -> None:
    declaratie = read_declaratie(message("WMO323", prestaties=100), find("WMO323", "3.2"), SCHEMAS)

    assert len(declaratie.clienten) >= 30


@pytest.mark.parametrize(("soort", "wie"), [("WMO323", {}), ("WMO303", vier_weken())], ids=["323", "303"])
def test_a_declaration_begins_with_what_the_301_of_its_seed_grants(soort: str, wie: dict[str, object]) -> None:
    granted = re.findall(rb"<ToewijzingNummer>(\d+)<", message("WMO301", seed=5, **wie).getvalue())
    claimed = re.findall(rb"<ToewijzingNummer>(\d+)<", message(soort, seed=5, **wie).getvalue())

    assert claimed[: len(granted)] == granted


def test_a_message_is_utf8_without_bom_and_with_crlf() -> None:
    content = message("WMO301").getvalue()

    assert content.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")
    content.decode("utf-8")


def test_without_a_contract_there_is_no_example() -> None:
    with pytest.raises(ValueError, match="geen contract van 75000003 met 0603"):
        message("WMO301", aanbieder="75000003", gemeente="0603")


def test_without_a_factuur_contract_there_is_no_factuur() -> None:
    with pytest.raises(ValueError, match=r"geen contract van 75000003 met 1842 \(release 2\.3, factuur\)"):
        message("WMO303", **vier_weken(factuur=True))


@pytest.mark.parametrize(
    ("soort", "wie", "dag"), [("WMO323", {}, date(2023, 1, 31)), ("WMO303", vier_weken(), date(2023, 1, 29))]
)
def test_before_the_first_tariff_there_is_no_example(soort: str, wie: dict[str, object], dag: date) -> None:
    with pytest.raises(ValueError, match="begint in 2023"):
        message(soort, vandaag=dag, **wie)


def test_test_bsns_begin_with_9999_and_pass_the_elfproef() -> None:
    bsns = example_set.test_bsns()

    assert len(bsns) == len(set(bsns)) > 9000
    assert all(bsn.is_valid(number) and number.startswith("9999") for number in bsns)


def test_every_example_tariff_is_a_multiple_of_four_cents_and_is_called_fictief() -> None:
    rows = example_set.rows("tarieven.csv")

    assert {int(row["tarief"].replace(".", "")) % 4 for row in rows} == {0}
    assert all(row["besluit"].startswith("FICTIEF") for row in rows)


def test_every_mapping_occurs_among_the_example_contracts() -> None:
    assert {row["mapping"] for row in example_set.rows("contracten.csv")} == {"W", "E", "P", "M"}


def test_every_rule_for_a_broken_period_occurs_among_the_contracts_per_four_weeks() -> None:
    rows = [row for row in example_set.rows("contracten.csv") if row["release"] == "2.3"]

    assert {row["gebroken"] for row in rows} == {"FULL", "WEEK", "DAY"}
    assert {row["vorm"] for row in rows} == {"declaratie", "factuur"}


def test_aanbieder_and_gemeente_have_one_release_and_one_vorm() -> None:
    """OP278 asks that of the vorm; of the release it keeps the example plain."""
    afspraken: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for row in example_set.rows("contracten.csv"):
        afspraken[row["aanbieder"], row["gemeente"]].add((row["release"], row["vorm"]))

    assert [wie for wie, gevonden in afspraken.items() if len(gevonden) > 1] == []


def test_where_the_hub_judges_it_judges_both_releases() -> None:
    assert {row["soorten"] for row in example_set.rows("mandaten.csv")} == {"WMO303 WMO323 JW303 JW323"}
    assert "0603" not in {row["gemeente"] for row in example_set.rows("mandaten.csv")}


def test_pijnacker_nootdorp_has_no_orh() -> None:
    lijst = example_set.voorbeeld().productlijsten["1926"]

    assert lijst
    assert not [code for code in lijst if code.startswith("ORH")]


@pytest.mark.parametrize(("aanbieder", "gemeente", "code"), [
    ("75000001", "0503", "SPF3"),
    ("75000001", "1783", "FIN2"),
    ("75000001", "1842", "DAG2"),
    ("75000001", "1926", "GEZ3"),
])  # fmt: skip
def test_month_claims_stay_within_the_toewijzing(aanbieder: str, gemeente: str, code: str) -> None:
    """W, E, P and M: the months add up to the whole grant and do not overlap."""
    begin, eind = date(2025, 2, 12), date(2025, 11, 5)
    toewijzing = example_set.toewijzing(aanbieder, gemeente, 1, code, begin, eind, date(2025, 1, 20))

    claims = [example_set.maandclaim(toewijzing, date(2025, maand, 1)) for maand in range(1, 13)]

    found = [claim for claim in claims if claim]
    assert found[0].begin == begin
    assert all(one.eind < other.begin for one, other in pairwise(found))
    eenheden = {"2": 39, "6": toewijzing.volume, "4": 10}[toewijzing.frequentie or ""]
    per_eenheid = toewijzing.volume if toewijzing.eenheid == "83" else 1
    assert sum(claim.volume for claim in found) == (eenheden or 0) * (per_eenheid or 0)


# Of 2025: a broken week at each end in P4 (24 March to 20 April) and P7 (16 June to 13 July).
BEGIN, EIND = date(2025, 4, 9), date(2025, 6, 25)
# A day in each of P2 to P9.
DAGEN = [date(2025, maand, 1) for maand in range(2, 10)]


@pytest.mark.parametrize(
    ("code", "delen"),
    [
        ("ORH3", [(2, 4), (4, 4), (4, 4), (2, 4)]),
        ("FIN2", [(12, 28), (28, 28), (28, 28), (10, 28)]),
        ("DAG2", [(1, 1), (1, 1), (1, 1), (1, 1)]),
    ],
    ids=["WEEK", "DAY", "FULL"],
)
def test_period_claims_follow_the_broken_periods_of_the_contract(code: str, delen: list[tuple[int, int]]) -> None:
    """What each period costs of the tariff, rounded half up once; the tariff stands in every line."""
    toewijzing = example_set.toewijzing("75000003", "1842", 1, code, BEGIN, EIND, date(2025, 3, 20))
    tarief = example_set.voorbeeld().tarieven.op("1842", "75000003", code, BEGIN)
    assert tarief is not None

    claims = [example_set.claim(toewijzing, dag) for dag in DAGEN]

    found = [claim for claim in claims if claim]
    assert [claim.bedrag for claim in found] == [(2 * tarief.bedrag * a + b) // (2 * b) for a, b in delen]
    assert {(claim.volume, claim.tarief) for claim in found} == {(1, tarief.bedrag)}
    assert (found[0].begin, found[-1].eind) == (BEGIN, EIND)
