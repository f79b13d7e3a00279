"""Example messages are valid at levels 1 and 2, and the same seed gives the same bytes."""

import io
import re
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
SOORTEN = [find(naam, "3.2") for naam in ("WMO301", "WMO302", "WMO323", "WMO325")]
VANDAAG = date(2026, 2, 15)


def vraag(**changes: object) -> Vraag:
    defaults = {"gemeente": "0503", "aanbieder": "75000001", "prestaties": 10, "seed": 1, "vandaag": VANDAAG}
    return Vraag(**{**defaults, **changes})  # type: ignore[arg-type]


def message(soort: str, **changes: object) -> io.BytesIO:
    uit = io.BytesIO()
    example.write(uit, soort, vraag(**changes))
    uit.seek(0)
    return uit


@pytest.mark.parametrize("soort", SOORTEN, ids=lambda soort: soort.naam)
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    ("aanbieder", "gemeente"), [("75000001", "0503"), ("75000001", "1926"), ("75000002", "0603"), ("75000003", "1783")]
)
def test_an_example_passes_levels_1_and_2(soort: Berichtsoort, seed: int, aanbieder: str, gemeente: str) -> None:
    toets = {"allocation": allocation.toets_offline, "declaration": declaration.toets_offline}[soort.dienst]
    stream = message(soort.naam, seed=seed, aanbieder=aanbieder, gemeente=gemeente, prestaties=25)

    assert explain(stream, soort, SCHEMAS) == ()
    stream.seek(0)
    assert toets(soort, stream, SCHEMAS) == ()


@pytest.mark.parametrize(
    "dag", [date(2023, 2, 1), date(2024, 3, 1), date(2025, 1, 1), date(2026, 12, 31), date(2031, 6, 1)]
)
def test_an_example_can_be_made_on_any_day(dag: date) -> None:
    stream = message("WMO323", vandaag=dag, prestaties=5)

    assert declaration.toets_offline(find("WMO323", "3.2"), stream, SCHEMAS) == ()


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


def test_the_323_begins_with_what_the_301_of_its_seed_grants() -> None:
    granted = re.findall(rb"<ToewijzingNummer>(\d+)<", message("WMO301", seed=5).getvalue())
    claimed = re.findall(rb"<ToewijzingNummer>(\d+)<", message("WMO323", seed=5).getvalue())

    assert claimed[: len(granted)] == granted


def test_a_message_is_utf8_without_bom_and_with_crlf() -> None:
    content = message("WMO301").getvalue()

    assert content.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")
    content.decode("utf-8")


def test_without_a_contract_there_is_no_example() -> None:
    with pytest.raises(ValueError, match="geen contract van 75000003 met 0603"):
        message("WMO301", aanbieder="75000003", gemeente="0603")


def test_before_the_first_tariff_there_is_no_example() -> None:
    with pytest.raises(ValueError, match="begint in 2023"):
        message("WMO323", vandaag=date(2023, 1, 31))


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
