"""Judged Prestaties of before the hub: each row by itself, against the others, and against what the hub has."""

from dataclasses import replace
from datetime import date, time

import pytest
from laad_files import credit, prestaties

from builders import bsn
from services.declaration.contracts import Toewijzing
from services.declaration.historie.controle import Bekend, Opname, inhoud_van, neem_op
from services.declaration.historie.regels import Regel, lees_regels
from services.declaration.rules.feiten import Debetregel

VANDAAG = date(2025, 6, 2)
PARTIJEN = {"0503": "gemeente", "75000001": "aanbieder", "75000002": "aanbieder"}
NIETS = Bekend(PARTIJEN, {}, set(), {}, {}, {bsn(n): f"hash {n}" for n in range(1, 4)})
TOEWIJZING = Toewijzing(
    gemeente="0503",
    domein="wmo",
    nummer=1001,
    aanbieder="75000001",
    client="hash 1",
    categorie="02",
    code="SPF3",
    ingangsdatum=date(2025, 1, 1),
    einddatum=date(2025, 12, 31),
    volume=1,
    eenheid="82",
    frequentie="2",
    budget=None,
    reden_wijziging=None,
    toewijzingsdatum=date(2024, 12, 16),
    toewijzingstijd=time(10),
    release="3.2",
)
_NUMMER = "een nummer (alleen in release 2.3 mag het leeg zijn)"
_NA_BEGIN = "verwacht een dag op of na productperiode_begin"
VAN_2_3 = {"release": "2.3", "declaratieperiode_begin": "2024-12-30", "declaratieperiode_eind": "2025-01-26"}


def fouten(*rijen: dict[str, object]) -> list[str]:
    """What is wrong with these rows by themselves."""
    return [fout for _, fout in lees_regels(prestaties(*rijen), VANDAAG)[1]]


def regels(*rijen: dict[str, object]) -> list[Regel]:
    gelezen, mis = lees_regels(prestaties(*rijen), VANDAAG)
    assert mis == []
    return gelezen


def opname(van: list[Regel], bekend: Bekend = NIETS) -> tuple[Opname, list[str]]:
    gevonden, mis = neem_op(van, bekend)
    return gevonden, [fout for _, fout in sorted(mis)]


# --- a row by itself -------------------------------------------------------------------------------------------------


def test_a_valid_row_is_a_judged_line() -> None:
    (regel,) = regels({})

    assert (regel.bedrag, regel.toegekend, regel.toewijzing) == (48000, 48000, 1001)
    assert (regel.sleutel.nummer, regel.verwerkt_op) == ("DH0001", date(2025, 2, 5))


def test_a_credit_is_negative_inside() -> None:
    (regel,) = regels(credit())

    assert (regel.bedrag, regel.toegekend) == (-48000, -48000)


def test_what_was_refused_was_awarded_nothing() -> None:
    assert [regel.toegekend for regel in regels({"status": "afgekeurd", "toegekend": ""})] == [0]


def test_without_the_day_of_the_judgement_the_period_of_the_declaration_ends_on_it() -> None:
    assert [regel.verwerkt_op for regel in regels({"verwerkt_op": ""})] == [date(2025, 1, 31)]


def test_the_day_of_the_judgement_may_be_absent() -> None:
    zonder = "\n".join(regel.rpartition(",")[0] for regel in prestaties().splitlines())
    gelezen, mis = lees_regels(zonder, VANDAAG)

    assert ([regel.verwerkt_op for regel in gelezen], mis) == ([date(2025, 1, 31)], [])


def test_a_row_of_the_jeugdwet_is_of_its_own_domein() -> None:
    kop, rij = prestaties({"categorie": "45"}).splitlines()
    (regel,), mis = lees_regels(f"{kop},domein\n{rij},jeugd\n", VANDAAG)

    assert (regel.sleutel.domein, mis) == ("jeugd", [])
    assert len(lees_regels(f"{kop},domein\n{rij},\n", VANDAAG)[1]) == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"toegekend": ""}, id="awarded as submitted"),
        pytest.param({"tarief": "", "eenheid": "83", "volume": "48000"}, id="euros have no price"),
        pytest.param({**VAN_2_3, "toewijzingnummer": ""}, id="2.3 without a number"),
        pytest.param({**VAN_2_3, "toegekend": "43200"}, id="2.3 awarded in part"),
        pytest.param({**VAN_2_3, "vorm": "factuur"}, id="a factuur of 2.3"),
        pytest.param({"status": "afgekeurd", "toegekend": "0"}, id="refused"),
    ],
)
def test_what_was_possible_is_right(change: dict[str, object]) -> None:
    assert fouten(change) == []


@pytest.mark.parametrize(
    ("change", "fout"),
    [
        ({"status": "open"}, "kolom status: verwacht goedgekeurd of afgekeurd"),
        ({"vorm": "nota"}, "kolom vorm: verwacht declaratie of factuur"),
        ({"release": "3.1"}, "kolom release: verwacht 2.3 of 3.2"),
        ({"bedrag": "480.00"}, "kolom bedrag: verwacht een geheel getal van 0 tot en met 99999999 (eurocent)"),
        ({"bsn": "999900007"}, "kolom bsn: verwacht een bsn dat voldoet aan de elfproef"),
        ({"vorm": "factuur"}, "kolom vorm: verwacht declaratie (een factuur is er alleen in release 2.3)"),
        ({"toewijzingnummer": ""}, f"kolom toewijzingnummer: verwacht {_NUMMER}"),
        ({"productperiode_eind": "2024-12-31"}, f"kolom productperiode_eind: {_NA_BEGIN}"),
        ({"vorig": "H0000"}, "kolom vorig: verwacht een nummer bij een credit, en alleen daarbij"),
        ({"debet_credit": "C"}, "kolom vorig: verwacht een nummer bij een credit, en alleen daarbij"),
        ({"toegekend": "43200"}, "kolom toegekend: verwacht gelijk aan bedrag, of leeg"),
        ({**VAN_2_3, "toegekend": "0"}, "kolom toegekend: verwacht meer dan 0 en niet meer dan bedrag"),
        ({**VAN_2_3, "toegekend": "48001"}, "kolom toegekend: verwacht meer dan 0 en niet meer dan bedrag"),
        ({"status": "afgekeurd"}, "kolom toegekend: verwacht leeg of 0 bij wat is afgekeurd"),
        ({"verwerkt_op": "2025-06-03"}, "kolom verwerkt_op: verwacht een dag die niet na vandaag ligt"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_is_named(change: dict[str, object], fout: str) -> None:
    assert fouten(change) == [f"Rij 2, {fout}"]


def test_every_row_that_is_wrong_is_named_and_no_value_of_it() -> None:
    gevonden = fouten({"bsn": "999900007"}, {}, {"bedrag": "duur", "status": "misschien"})

    assert [fout.partition(":")[0] for fout in gevonden] == [
        "Rij 2, kolom bsn",
        "Rij 4, kolom status",
        "Rij 4, kolom bedrag",
    ]
    assert not any(waarde in fout for fout in gevonden for waarde in ("999900007", "duur", "misschien"))


# --- the rows of a declaration ---------------------------------------------------------------------------------------


def test_rows_of_one_declaration_are_stored_together_by_the_day_they_were_judged() -> None:
    februari = {**credit(vorig="", debet_credit="D"), "referentienummer": "H0003"}
    gevonden, mis = opname(regels(februari, {}, {"referentienummer": "H0004", "bsn": bsn(2)}))

    assert mis == []
    assert [[regel.referentienummer for regel in groep] for groep in gevonden.declaraties] == [
        ["H0001", "H0004"],
        ["H0003"],
    ]


def test_a_row_that_tells_something_else_of_its_declaration_is_named() -> None:
    anders = {"referentienummer": "H0002", "declaratieperiode_eind": "2025-02-28"}

    assert opname(regels({}, anders))[1] == [
        "Rij 3, kolom declaratieperiode_eind: verwacht hetzelfde als in rij 2, die van dezelfde declaratie is"
    ]


@pytest.mark.parametrize(("soort", "code"), [("gemeente", "0603"), ("aanbieder", "75000009")])
def test_a_party_that_does_not_take_part_is_named(soort: str, code: str) -> None:
    assert opname(regels({soort: code}))[1][0] == (
        f"Rij 2, kolom {soort}: verwacht een {soort} die op deze hub is aangesloten"
    )


def test_a_declaration_that_was_read_in_before_adds_nothing() -> None:
    gelezen = regels({}, {"referentienummer": "H0002", "bsn": bsn(2)})
    eerder = {gelezen[0].sleutel: inhoud_van(gelezen[::-1], NIETS.client)}
    gevonden, mis = opname(gelezen, replace(NIETS, declaraties=eerder, bezet={("75000001", "wmo", "H0001")}))

    assert (gevonden.declaraties, len(gevonden.aanwezig), mis) == ([], 2, [])


@pytest.mark.parametrize("bericht", [True, False], ids=["came as a message", "was read in with another line"])
def test_a_declaration_that_the_hub_has_otherwise_is_named(bericht: bool) -> None:
    gelezen = regels({})
    eerder = None if bericht else inhoud_van(regels({"bedrag": "50000", "toegekend": "50000"}), NIETS.client)

    assert opname(gelezen, replace(NIETS, declaraties={gelezen[0].sleutel: eerder}))[1] == [
        "Rij 2, kolom declaratienummer: verwacht een nummer dat de hub nog niet heeft, of dezelfde regels als toen"
    ]


# --- used numbers ----------------------------------------------------------------------------------------------------


def test_a_refused_number_counts_as_used() -> None:
    gevonden, _ = opname(regels({"status": "afgekeurd", "toegekend": ""}))

    assert gevonden.telt == {2}


def test_a_number_that_was_refused_and_then_approved_is_that_of_the_approved_row() -> None:
    gevonden, mis = opname(regels({"status": "afgekeurd", "toegekend": ""}, {"declaratienummer": "DH0009"}))

    assert (gevonden.telt, mis) == ({3}, [])


def test_a_number_that_was_approved_twice_is_named() -> None:
    assert opname(regels({}, {"bsn": bsn(2)}))[1] == [
        "Rij 3, kolom referentienummer: verwacht een ander nummer dan in rij 2"
    ]


def test_a_number_that_the_hub_has_is_named() -> None:
    bekend = replace(NIETS, bezet={("75000001", "wmo", "H0001")})

    assert opname(regels({}), bekend)[1] == [
        "Rij 2, kolom referentienummer: verwacht een nummer dat de hub nog niet heeft"
    ]
    assert opname(regels({"aanbieder": "75000002"}), bekend)[1] == []


# --- the toewijzing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "kolom"), [({"bsn": bsn(2)}, "bsn"), ({"aanbieder": "75000002"}, "aanbieder"), ({}, None)]
)
def test_a_row_on_the_toewijzing_of_somebody_else_is_named(change: dict[str, object], kolom: str | None) -> None:
    bekend = replace(NIETS, toewijzingen={("0503", "wmo", 1001): TOEWIJZING})

    assert [fout.split(":")[0] for fout in opname(regels(change), bekend)[1]] == (
        [f"Rij 2, kolom {kolom}"] if kolom else []
    )


def test_a_row_that_was_refused_may_have_been_refused_for_that() -> None:
    bekend = replace(NIETS, toewijzingen={("0503", "wmo", 1001): TOEWIJZING})

    assert opname(regels({"bsn": bsn(2), "status": "afgekeurd", "toegekend": ""}), bekend)[1] == []


# --- credits ---------------------------------------------------------------------------------------------------------


def test_a_credit_of_a_debit_in_the_file_or_from_before_it_is_right() -> None:
    assert opname(regels({}, credit()))[1] == []
    assert opname(regels(credit()))[1] == []


@pytest.mark.parametrize(
    "change",
    [
        {"bsn": bsn(2)},
        {"productcode": "SPF2"},
        {"toewijzingnummer": "1002"},
        {"bedrag": "36000", "toegekend": "36000"},
        {"volume": "3"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_credit_that_is_no_copy_of_its_debit_is_named(change: dict[str, object]) -> None:
    assert opname(regels({}, credit(**change)))[1] == [
        "Rij 3, kolom vorig: verwacht een toegekende debetregel met dezelfde gegevens"
    ]


def test_a_second_credit_of_one_debit_is_named() -> None:
    assert opname(regels({}, credit(), credit(referentienummer="H0003")))[1] == [
        "Rij 4, kolom vorig: verwacht een debetregel die nog niet is gecrediteerd"
    ]


def test_a_credit_that_was_judged_before_its_debit_is_named() -> None:
    assert opname(regels({}, credit(verwerkt_op="2025-02-04")))[1] == [
        "Rij 3, kolom verwerkt_op: verwacht een dag die niet voor die van de debetregel ligt"
    ]


@pytest.mark.parametrize(("vorm", "aantal"), [("declaratie", 1), ("factuur", 0)])
def test_only_of_a_factuur_a_refused_line_is_credited(vorm: str, aantal: int) -> None:
    van_2_3 = {"release": "2.3", "vorm": vorm}
    geweigerd = {**van_2_3, "status": "afgekeurd", "toegekend": ""}

    assert len(opname(regels(geweigerd, credit(**van_2_3)))[1]) == aantal


def test_the_credit_of_what_was_awarded_in_part_is_that_part() -> None:
    deel = {"release": "2.3", "toegekend": "43200"}

    assert opname(regels(deel, credit(release="2.3", bedrag="43200", toegekend="43200")))[1] == []
    assert len(opname(regels(deel, credit(release="2.3")))[1]) == 1


@pytest.mark.parametrize(("gecrediteerd", "aantal"), [(False, 0), (True, 1)])
def test_a_debit_that_the_hub_has_is_credited_once(gecrediteerd: bool, aantal: int) -> None:
    wat = 1001, "02", "SPF3", date(2025, 1, 1), date(2025, 1, 31), 4, "82", 12000, 48000
    debet = Debetregel(5, *wat, gecrediteerd, "0503", "hash 1")
    bekend = replace(NIETS, debetregels={("75000001", "wmo", "H0001"): (debet, date(2025, 2, 5))})

    assert len(opname(regels(credit()), bekend)[1]) == aantal
