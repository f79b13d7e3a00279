"""A ready-made 303 or 323 of what may still be claimed: the draft with real persons and numbers, and its XML."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from lxml import etree

from services.declaration.message import Client, Client303, Declaratie, Declaratie303, Prestatie, Prestatie303
from services.declaration.ruimte.ruimten import Opdracht, met_clienten
from services.kernel.answers import add, finish, root
from services.kernel.catalogue import Berichtsoort
from services.kernel.reading import Schemas

Element = etree._Element
Persoon = Mapping[str, Any]  # bsn and the person, as allocation tells them


def concept(
    opdracht: Opdracht, voorstellen: Iterable[Prestatie], personen: Mapping[int, Persoon], reeks: str
) -> tuple[Declaratie, list[Persoon]]:
    """The declaration that claims these lines, and the person of each of its Clienten.

    `personen` by ToewijzingNummer; a line without is left out. A ReferentieNummer is `reeks` and six digits.
    """
    per_client: dict[str, list[Prestatie]] = {}
    wie: dict[str, Persoon] = {}
    for regel in voorstellen:
        if (persoon := personen.get(regel.toewijzing or 0)) is not None:
            per_client.setdefault(persoon["bsn"], []).append(regel)
            wie[persoon["bsn"]] = persoon
    clienten, nummer = [], 0
    for index, (bsn, regels) in enumerate(per_client.items(), 1):
        genummerd = []
        for plaats, regel in enumerate(regels, 1):
            nummer += 1
            genummerd.append(replace(regel, client=index, index=plaats, referentienummer=f"{reeks}{nummer:06d}"))
        clienten.append(_client(opdracht, index, wie[bsn], genummerd))
    return met_clienten(opdracht, clienten), list(wie.values())


def is_volledig(persoon: Persoon, opdracht: Opdracht) -> bool:
    """Whether what a message of this release tells of a person is known; a 323 names nobody."""
    if opdracht.soort.naam.endswith("323"):
        return True
    return all(persoon[naam] for naam in ("geboortedatum", "geslacht", "achternaam"))


def schrijf(declaratie: Declaratie, personen: Sequence[Persoon], schemas: Schemas) -> bytes:
    """The message as bytes, valid by its XSD; `personen` in the order of its Clienten."""
    soort = declaratie.soort
    bericht = root(soort)
    if isinstance(declaratie, Declaratie303):
        _kop_303(bericht, declaratie, soort)
        houder = add(bericht, soort.namespace, "Clienten")
    else:
        _kop_323(bericht, declaratie, soort)
        houder = add(_declaratie(bericht, declaratie, soort), soort.namespace, "Clienten")
    for client, persoon in zip(declaratie.clienten, personen, strict=True):
        _schrijf_client(houder, client, persoon, soort)
    return finish(bericht, soort, schemas)


def _client(opdracht: Opdracht, index: int, persoon: Persoon, prestaties: Sequence[Any]) -> Client:
    waarden = index, None, persoon["bsn"], tuple(prestaties)
    if opdracht.soort.naam.endswith("323"):
        return Client(*waarden)
    return Client303(*waarden, date.fromisoformat(str(persoon["geboortedatum"])), persoon["datumGebruik"])


# --- XML -------------------------------------------------------------------------------------------------------------


def _kop(bericht: Element, soort: Berichtsoort, code: str) -> Element:
    kop, m = add(bericht, soort.namespace, "Header"), soort.namespace
    versie, subversie = soort.release.split(".")
    for naam, waarde in (("BerichtCode", code), ("BerichtVersie", versie), ("BerichtSubversie", subversie)):
        add(kop, m, naam, waarde)
    return kop


def _kop_323(bericht: Element, d: Declaratie, soort: Berichtsoort) -> None:
    m, b = soort.namespace, soort.basis
    kop = _kop(bericht, soort, soort.codes[0])
    add(kop, m, "Afzender", d.kop.afzender)
    add(kop, m, "Ontvanger", d.kop.ontvanger)
    _waarden(add(kop, m, "BerichtIdentificatie"), b, Identificatie=d.kop.identificatie, Dagtekening=d.kop.dagtekening)
    basis, eigen = d.kop.xsd_versie
    _waarden(add(kop, m, "XsdVersie"), b, BasisschemaXsdVersie=basis, BerichtXsdVersie=eigen)


def _declaratie(bericht: Element, d: Declaratie, soort: Berichtsoort) -> Element:
    m, b = soort.namespace, soort.basis
    klasse = add(bericht, m, "Declaratie")
    add(klasse, m, "DeclaratieNummer", d.nummer)
    _waarden(add(klasse, m, "DeclaratiePeriode"), b, Begindatum=d.begin, Einddatum=d.eind)
    add(klasse, m, "DeclaratieDagtekening", d.dagtekening.isoformat())
    _waarden(add(klasse, m, "TotaalIngediendBedrag"), b, TotaalBedrag=abs(d.totaal), DebetCredit=d.totaal_dc)
    return klasse


def _kop_303(bericht: Element, d: Declaratie303, soort: Berichtsoort) -> None:
    """The BerichtCode of a factuur comes second; BetalingAanID 02: to the Aanbieder."""
    m, b = soort.namespace, soort.basis
    kop = _kop(bericht, soort, soort.codes[d.factuur])
    _waarden(kop, m, Gemeente=d.kop.ontvanger, Aanbieder=d.kop.afzender, BetalingAanID=d.betaling_aan)
    over = add(kop, m, "DeclaratieFactuurIdentificatie")
    _waarden(add(over, b, "DeclaratiePeriode"), b, Begindatum=d.begin, Einddatum=d.eind)
    dag = d.dagtekening
    _waarden(over, b, DeclarantFactuurNummer=d.kop.identificatie, FactuurDagtekening=dag, ValutaCode="EUR")
    totaal = add(add(kop, m, "DeclaratieFactuurBedragen"), b, "DeclaratieFactuurTotaalBedrag")
    _waarden(totaal, b, TotaalBedrag=abs(d.totaal), DebetCredit=d.totaal_dc)


def _schrijf_client(houder: Element, client: Client, persoon: Persoon, soort: Berichtsoort) -> None:
    m, b = soort.namespace, soort.basis
    klasse = add(houder, m, "Client")
    add(klasse, m, "Bsn", client.bsn)
    if isinstance(client, Client303):
        geboren = {"Datum": client.geboortedatum, "DatumGebruik": client.datumgebruik}
        _waarden(add(klasse, m, "Geboortedatum"), b, **geboren)
        add(klasse, m, "Geslacht", persoon["geslacht"])
        naam = add(klasse, m, "Naam")
        geslachtsnaam = {"Achternaam": persoon["achternaam"], "Voorvoegsel": persoon["voorvoegsel"]}
        _waarden(add(naam, b, "Geslachtsnaam"), b, **geslachtsnaam)
        _waarden(naam, b, Voornamen=persoon["voornamen"], Voorletters=persoon["voorletters"])
    prestaties = add(klasse, m, "Prestaties")
    for prestatie in client.prestaties:
        _prestatie(add(prestaties, m, "Prestatie"), prestatie, soort)


def _prestatie(klasse: Element, p: Prestatie, soort: Berichtsoort) -> None:
    m, b = soort.namespace, soort.basis
    is_303 = isinstance(p, Prestatie303)
    if not is_303:
        _waarden(add(klasse, m, "ProductReferentie"), b, ReferentieNummer=p.referentienummer)
    _waarden(klasse, m, ToewijzingNummer=p.toewijzing, ProductCategorie=p.categorie, ProductCode=p.code)
    _waarden(add(klasse, m, "ProductPeriode"), b, Begindatum=p.begin, Einddatum=p.eind)
    volume = {"GeleverdVolume": p.volume, "Eenheid": p.eenheid, "ProductTarief": p.tarief}
    if isinstance(p, Prestatie303):
        ingediend = add(klasse, m, "IngediendeBedragPrestatie")
        _waarden(ingediend, b, **volume, BtwVrijstellingIndicatie=p.btw_vrijstelling)
        _waarden(add(ingediend, b, "DeclaratieFactuurBedrag"), b, Bedrag=p.bedrag, DebetCredit=p.dc)
        _waarden(add(klasse, m, "ProductReferentie"), b, ReferentieNummer=p.referentienummer)
    else:
        _waarden(klasse, m, **volume)
        _waarden(add(klasse, m, "IngediendBedrag"), b, Bedrag=p.bedrag, DebetCredit=p.dc)


def _waarden(houder: Element, namespace: str, **waarden: Any) -> None:
    """Leaves below `houder`; None leaves one out."""
    for naam, waarde in waarden.items():
        if waarde is not None:
            add(houder, namespace, naam, str(waarde))
