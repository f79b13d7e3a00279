"""Our schemas load in both engines, take valid messages and hold the retourcodes of the standard."""

import pytest
from lxml import etree
from schema_model import SCHEMAS, in_xmlschema, maximal_message, minimal_message, own_schema

from builders import (
    bsn,
    client,
    contact,
    insert_after,
    prestatie,
    product,
    relatie,
    remove,
    set_text,
    text,
    wmo301,
    wmo302,
    wmo323,
    wmo325,
)

# The BerichtCodes of each number: of iwmo and of ijw, the same ones in every release.
CODES = {
    "301": ("414", "436"),
    "302": ("415", "437"),
    "303": ("416 448", "432 450"),
    "304": ("417 449", "433 451"),
    "305": ("418", "438"),
    "306": ("419", "439"),
    "307": ("420", "440"),
    "308": ("421", "441"),
    "315": ("444", "446"),
    "316": ("445", "447"),
    "317": ("480", "486"),
    "318": ("481", "487"),
    "319": ("482", "488"),
    "320": ("483", "489"),
    "323": ("484", "490"),
    "325": ("485", "491"),
}
NUMMERS = {
    "2.3": ["301", "302", "303", "304", "305", "306", "307", "308", "315", "316"],
    "3.2": ["301", "302", "305", "306", "307", "308", "315", "316", "317", "318", "319", "320", "323", "325"],
}
SOORTEN = [
    (standaard, release, f"{letters}{nummer}")
    for standaard, letters in (("iwmo", "WMO"), ("ijw", "JW"))
    for release, nummers in NUMMERS.items()
    for nummer in nummers
]

FULL_301 = wmo301(
    product(),
    product(nummer=1002, code=None, volume=None, budget=90000, referentie="V1", reden="12", commentaar="Een\ntwee"),
    product(nummer=1003, categorie=None, volume=None, budget=90000),
    client=client(
        datumgebruik="2",
        voorvoegsel="van",
        partnernaam="Proef",
        partnervoorvoegsel="de",
        voornamen="Anna",
        naamgebruik="3",
        communicatie={"vorm": "1", "taal": "Fries"},
        juridischestatus="01",
        vertegenwoordiging="06",
        commentaar="Let op",
        relaties=[relatie(volgorde=1, geboortedatum="1980-01-02", geslacht="1")],
        contacten=[
            contact(huisletter="a", toevoeging="2", aanduiding="BY", telefoon="0152600000", telefoon2="0612345678"),
            contact(soort="04", organisatie="Huize Proef", emailadres="a@example.nl", begin="2025-01-01"),
        ],
    ),
)
DECLARATIE = wmo323(
    clienten={
        bsn(1): [prestatie(), prestatie(referentie="P0002", eenheid="83", volume=900)],
        bsn(2): [prestatie(referentie="P0003", vorig="P0000", dc="C")],
    }
)
BUILT = {
    "301": ("WMO301", wmo301()),
    "301 with everything": ("WMO301", FULL_301),
    "302 accepting": ("WMO302", wmo302(wmo301())),
    "302 refusing in the Header": ("WMO302", wmo302(wmo301(), header_codes=["0001"], xslt="1.0.0")),
    "302 refusing a product": ("WMO302", wmo302(FULL_301, codes=["9332", "9379"])),
    "302 refusing elsewhere": ("WMO302", wmo302(FULL_301, header_codes=["0200"], client_codes={"relatie": ["0233"]})),
    "323": ("WMO323", wmo323()),
    "323 of two clients": ("WMO323", DECLARATIE),
    "325 approving": ("WMO325", wmo325(wmo323())),
    "325 refusing lines": ("WMO325", wmo325(DECLARATIE, {"P0002": ["9321"]}, {bsn(2): ["8187"]})),
    "325 refusing the Declaratie": ("WMO325", wmo325(DECLARATIE, declaratie_codes=["9333"])),
    "325 refusing in the Header": ("WMO325", wmo325(DECLARATIE, header_codes=["0001"], xslt="1.0.0")),
}

# LDT_RetourCode of release 3.2: those of codelist WJ001, and 9355, which only the schema has.
RETOURCODES = [
    "0001", "0200", "0233", "0611", "8001", "8017", "8021", "8187", "8214", "8848", "9019", "9056",
    "9063", "9069", "9071", "9074", "9307", "9308", "9319", "9321", "9322", "9326", "9332", "9333",
    "9338", "9339", "9340", "9341", "9346", "9347", "9349", "9350", "9351", "9355", "9357", "9359",
    "9360", "9361", "9365", "9366", "9367", "9369", "9373", "9374", "9375", "9379", "9384", "9385",
    "9387", "9388", "9389", "9390", "9411", "9412", "9413", "9414", "9415", "S300", "S329",
]  # fmt: skip


def in_lxml(soort: str, release: str = "3.2", standaard: str = "iwmo") -> etree.XMLSchema:
    return etree.XMLSchema(file=str(SCHEMAS / standaard / release / f"{soort}.xsd"))


def test_there_is_a_schema_of_every_message_of_both_standards() -> None:
    found = {(*path.parent.parts[-2:], path.stem) for path in SCHEMAS.glob("*/*/*.xsd")}

    assert found == {*SOORTEN, *((standaard, release, "basisschema") for standaard, release, _ in SOORTEN)}


@pytest.mark.parametrize("standaard, release, soort", SOORTEN)
def test_the_largest_and_the_smallest_message_are_valid_in_both_engines(
    standaard: str, release: str, soort: str
) -> None:
    tree = own_schema(soort, standaard, release).root()

    for message in (maximal_message(tree), minimal_message(tree)):
        in_lxml(soort, release, standaard).assertValid(etree.fromstring(message))
        in_xmlschema(standaard, release)[soort].validate(etree.fromstring(message))


@pytest.mark.parametrize("soort, message", BUILT.values(), ids=BUILT)
def test_a_built_message_is_valid(soort: str, message: bytes) -> None:
    in_lxml(soort).assertValid(etree.fromstring(message))


@pytest.mark.parametrize("standaard, release, soort", SOORTEN)
def test_a_schema_takes_its_own_berichtcodes_only(standaard: str, release: str, soort: str) -> None:
    message = maximal_message(own_schema(soort, standaard, release).root(), times=1)
    every = {code for pair in CODES.values() for codes in pair for code in codes.split()} | {"413", "4144", "416|448"}
    schema = in_lxml(soort, release, standaard)

    taken = [
        code for code in sorted(every) if schema.validate(etree.fromstring(set_text(message, "BerichtCode", code)))
    ]

    assert taken == CODES[soort[-3:]][standaard == "ijw"].split()


def test_the_retourcodes_are_those_of_the_standard() -> None:
    types = own_schema("WMO302").simple_types()
    (codes,) = (simple.enumerations for simple in types.values() if simple.name == "LDT_RetourCode")

    assert list(codes) == RETOURCODES


@pytest.mark.parametrize("release, version", [("3.2", "1.0.0"), ("2.3", "1.0")])
def test_a_schema_names_its_version(release: str, version: str) -> None:
    found = {etree.parse(path).getroot().get("version") for path in SCHEMAS.glob(f"*/{release}/*.xsd")}

    assert found == {version}


@pytest.mark.parametrize("release", ["3.2", "2.3"])
def test_a_long_commentaar_is_read_once(release: str) -> None:
    # A pattern that tries every division of the text would not come to an end here.
    message = maximal_message(own_schema("WMO301", release=release).root())
    long = set_text(message, "ToegewezenProduct/Commentaar", "a . \n" * 20_000)
    blank = set_text(message, "ToegewezenProduct/Commentaar", " \n" * 50_000)
    second = in_xmlschema("iwmo", release)["WMO301"]

    for valid in (in_lxml("WMO301", release).validate, second.is_valid):
        assert valid(etree.fromstring(long))
        assert not valid(etree.fromstring(blank))


def test_the_totals_of_a_built_325_fit_its_323() -> None:
    answer = wmo325(DECLARATIE, {"P0002": ["9321"]}, {bsn(2): ["8187"]})

    assert text(answer, "TotaalIngediendBedrag/TotaalBedrag") == "900"
    assert text(answer, "TotaalToegekendBedrag/TotaalBedrag") == "48000"
    assert text(answer, "//Client[2]//RetourCode") == "0233"


def test_one_change_changes_one_element() -> None:
    message = insert_after(wmo323(), "Client/Bsn", "Bsn", bsn(3))

    assert text(message, "Client/Bsn", nr=2) == bsn(3)
    assert text(remove(message, "Client/Bsn", nr=2), "Client/Bsn", nr=2) is None
    with pytest.raises(LookupError):
        set_text(message, "Client/Onbekend", "x")
