"""301s of before the hub, and rows of a CSV that are read as the 301s they came in: what is wrong is named."""

from datetime import date
from hashlib import sha256

import pytest
from builders_23 import product23, wmo301_23
from laad_files import toewijzingen

from builders import bsn, client, product, set_text, wmo301, wmo302
from services.allocation.intake import Bekend, Opname, neem_op
from services.allocation.running_state import Stuk, lees_bericht, lees_rijen
from services.allocation.store import Bereik, Versie
from services.kernel.loading import Laadfout
from services.kernel.reading import Schemas

VANDAAG = date(2025, 2, 3)
DELFT = Bereik("0503", "wmo")
_SCHEMAS = Schemas()
PARTIJEN = {"0503": "gemeente", "75000001": "aanbieder"}
_EENHEID = "een code uit de codelijst (01, 04, 14, 16, 82, 83, 84)"


def fouten(*rijen: dict[str, object]) -> list[str]:
    """What is wrong with these rows by themselves."""
    return [fout for _, fout in lees_rijen(toewijzingen(*rijen))[1]]


def stukken(*rijen: dict[str, object]) -> list[Stuk]:
    gelezen, mis = lees_rijen(toewijzingen(*rijen))
    assert mis == []
    return gelezen


def xml(*berichten: bytes) -> list[Stuk]:
    return [lees_bericht(f"{nr}.xml", nr, bericht, _SCHEMAS) for nr, bericht in enumerate(berichten, 1)]


def opname(
    van: list[Stuk],
    versies: dict[Bereik, dict[int, list[Versie]]] | None = None,
    berichten: dict[tuple[str, str, str], list[tuple[str, bool]]] | None = None,
) -> tuple[Opname, list[str]]:
    """What these bring, and what is wrong with them."""
    bekend = Bekend(versies or {}, berichten or {}, PARTIJEN, lambda nummer: f"hash {nummer}")
    gevonden, mis = neem_op(van, bekend, VANDAAG)
    return gevonden, [fout for _, fout in mis]


# --- a row by itself -------------------------------------------------------------------------------------------------


def test_a_valid_row_is_the_301_it_came_in() -> None:
    (stuk,) = stukken({"budget": ""})

    kop, (gelezen,) = stuk.bericht.kop, stuk.bericht.client.producten
    assert (kop.afzender, kop.ontvanger, kop.dagtekening) == ("0503", "75000001", date(2024, 12, 16))
    assert (gelezen.nummer, gelezen.volume, gelezen.einddatum) == (1001, 1, date(2025, 12, 31))


def test_a_row_of_the_jeugdwet_is_held_to_its_own_code_lists() -> None:
    kop, rij = toewijzingen({"categorie": "45"}).splitlines()

    (stuk,), mis = lees_rijen(f"{kop},domein\n{rij},jeugd\n")
    assert (stuk.bericht.soort.naam, mis) == ("JW301", [])
    assert len(lees_rijen(f"{kop},domein\n{rij},wmo\n")[1]) == 1
    assert lees_rijen(f"{kop},domein\n{rij},wlz\n")[1] == [(2, "Rij 2, kolom domein: verwacht wmo of jeugd")]


@pytest.mark.parametrize(
    ("change", "fout"),
    [
        ({"release": "3.1"}, "Rij 2, kolom release: verwacht 2.3 of 3.2"),
        ({"gemeente": "503"}, "Rij 2, kolom gemeente: verwacht tekst volgens het patroon [0-9]{4}"),
        ({"eenheid": "99"}, f"Rij 2, kolom eenheid: verwacht {_EENHEID}, of leeg"),
        ({"frequentie": "3"}, "Rij 2, kolom frequentie: verwacht een code uit de codelijst (1, 2, 4, 6), of leeg"),
        ({"volume": "1,5"}, "Rij 2: 17 kolommen, verwacht 16"),
        ({"frequentie": ""}, "Rij 2, kolom frequentie: verwacht volume, eenheid, frequentie alle drie gevuld, of geen"),
        ({"categorie": ""}, "Rij 2, kolom categorie: verwacht een categorie bij de productcode"),
        ({"release": "2.3", "budget": "100"}, "Rij 2, kolom budget: verwacht een lege cel"),
    ],
)  # fmt: skip
def test_a_cell_that_does_not_fit_is_named(change: dict[str, object], fout: str) -> None:
    assert fouten(change) == [fout]


@pytest.mark.parametrize(
    ("change", "kolom"),
    [
        ({"bsn": "999900007"}, "bsn"),
        ({"einddatum": "2024-12-31"}, "einddatum"),
        ({"einddatum": ""}, "einddatum"),
        ({"volume": "", "eenheid": "", "frequentie": ""}, "volume"),
        ({"reden_wijziging": "13"}, "reden_wijziging"),
        ({"budget": "100"}, "volume"),
    ],
)
def test_a_row_keeps_the_rules_of_a_301(change: dict[str, object], kolom: str) -> None:
    assert fouten(change)[0].startswith(f"Rij 2, kolom {kolom}: ")


def test_every_row_that_is_wrong_is_named_and_no_value_of_it() -> None:
    gevonden = fouten({"bsn": "999900007"}, {}, {"eenheid": "99", "einddatum": "1-2-2025"})

    assert [fout.partition(":")[0] for fout in gevonden] == [
        "Rij 2, kolom bsn",
        "Rij 4, kolom einddatum",
        "Rij 4, kolom eenheid",
    ]
    assert not any(waarde in fout for fout in gevonden for waarde in ("999900007", "99,", "1-2-2025"))


# --- a file by itself ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bericht", [wmo301(), wmo301_23()], ids=["3.2", "2.3"])
def test_a_valid_301_is_read_with_its_content(bericht: bytes) -> None:
    (stuk,) = xml(bericht)

    assert (stuk.inhoud, stuk.sha256) == (bericht, sha256(bericht).hexdigest())


@pytest.mark.parametrize(
    ("bericht", "fout"),
    [
        pytest.param(b"geen xml", "1.xml: De inhoud is geen welgevormd XML-document.", id="no XML"),
        pytest.param(wmo302(wmo301()), "1.xml: verwacht een WMO301 of JW301", id="another soort"),
        pytest.param(set_text(wmo301(), "Eenheid", "99"), "1.xml, regel ", id="against its schema"),
        pytest.param(wmo301(client=client(bsn="999900007")), "1.xml, regel ", id="against a rule of level 2"),
    ],
)
def test_a_file_that_is_no_valid_301_is_named(bericht: bytes, fout: str) -> None:
    with pytest.raises(Laadfout) as gevonden:
        xml(bericht)

    assert gevonden.value.fouten[0].startswith(fout)
    assert "999900007" not in str(gevonden.value)


# --- against what is known and each other ----------------------------------------------------------------------------


@pytest.mark.parametrize(("soort", "code"), [("gemeente", "0603"), ("aanbieder", "75000009")])
def test_a_row_of_a_party_that_does_not_take_part_is_named(soort: str, code: str) -> None:
    assert opname(stukken({soort: code}))[1] == [
        f"Rij 2, kolom {soort}: verwacht een {soort} die op deze hub is aangesloten"
    ]


def test_a_row_of_tomorrow_is_named() -> None:
    (fout,) = opname(stukken({"toewijzingsdatum": "2025-02-04"}))[1]

    assert fout.startswith("Rij 2, kolom toewijzingsdatum: ")


def test_a_number_twice_is_named_unless_it_is_another_version() -> None:
    zelfde = opname(stukken({}, {}))
    later = opname(stukken({}, {"toewijzingsdatum": "2025-01-20", "einddatum": "2025-06-30"}))

    assert zelfde[1] == [
        "Rij 3, kolom toewijzingsdatum: verwacht een nummer eenmaal, of een versie van een ander tijdstip"
    ]
    assert (len(later[0].nieuw), later[1]) == (2, [])


@pytest.mark.parametrize("release", ["2.3", "3.2"])
def test_the_number_of_another_toewijzing_is_named(release: str) -> None:
    ander = {"toewijzingsdatum": "2025-01-20", "bsn": bsn(2), "release": release}
    (fout,) = opname(stukken({"release": release}, ander))[1]

    assert fout.startswith("Rij 3, kolom toewijzingnummer: ")


def test_the_same_number_at_two_gemeenten_is_two_toewijzingen() -> None:
    bekend = Bekend({}, {}, PARTIJEN | {"1926": "gemeente"}, str)

    assert neem_op(stukken({}, {"gemeente": "1926"}), bekend, VANDAAG)[1] == []


def test_versions_are_taken_by_their_stamps_whatever_their_order_in_the_file() -> None:
    later = {"toewijzingsdatum": "2025-01-20", "einddatum": "2025-06-30"}
    gevonden, _ = opname(stukken(later, {}))

    assert [versie.toewijzingsdatum for versie in gevonden.versies[DELFT][1001]] == [
        date(2024, 12, 16),
        date(2025, 1, 20),
    ]


def test_what_the_hub_has_already_adds_nothing() -> None:
    eerder, _ = opname(stukken({}))
    bekend = {DELFT: {1001: [_bewaard(eerder.versies[DELFT][1001][0])]}}
    weer, fouten = opname(stukken({}), bekend)

    assert (weer.nieuw, weer.aanwezig, fouten) == ([], 1, [])


def test_a_row_that_says_something_else_of_a_version_the_hub_has_is_named() -> None:
    eerder, _ = opname(stukken({}))
    bekend = {DELFT: {1001: [_bewaard(eerder.versies[DELFT][1001][0])]}}

    assert len(opname(stukken({"einddatum": "2025-06-30"}), bekend)[1]) == 1


def test_a_file_twice_is_one_message() -> None:
    gevonden, fouten = opname(xml(wmo301(), wmo301()))

    assert (len(gevonden.berichten), gevonden.aanwezig, fouten) == (1, 1, [])


def test_an_identificatie_for_two_messages_is_named() -> None:
    (fout,) = opname(xml(wmo301(), wmo301(product(nummer=1002))))[1]

    assert fout.startswith("2.xml, regel ")
    assert "BerichtIdentificatie/Identificatie" in fout


def test_a_file_that_was_refused_before_is_named() -> None:
    (stuk,) = xml(wmo301())

    assert opname([stuk], berichten={stuk.sleutel: [(stuk.sha256, False)]})[1] == [
        "1.xml: verwacht een bericht dat niet eerder is afgekeurd"
    ]


def test_of_two_files_with_equal_stamps_the_one_dated_later_holds_and_is_listed() -> None:
    eerste = wmo301(product(einddatum="2025-06-30"), identificatie="T2", dagtekening="2025-01-10")
    tweede = wmo301(product(einddatum="2025-12-31"), identificatie="T1", dagtekening="2025-01-11")
    gevonden, fouten = opname(xml(tweede, eerste))

    assert fouten == []
    assert [soort for soort, _, _ in gevonden.signalen] == ["gelijk-stempel"]
    assert gevonden.versies[DELFT][1001][-1].einddatum == date(2025, 12, 31)


def test_a_301_that_repeats_a_version_is_remembered_with_it() -> None:
    gevonden, _ = opname(xml(wmo301(), wmo301(identificatie="T2", dagtekening="2025-01-10")))

    assert [(nr, stuk.plaats) for nr, stuk in gevonden.herhaald] == [(-1, "2.xml")]


def test_a_product_of_2_3_without_number_is_listed_and_not_kept() -> None:
    gevonden, fouten = opname(xml(wmo301_23(product23(nummer=None))))

    assert (gevonden.nieuw, fouten) == ([], [])
    assert [soort for soort, _, _ in gevonden.signalen] == ["zonder-nummer"]


def _bewaard(versie: Versie) -> Versie:
    """A version as it comes back from the database."""
    values = {name: getattr(versie, name) for name in Versie.__dataclass_fields__}
    return Versie(**{**values, "nr": 7})
