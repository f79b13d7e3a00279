"""What a file with contracts is refused for, by row, and which signalen a contract gives."""

from dataclasses import replace
from datetime import date

import pytest
from toewijzingen import per_week

from services.declaration.afspraken.contract_checks import weiger_contracten
from services.declaration.contracts import Contract, Contractsoort, Gebroken, Mapping, ontbrekende_gebieden

CONTRACT = Contract(
    aanbieder="75000001",
    gemeente="0503",
    resultaatgebied="SPF",
    van=date(2023, 1, 1),
    tot=date(2026, 12, 31),
    release="3.2",
    vorm="declaratie",
    gebroken=Gebroken.WEEK,
    mapping=Mapping.W,
)


def fouten(*contracten: Contract, bestaande: tuple[Contract, ...] = ()) -> list[str]:
    rijen = list(enumerate(contracten, 2))
    return weiger_contracten(rijen, bestaande, {"75000001", "75000002"}, {"SPF", "ORH", "FIN"})


def test_a_proper_file_is_not_refused() -> None:
    assert fouten(CONTRACT, replace(CONTRACT, resultaatgebied="ORH"), replace(CONTRACT, gemeente="0603")) == []


def test_an_unknown_aanbieder_and_an_unknown_resultaatgebied_are_named() -> None:
    assert fouten(CONTRACT, replace(CONTRACT, aanbieder="75999999", resultaatgebied="XXX")) == [
        "Rij 3, kolom aanbieder: is geen aanbieder van de hub",
        "Rij 3, kolom resultaatgebied: staat niet in de producttabel",
    ]


@pytest.mark.parametrize(
    ("van", "zegt"),
    [
        (
            date(2026, 12, 31),
            ["Rij 2, 3: 75000001 met 0503, SPF: de contracten vanaf 2023-01-01 en 2026-12-31 overlap"],
        ),
        (date(2027, 1, 1), []),
        (date(2027, 1, 2), ["Rij 2 en 3: geen contract van 2027-01-01 tot en met 2027-01-01 (75000001 met 0503, SPF)"]),
    ],
)
def test_contracts_of_one_perceel_follow_each_other(van: date, zegt: list[str]) -> None:
    gevonden = fouten(CONTRACT, replace(CONTRACT, van=van, tot=None))

    assert [fout[: len(verwacht)] for fout, verwacht in zip(gevonden, zegt, strict=True)] == zegt


def test_a_row_with_the_key_of_a_contract_takes_its_place() -> None:
    assert fouten(replace(CONTRACT, tot=date(2028, 12, 31)), bestaande=(CONTRACT,)) == []


def test_a_file_that_mixes_declaratie_and_factuur_is_refused_with_its_rows() -> None:
    assert fouten(CONTRACT, replace(CONTRACT, resultaatgebied="FIN", vorm="factuur")) == [
        "Rij 2, 3: 75000001 met 0503: declaratie en factuur door elkaar (OP278)"
    ]


@pytest.mark.parametrize(("gemeenten", "geweigerd"), [(("0503", "0603"), False), (("0503", "0603", "1783"), True)])
def test_a_local_aanbieder_has_at_most_two_gemeenten(gemeenten: tuple[str, ...], geweigerd: bool) -> None:
    lokaal = [replace(CONTRACT, gemeente=gemeente, soort=Contractsoort.LOKAAL) for gemeente in gemeenten]

    assert fouten(*lokaal) == geweigerd * ["Rij 2, 3, 4: 75000001, SPF: lokaal kan in hoogstens 2 gemeenten"]


def test_a_third_gemeente_after_the_first_has_ended_is_no_third() -> None:
    lokaal = replace(CONTRACT, soort=Contractsoort.LOKAAL)
    eerst = replace(lokaal, tot=date(2024, 12, 31))
    later = replace(lokaal, gemeente="1783", van=date(2025, 1, 1))

    assert fouten(eerst, replace(lokaal, gemeente="0603"), later) == []


def test_the_options_end_no_sooner_than_the_contract() -> None:
    assert fouten(replace(CONTRACT, optie_tot=date(2028, 12, 31))) == []
    assert fouten(replace(CONTRACT, optie_tot=date(2025, 12, 31))) == ["Rij 2: optie_tot ligt voor tot"]


# --- niet stapelbaar -------------------------------------------------------------------------------------------------

EIGEN = per_week("2025-01-01", "2025-06-30", 1)
ANDER = per_week("2025-03-01", "2025-12-31", 2, aanbieder="75000002", code="FIN2")
GEBIED = {"SPF3": "SPF", "FIN2": "FIN"}


def lacks(*contracten: Contract, ander: object = ANDER) -> dict[int, frozenset[str]]:
    def gebied(toewijzing: object) -> str | None:
        return GEBIED.get(getattr(toewijzing, "code", None) or "")

    return ontbrekende_gebieden(
        [EIGEN, ander],  # type: ignore[list-item]
        gebied,
        lambda t: [contract for contract in contracten if contract.aanbieder == t.aanbieder],
    )


BEIDE = replace(CONTRACT, aanbieder="75000002"), replace(CONTRACT, aanbieder="75000002", resultaatgebied="FIN")


def test_an_aanbieder_without_a_contract_for_what_the_client_gets_elsewhere_is_not_stackable() -> None:
    assert lacks(CONTRACT, *BEIDE) == {1: frozenset({"FIN"})}


def test_with_such_a_contract_it_is_a_choice() -> None:
    assert lacks(CONTRACT, replace(CONTRACT, resultaatgebied="FIN"), *BEIDE) == {}


@pytest.mark.parametrize(("van", "mist"), [(date(2025, 6, 30), False), (date(2025, 7, 1), True)])
def test_the_contract_must_run_while_both_do(van: date, mist: bool) -> None:
    fin = replace(CONTRACT, resultaatgebied="FIN", van=van)

    assert bool(lacks(CONTRACT, fin, *BEIDE)) is mist


@pytest.mark.parametrize(
    "anders",
    [
        {"ingangsdatum": date(2025, 7, 1)},
        {"aanbieder": "75000001"},
        {"code": "SPF3"},
        {"code": None},
        {"vervallen": True},
    ],
)
def test_not_together_not_of_another_or_not_another_area_is_no_lack(anders: dict[str, object]) -> None:
    assert lacks(CONTRACT, *BEIDE, ander=replace(ANDER, **anders)) == {}
