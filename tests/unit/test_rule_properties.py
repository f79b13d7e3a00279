"""Rules and fields: a valid message breaks nothing, and one changed field breaks only rules that look at that field."""

import io
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies
from lxml import etree

from services.allocation import process as allocation
from services.cli import example
from services.declaration import process as declaration
from services.kernel.bevinding import Bevinding
from services.kernel.catalogue import find
from services.kernel.reading import Schemas, as_stream

SCHEMAS = Schemas()
VANDAAG = date(2026, 2, 15)
PERIODE = {"Begindatum", "Einddatum"}
BEDRAG = {"Bedrag", "TotaalBedrag", "DebetCredit"}
GEBOREN = {"Datum", "DatumGebruik"}
REFERENTIE = {"ReferentieNummer", "VorigReferentieNummer"}

# What each rule of level 2 looks at, as local names of leaves; one that only asks whether something is there has none.
LOOKS_AT = {
    "CD005": {"LandCode", "Postcode"},
    "CD007": {"Vorm", "Taal"},
    "CD009": {"Soort", *PERIODE},
    "CD025": {"LandCode"},
    "CD034": {"Soort", "Postcode"},
    "CD041": set(),
    "CD055": {"BtwVrijstellingIndicatie"},
    "CD056": {"BtwVrijstellingIndicatie"},
    "CD058": {"BetalingAanID"},
    "CD059": {"BerichtCode", "BtwVrijstellingIndicatie"},
    "CD060": {"DebetCredit", *REFERENTIE},
    "CD062": {"Eenheid", "ProductTarief"},
    "CD075": set(),
    "CD076": {"Frequentie", "Einddatum"},
    "CD077": set(),
    "CD078": set(),
    "CD079": set(),
    "CD080": {"Einddatum"},
    "CD087": {"Eenheid", "ProductTarief"},
    "CS002": {"Bsn"},
    "CS003": {"Ingangsdatum", *PERIODE},
    "CS023": {"Datum", "Begindatum", "FactuurDagtekening"},
    "CS050": {"NaamGebruik"},
    "CS089": {"LandCode", "Postcode"},
    "CS100": PERIODE,
    "CS108": {"FactuurDagtekening", *PERIODE},
    "CS139": GEBOREN,
    "CS318": {"NaamGebruik"},
    "CS323": BEDRAG,
    "CS324": {"RetourDagtekening", "FactuurDagtekening"},
    "CS325": BEDRAG,
    "CS327": BEDRAG,
    "CS328": {"Begindatum"},
    "CS331": {"Begindatum", "Eenheid"},
    "CS335": {"RedenWijziging", "Ingangsdatum", "Einddatum"},
    "CS336": {"RedenWijziging"},
    "CS337": PERIODE,
    "CS338": {"Frequentie", "Eenheid", "Einddatum"},
    "CS339": {"Eenheid", "GeleverdVolume", *BEDRAG},
    "CS340": PERIODE,
    "IV028": {"RetourCode"},
    "OP065": {"RetourCode"},
    "TR002": {"Dagtekening", "FactuurDagtekening", *GEBOREN},
    "TR006": set(),
    "TR061": {"Soort"},
    "TR097": GEBOREN,
    "TR101": {"Bsn", "Soort", "Nummer", "ToewijzingNummer", "ProductCategorie", "ProductCode", *REFERENTIE},
    "TR134": {"Datum", "Dagtekening", "DeclaratieDagtekening", "Begindatum", "Toewijzingsdatum"},
    "TR137": {"Dagtekening", *PERIODE},
    "TR302": {"Categorie", "Code", "Ingangsdatum", "Einddatum", "RedenWijziging"},
    "TR312": BEDRAG,
    "TR313": BEDRAG,
    "TR315": {"VorigReferentieNummer", "DebetCredit"},
    "TR316": REFERENTIE,
    "TR317": {"GeleverdVolume", "ProductTarief", *BEDRAG},
    "TR320": {"RetourCode", *BEDRAG},
    "TR335": {"Einddatum", "DeclaratieDagtekening"},
    "TR342": {"RetourCode", *BEDRAG},
    "TR358": BEDRAG,
    "TR416": {"ToewijzingNummer", "ProductCategorie", "ProductCode", "DebetCredit", *PERIODE},
}

SOORTEN = [
    *(("2.3", soort, False) for soort in ("WMO301", "WMO302", "WMO303", "WMO304")),
    ("2.3", "WMO303", True),
    *(("3.2", soort, False) for soort in ("WMO301", "WMO302", "WMO323", "WMO325")),
]


def made(release: str, soort: str, factuur: bool, seed: int) -> bytes:
    """The example message of this seed."""
    partijen = ("1926", "75000003") if factuur else ("1842", "75000003") if release == "2.3" else ("0503", "75000001")
    uit = io.BytesIO()
    example.write(uit, soort, example.Vraag(*partijen, 6, seed, VANDAAG, release, factuur))
    return uit.getvalue()


def broken(release: str, soort: str, message: bytes) -> tuple[Bevinding, ...]:
    """Levels 1 and 2."""
    dienst = allocation if soort[-3:] in ("301", "302") else declaration
    return dienst.toets_offline(find(soort, release), as_stream(message), SCHEMAS)


def other_values(text: str) -> list[str]:
    """What could stand in the place of this text, one step away and far away."""
    try:
        dag = date.fromisoformat(text)
    except ValueError:
        near = [str(int(text) + step) for step in (-1, 1, 7, 100_000)] if text.isdigit() else []
        return [*near, *(f"{n:02d}" for n in range(1, 24)), "0", "1", "2", "3", "4", "5", "6", "C", "D", "0200", "9389"]
    return [(dag + timedelta(days=step)).isoformat() for step in (-1, 1, 31, -31, -400, 400, -2200, -45_000)]


@pytest.mark.parametrize(("release", "soort", "factuur"), SOORTEN)
@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(seed=strategies.integers(0, 9999))
def test_a_valid_message_breaks_nothing(release: str, soort: str, factuur: bool, seed: int) -> None:
    assert broken(release, soort, made(release, soort, factuur, seed)) == ()


@pytest.mark.parametrize(("release", "soort", "factuur"), SOORTEN)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=strategies.data())
def test_one_changed_field_breaks_only_rules_that_look_at_it(
    release: str, soort: str, factuur: bool, data: strategies.DataObject
) -> None:
    root = etree.fromstring(made(release, soort, factuur, 7))
    leaf = data.draw(strategies.sampled_from([node for node in root.iter() if len(node) == 0]))
    name = etree.QName(leaf).localname
    value = data.draw(strategies.sampled_from(other_values(leaf.text or "")))
    assume(value != leaf.text)
    leaf.text = value

    found = broken(release, soort, etree.tostring(root, encoding="UTF-8", xml_declaration=True))

    assume(all(bevinding.niveau == 2 for bevinding in found))
    assert {bevinding.regel for bevinding in found if name not in LOOKS_AT[bevinding.regel]} == set()
