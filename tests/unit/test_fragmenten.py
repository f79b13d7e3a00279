"""A fragment shows where a bevinding is, and nothing of a person."""

import io
from collections.abc import Iterator
from datetime import date

import pytest
from lxml import etree
from schema_model import maximal_message, own_schema

from builders import client, contact, prestatie, product, relatie, set_text, wmo301, wmo323
from services.cli import example
from services.cli.example import Vraag
from services.kernel.bevinding import Bevinding
from services.kernel.catalogue import CATALOGUE, Berichtsoort
from services.kernel.inzage.fragmenten import MAX_REGELS, Fragmenten, gemaskeerd

# Every element with a value of every kind of message is on one of these two lists, by hand: a new one needs a thought.
VAN_PERSONEN = {
    *("Bsn", "Datum", "DatumGebruik", "Geslacht", "Achternaam", "Voorvoegsel", "Voornamen", "Voorletters"),
    *("NaamGebruik", "Huisnummer", "Huisletter", "HuisnummerToevoeging", "AanduidingWoonadres", "Postcode"),
    *("Straatnaam", "Plaatsnaam", "LandCode", "Organisatie", "Telefoonnummer", "Landnummer", "Emailadres"),
    *("Commentaar", "Naam", "ZorgverlenerCode", "Nummer", "Volgorde", "Soort", "Type", "Vorm", "Taal"),
    *("JuridischeStatus", "WettelijkeVertegenwoordiging", "GezagsdragerBekend", "RedenBeeindiging", "Grondslag01"),
    *("Grondslag02", "Vraag", "Score", "Duur", "Raamcontract", "Woonplaatsbeginsel"),
    # Of the business and not of the message: a bank account or a tax number is nobody's to read here.
    *("BetalingAanID", "BtwIDNummer", "Servicebureau"),
}
ZAKELIJK = {
    *("BerichtCode", "BerichtVersie", "BerichtSubversie", "BasisschemaXsdVersie", "BerichtXsdVersie", "XsltVersie"),
    *("Afzender", "Ontvanger", "Aanbieder", "Gemeente", "Identificatie", "IdentificatieRetour", "Dagtekening"),
    *("DagtekeningRetour", "RetourDagtekening", "RetourCode", "DeclaratieNummer", "DeclaratieDagtekening"),
    *("DeclarantFactuurNummer", "GemeenteReferentieNummer", "FactuurDagtekening", "Begindatum", "Einddatum"),
    *("Ingangsdatum", "Toewijzingsdatum", "Toewijzingstijd", "ToewijzingIngangsdatum", "ToewijzingEinddatum"),
    *("GewensteIngangsdatum", "BeschikkingIngangsdatum", "Afgiftedatum", "ToewijzingNummer", "BeschikkingNummer"),
    *("ReferentieNummer", "VorigReferentieNummer", "ReferentieAanbieder", "Categorie", "Code", "ProductCategorie"),
    *("ProductCode", "Volume", "GeleverdVolume", "Eenheid", "Frequentie", "Budget", "ProductTarief", "Bedrag"),
    *("TotaalBedrag", "BerekendBedrag", "BtwBedrag", "BtwTotaalBedrag", "BtwPercentage", "DebetCredit"),
    *("RedenWijziging", "StatusAanlevering", "VerzoekAntwoord", "RedenVerzoek", "RedenAfwijzingVerzoek"),
    *("ValutaCode", "Verrekenpercentage", "BtwVrijstellingIndicatie"),
}
GEHEIM = "GEHEIM7"


def bevinding(pad: str, element: str = "") -> Bevinding:
    return Bevinding(3, "TR308", "9308", pad, element, None, "Te laat.", "Kort in.")


def fragment(xml: bytes, pad: str, element: str = "") -> str | None:
    return Fragmenten(io.BytesIO(xml)).van(bevinding(pad, element))


def leaves(xml: bytes) -> Iterator[tuple[str, etree._Element]]:
    """(local name, element) of what holds a value."""
    for element in etree.fromstring(xml).iter("{*}*"):
        if len(element) == 0:
            yield str(etree.QName(element).localname), element


def paths(element: etree._Element, here: str = "") -> Iterator[str]:
    """The path of every element, with an index at each step."""
    name = str(etree.QName(element).localname)
    same = [one for one in element.itersiblings(preceding=True) if etree.QName(one).localname == name]
    here = f"{here}/{name}[{len(same) + 1}]"
    yield here
    for child in element:
        yield from paths(child, here)


def every_fragment(xml: bytes) -> str:
    """What a bevinding on any place of the message would show, together."""
    fragmenten = Fragmenten(io.BytesIO(xml))
    places = list(paths(etree.fromstring(xml)))
    found = [fragmenten.van(bevinding(place)) for place in places]
    assert None not in found
    assert all(len(one.splitlines()) <= MAX_REGELS for one in found if one)
    return "\n".join(one for one in found if one)


def largest(soort: Berichtsoort) -> bytes:
    return maximal_message(own_schema(soort.naam, soort.standaard, soort.release).root())


@pytest.mark.parametrize("soort", CATALOGUE, ids=lambda soort: f"{soort.naam}-{soort.release}")
def test_nothing_of_a_person_is_in_a_fragment_of_any_kind_of_message(soort: Berichtsoort) -> None:
    root = etree.fromstring(largest(soort))
    shown = {}
    for number, element in enumerate(root.iter("{*}*")):
        if len(element):
            continue
        name = etree.QName(element).localname
        assert name in VAN_PERSONEN | ZAKELIJK, f"{name} of {soort.naam}: is it of a person?"
        if name in VAN_PERSONEN:
            element.text = f"{GEHEIM}-{number}"
        elif element.text:
            shown[name] = element.text
    found = every_fragment(etree.tostring(root))

    assert GEHEIM not in found
    for name, value in shown.items():
        assert f"<{name}>{value}</{name}>" in found


# An answer that grants everything names nobody.
EXAMPLES = [("WMO301", "2.3"), ("WMO303", "2.3"), ("WMO301", "3.2"), ("WMO323", "3.2")]
PER_RELEASE = {
    "2.3": {"aanbieder": "75000003", "gemeente": "1842"},
    "3.2": {"aanbieder": "75000001", "gemeente": "0503"},
}


@pytest.mark.parametrize(("naam", "release"), EXAMPLES)
@pytest.mark.parametrize("letters", ["WMO", "JW"])
def test_no_bsn_name_or_birth_date_of_an_example_is_in_a_fragment(naam: str, release: str, letters: str) -> None:
    uit = io.BytesIO()
    vraag = Vraag(
        **PER_RELEASE[release], prestaties=6, seed=3, vandaag=date(2026, 2, 15), release=release, letters=letters
    )
    example.write(uit, naam.replace("WMO", letters), vraag)
    secret = {
        element.text for name, element in leaves(uit.getvalue()) if name in VAN_PERSONEN and len(element.text or "") > 3
    }
    found = every_fragment(uit.getvalue())

    assert secret
    assert [value for value in secret if value and value in found] == []


def test_names_and_addresses_of_all_who_stand_in_a_301_are_masked() -> None:
    vol = client(relaties=(relatie(),), contacten=(contact(),))
    found = every_fragment(wmo301(product(commentaar="Mevrouw belt op dinsdag"), client=vol))

    assert "dinsdag" not in found
    for name, element in leaves(wmo301(product(), client=vol)):
        if name in VAN_PERSONEN and len(element.text or "") > 3:
            assert element.text not in found, name


def test_a_line_is_shown_with_its_numbers_and_amounts() -> None:
    found = fragment(
        wmo323(prestatie(), prestatie(referentie="P2")),
        "/Bericht/Declaratie/Clienten/Client[1]/Prestaties/Prestatie[2]",
    )

    assert found is not None
    assert found.splitlines()[0] == "<Prestatie>"
    assert "    <ReferentieNummer>P2</ReferentieNummer>" in found.splitlines()
    assert "P0001" not in found


def test_a_class_that_is_too_long_is_shown_without_its_depths() -> None:
    lines = [prestatie(referentie=f"P{i}") for i in range(50)]
    found = fragment(wmo323(*lines), "/Bericht/Declaratie/Clienten/Client[1]")

    assert found == "<Client>\n  <Bsn>•••</Bsn>\n  <Prestaties>…</Prestaties>\n</Client>"


def test_what_never_fits_is_cut_off() -> None:
    lines = [prestatie(referentie=f"P{i}") for i in range(50)]
    found = fragment(wmo323(*lines), "/Bericht/Declaratie/Clienten/Client[1]/Prestaties")

    assert found is not None
    assert (len(found.splitlines()), found.splitlines()[-1]) == (MAX_REGELS, "…")


def test_of_what_never_fits_the_element_is_shown_when_the_bevinding_names_one() -> None:
    lines = [prestatie(referentie=f"P{i}") for i in range(50)]
    found = fragment(wmo323(*lines), "/Bericht/Declaratie/Clienten/Client[1]/Prestaties", "Prestatie/ToewijzingNummer")

    assert found == "<ToewijzingNummer>1001</ToewijzingNummer>"


@pytest.mark.parametrize("pad", ["/Bericht/Client", "/Antwoord", "/Bericht/Declaratie/Clienten/Client[2]"])
def test_a_place_that_is_not_there_has_no_fragment(pad: str) -> None:
    assert fragment(wmo323(), pad) is None


def test_a_bsn_in_a_number_of_the_senders_own_is_masked() -> None:
    xml = set_text(wmo323(prestatie()), "BerichtIdentificatie/Identificatie", "D 999900006 X")
    found = fragment(xml, "/Bericht/Header")

    assert found is not None
    assert "<Identificatie>D ######### X</Identificatie>" in found


def test_marks_tell_no_more_than_whether_a_value_is_long() -> None:
    assert [gemaskeerd("Achternaam", value) for value in ("", "Li", "Bos", "Jansen", "Van den Heuvel")] == [
        *("", "•", "•••", "•••", "••••••")
    ]


def test_attributes_and_markup_of_the_message_do_not_come_along() -> None:
    xml = b'<Bericht geheim="x"><Header><ReferentieNummer>a &lt;b&gt; &amp;</ReferentieNummer></Header></Bericht>'

    assert fragment(xml, "/Bericht") == (
        "<Bericht>\n  <Header>\n    <ReferentieNummer>a &lt;b&gt; &amp;</ReferentieNummer>\n  </Header>\n</Bericht>"
    )
