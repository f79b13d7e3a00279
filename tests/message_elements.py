"""The elements of the messages, made from records; part of `builders`."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

from lxml import etree
from message_editing import NS, Node, basis_of
from message_records import Record

XSD_VERSIE = "1.0.0"
CODES = {"WMO301": "414", "WMO302": "415", "WMO323": "484", "WMO325": "485"}


class Writer:
    """Makes elements in one namespace; what is None or has no children is left out."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace

    @cached_property
    def basis(self) -> Writer:
        """The one for the base types of the same release."""
        return Writer(basis_of(self.namespace))

    def leaf(self, name: str, value: object) -> Node:
        if value is None:
            return None
        node = etree.Element(f"{{{self.namespace}}}{name}")
        node.text = value.isoformat() if isinstance(value, date) else str(value)
        return node

    def leaves(self, record: Record, **keys: str) -> list[Node]:
        """One leaf per element name, with the value of that key of the record."""
        return [self.leaf(name, record[key]) for name, key in keys.items()]

    def group(self, name: str, *children: Node) -> Node:
        kept = [child for child in children if child is not None]
        if not kept:
            return None
        node = etree.Element(f"{{{self.namespace}}}{name}")
        node.extend(kept)
        return node


def as_bytes(root: Node) -> bytes:
    """The message, indented, with prefixes as the standard's samples have them."""
    space = etree.QName(root).namespace
    standaard, _, soort, _ = space.split("/")[-4:]
    # Only an element's maker chooses its prefix; the children take over the prefixes of a new root.
    named = etree.Element(root.tag, nsmap={soort: space, standaard: basis_of(space)})
    named.extend(list(root))
    etree.cleanup_namespaces(named, keep_ns_prefixes=[standaard])
    etree.indent(named, space="  ")
    return bytes(etree.tostring(named, xml_declaration=True, encoding="UTF-8")) + b"\n"


def echo(node: Node, w: Writer) -> Node:
    """The same XML with its message namespace replaced; types of the base namespace stay."""
    twin = copy.deepcopy(node)
    for element in twin.iter(f"{{{etree.QName(node).namespace}}}*"):
        element.tag = f"{{{w.namespace}}}{etree.QName(element).localname}"
    return twin


def identificatie_en_dag(w: Writer, name: str, nummer: object, dagtekening: object) -> Node:
    return w.group(name, w.basis.leaf("Identificatie", nummer), w.basis.leaf("Dagtekening", dagtekening))


def versie(w: Writer, name: str) -> Node:
    names = ("BasisschemaXsdVersie", "BerichtXsdVersie")
    return w.group(name, *(w.basis.leaf(one, XSD_VERSIE) for one in names))


def header(soort: str, afzender: str, ontvanger: str, nummer: str, dagtekening: object, *more: Node) -> Node:
    w = Writer(NS(soort))
    return w.group(
        "Header",
        w.leaf("BerichtCode", CODES[soort]),
        w.leaf("BerichtVersie", 3),
        w.leaf("BerichtSubversie", 2),
        w.leaf("Afzender", afzender),
        w.leaf("Ontvanger", ontvanger),
        identificatie_en_dag(w, "BerichtIdentificatie", nummer, dagtekening),
        versie(w, "XsdVersie"),
        *more,
    )


def retourcodes(w: Writer, codes: Iterable[str]) -> Node:
    return w.group("RetourCodes", *(w.leaf("RetourCode", code) for code in codes))


# --- 301 ---


def geboortedatum(w: Writer, who: Record) -> Node:
    return w.group("Geboortedatum", *w.basis.leaves(who, Datum="geboortedatum", DatumGebruik="datumgebruik"))


def geslachtsnaam(w: Writer, who: Record) -> Node:
    own = w.basis.leaves(who, Achternaam="achternaam", Voorvoegsel="voorvoegsel")
    return w.basis.group("Geslachtsnaam", *own)


def _naam(w: Writer, who: Record) -> Node:
    partner = w.basis.leaves(who, Achternaam="partnernaam", Voorvoegsel="partnervoorvoegsel")
    rest = w.basis.leaves(who, Voornamen="voornamen", Voorletters="voorletters", NaamGebruik="naamgebruik")
    return w.group("Naam", geslachtsnaam(w, who), w.basis.group("Partnernaam", *partner), *rest)


def _telefoon(w: Writer, c: Record, name: str, key: str) -> Node:
    if c[key] is None:
        return None
    return w.basis.group(name, *w.basis.leaves(c, Telefoonnummer=key, Landnummer="landnummer"))


def _adres(w: Writer, c: Record) -> Node:
    huis = w.basis.leaves(
        c,
        Huisnummer="huisnummer",
        Huisletter="huisletter",
        HuisnummerToevoeging="toevoeging",
        AanduidingWoonadres="aanduiding",
    )
    rest = w.basis.leaves(c, Postcode="postcode", Straatnaam="straat", Plaatsnaam="plaats", LandCode="landcode")
    return w.group("Adres", w.basis.group("Huis", *huis), *rest)


def _contact(w: Writer, c: Record) -> Node:
    telefoons = _telefoon(w, c, "Telefoon01", "telefoon"), _telefoon(w, c, "Telefoon02", "telefoon2")
    return w.group(
        "Contact",
        w.leaf("Soort", c["soort"]),
        _adres(w, c),
        w.leaf("Organisatie", c["organisatie"]),
        w.group("Telefoon", *telefoons),
        w.leaf("Emailadres", c["emailadres"]),
        w.group("Periode", *w.basis.leaves(c, Begindatum="begin", Einddatum="eind")),
    )


def _relatie(w: Writer, r: Record) -> Node:
    return w.group(
        "Relatie",
        *w.leaves(r, Nummer="nummer", Volgorde="volgorde", Soort="soort"),
        geboortedatum(w, r),
        w.leaf("Geslacht", r["geslacht"]),
        _naam(w, r),
        _contact(w, r["contact"]),
    )


def toegewezen_producten(w: Writer, producten: Iterable[Record]) -> Node:
    return w.group("ToegewezenProducten", *(_product(w, p) for p in producten))


def _product(w: Writer, p: Record) -> Node:
    shape = w.basis.leaves(p, Categorie="categorie", Code="code")
    omvang = w.basis.leaves(p, Volume="volume", Eenheid="eenheid", Frequentie="frequentie")
    return w.group(
        "ToegewezenProduct",
        *w.leaves(p, ToewijzingNummer="nummer", ReferentieAanbieder="referentie"),
        None if p["categorie"] is None else w.group("Product", *shape),
        *w.leaves(p, Toewijzingsdatum="toewijzingsdatum", Toewijzingstijd="toewijzingstijd"),
        *w.leaves(p, Ingangsdatum="ingangsdatum", Einddatum="einddatum", RedenWijziging="reden"),
        None if p["volume"] is None else w.group("Omvang", *omvang),
        w.leaf("Budget", p.get("budget")),  # 2.3 has none
        w.leaf("Commentaar", p["commentaar"]),
    )


def client_301(w: Writer, c: Record, toegewezen: Node) -> Node:
    """The Client; what is assigned to him is a ToegewezenProducten, in 2.3 a Beschikking."""
    talk = c["communicatie"]
    return w.group(
        "Client",
        w.leaf("Bsn", c["bsn"]),
        geboortedatum(w, c),
        w.leaf("Geslacht", c["geslacht"]),
        _naam(w, c),
        None if talk is None else w.group("Communicatie", *w.basis.leaves(talk, Vorm="vorm", Taal="taal")),
        w.leaf("JuridischeStatus", c["juridischestatus"]),
        w.leaf("WettelijkeVertegenwoordiging", c["vertegenwoordiging"]),
        w.leaf("Commentaar", c["commentaar"]),
        w.group("Relaties", *(_relatie(w, r) for r in c["relaties"])),
        w.group("Contactgegevens", *(_contact(w, one) for one in c["contacten"])),
        toegewezen,
    )


# --- 302 ---


def retour(heen: bytes, w: Writer, code: str, *in_header: Node) -> Node:
    """The 301 as a 302: its own BerichtCode, and more in the Header."""
    root = echo(etree.fromstring(heen), w)
    root[0][0].text = code
    root[0].extend([node for node in in_header if node is not None])
    return root


def judged(root: Node, w: Writer, classes: Mapping[str, str], codes: Mapping[str, Sequence[str]] | None) -> Node:
    """The 302 with RetourCodes in every class, by the name of the class in `codes`; without codes no Client."""
    if codes is None:
        root.remove(root[1])
        return root
    for name, key in classes.items():
        for element in root[1].iter(f"{{{w.namespace}}}{name}"):
            element.append(retourcodes(w, codes.get(key, ("0200",))))
    return root


# --- 323 and 325 ---


def totaalbedrag(w: Writer, name: str, signed: int) -> Node:
    """The amount without its sign, and the sign as DebetCredit; zero is D (CS325)."""
    dc = "C" if signed < 0 else "D"
    return w.group(name, w.basis.leaf("TotaalBedrag", abs(signed)), w.basis.leaf("DebetCredit", dc))


def periode(w: Writer, name: str, begin: object, eind: object) -> Node:
    return w.group(name, w.basis.leaf("Begindatum", begin), w.basis.leaf("Einddatum", eind))


def _prestatie(w: Writer, p: Record) -> Node:
    numbers = w.basis.leaves(p, ReferentieNummer="referentie", VorigReferentieNummer="vorig")
    return w.group(
        "Prestatie",
        w.group("ProductReferentie", *numbers),
        *w.leaves(p, ToewijzingNummer="toewijzing", ProductCategorie="categorie", ProductCode="code"),
        periode(w, "ProductPeriode", p["begin"], p["eind"]),
        *w.leaves(p, GeleverdVolume="volume", Eenheid="eenheid", ProductTarief="tarief"),
        w.group("IngediendBedrag", *w.basis.leaves(p, Bedrag="bedrag", DebetCredit="dc")),
    )


def client_323(w: Writer, bsn: str, prestaties: Iterable[Record]) -> Node:
    lines = w.group("Prestaties", *(_prestatie(w, p) for p in prestaties))
    return w.group("Client", w.leaf("Bsn", bsn), lines)
