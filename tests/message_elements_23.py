"""The elements that messages of 2.3 have otherwise, made from records; part of `builders_23`."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree
from message_editing import NS, Node
from message_elements import (
    Writer,
    echo,
    geboortedatum,
    geslachtsnaam,
    identificatie_en_dag,
    periode,
    retourcodes,
    toegewezen_producten,
    totaalbedrag,
)
from message_records import Record


def writer(soort: str) -> Writer:
    return Writer(NS(soort, "2.3"))


def _start(w: Writer, code: str) -> list[Node]:
    values = {"BerichtCode": code, "BerichtVersie": 2, "BerichtSubversie": 3}
    return [w.leaf(name, value) for name, value in values.items()]


# --- 301 ---


def header_301(w: Writer, afzender: str, ontvanger: str, nummer: str, dagtekening: object) -> Node:
    return w.group(
        "Header",
        *_start(w, "414"),
        w.leaf("Afzender", afzender),
        w.leaf("Ontvanger", ontvanger),
        identificatie_en_dag(w, "BerichtIdentificatie", nummer, dagtekening),
    )


def _beperking(w: Writer, b: Record) -> Node:
    scores = [w.group("BeperkingScore", w.leaf("Vraag", v), w.leaf("Score", s)) for v, s in b["scores"]]
    own = w.leaves(b, Categorie="categorie", Duur="duur", Commentaar="commentaar")
    return w.group("Beperking", *own, w.group("BeperkingScores", *scores))


def beschikking_301(w: Writer, b: Record, producten: Iterable[Record]) -> Node:
    grondslagen = (w.basis.leaf(f"Grondslag{nr:02}", code) for nr, code in enumerate(b["grondslagen"], 1))
    return w.group(
        "Beschikking",
        w.leaf("BeschikkingNummer", b["nummer"]),
        w.group("Grondslagen", *grondslagen),
        *w.leaves(b, Afgiftedatum="afgiftedatum", Ingangsdatum="ingangsdatum", Einddatum="einddatum"),
        w.leaf("Commentaar", b["commentaar"]),
        w.group("Beperkingen", *(_beperking(w, one) for one in b["beperkingen"])),
        toegewezen_producten(w, producten),
    )


# --- 303 ---


def header_303(w: Writer, code: str, parties: Record, identificatie: Node, bedragen: Node) -> Node:
    """parties: the elements from Gemeente to BetalingAanID, in their order."""
    named = (w.leaf(name, value) for name, value in parties.items())
    return w.group("Header", *_start(w, code), *named, identificatie, bedragen)


def factuuridentificatie(
    w: Writer, begin: object, eind: object, nummer: str, dagtekening: object, btw_id: str | None
) -> Node:
    own = w.basis
    return w.group(
        "DeclaratieFactuurIdentificatie",
        periode(own, "DeclaratiePeriode", begin, eind),
        own.leaf("DeclarantFactuurNummer", nummer),
        own.leaf("FactuurDagtekening", dagtekening),
        own.leaf("BtwIDNummer", btw_id),
        own.leaf("ValutaCode", "EUR"),
    )


def factuurbedragen(w: Writer, totaal: int, btw_totaal: int | None) -> Node:
    """Both signed, in eurocent."""
    names = {"DeclaratieFactuurTotaalBedrag": totaal, "BtwTotaalBedrag": btw_totaal}
    made = (totaalbedrag(w.basis, name, signed) for name, signed in names.items() if signed is not None)
    return w.group("DeclaratieFactuurBedragen", *made)


def _bedrag(w: Writer, name: str, bedrag: int | None, dc: str) -> Node:
    if bedrag is None:
        return None
    return w.basis.group(name, w.basis.leaf("Bedrag", bedrag), w.basis.leaf("DebetCredit", dc))


def _ingediend(w: Writer, p: Record) -> Node:
    own = w.basis
    return w.group(
        "IngediendeBedragPrestatie",
        *own.leaves(p, GeleverdVolume="volume", Eenheid="eenheid"),
        *own.leaves(p, Verrekenpercentage="verrekenpercentage", ProductTarief="tarief"),
        _bedrag(w, "BerekendBedrag", p["berekend"], p["dc"]),
        *own.leaves(p, BtwVrijstellingIndicatie="btw_vrijstelling", BtwPercentage="btw_percentage"),
        _bedrag(w, "BtwBedrag", p["btw_bedrag"], p["dc"]),
        _bedrag(w, "DeclaratieFactuurBedrag", p["bedrag"], p["dc"]),
    )


def _prestatie(w: Writer, p: Record) -> Node:
    numbers = w.basis.leaves(p, ReferentieNummer="referentie", VorigReferentieNummer="vorig")
    return w.group(
        "Prestatie",
        *w.leaves(p, BeschikkingNummer="beschikkingnummer", ToewijzingNummer="toewijzing"),
        *w.leaves(p, ProductCategorie="categorie", ProductCode="code"),
        periode(w, "ProductPeriode", p["begin"], p["eind"]),
        _ingediend(w, p),
        w.group("ProductReferentie", *numbers),
        w.leaf("Commentaar", p["commentaar"]),
    )


def client_303(w: Writer, c: Record, prestaties: Iterable[Record]) -> Node:
    names = w.basis.leaves(c, Voornamen="voornamen", Voorletters="voorletters")
    return w.group(
        "Client",
        w.leaf("Bsn", c["bsn"]),
        geboortedatum(w, c),
        w.leaf("Geslacht", c["geslacht"]),
        w.group("Naam", geslachtsnaam(w, c), *names),
        w.leaf("Commentaar", c["commentaar"]),
        w.group("Prestaties", *(_prestatie(w, p) for p in prestaties)),
    )


# --- 304 ---


def returned_prestatie(w: Writer, line: Node, toegekend: int, codes: Iterable[str]) -> Node:
    """The Prestatie of the 303 with what is granted of it (eurocent, in both amounts), and why not the rest."""
    echoed = echo(line, w)
    dc = echoed.findtext("{*}IngediendeBedragPrestatie/{*}DeclaratieFactuurBedrag/{*}DebetCredit")
    amounts = (
        _bedrag(w, name, toegekend, dc if toegekend else "D") for name in ("GemeenteBerekendBedrag", "ToegekendBedrag")
    )
    echoed.find("{*}ProductReferentie").addnext(w.group("ToegekendeBedragPrestatie", *amounts))
    echoed.extend([node for node in [retourcodes(w, codes)] if node is not None])
    return echoed


def returned_client(w: Writer, old: Node, prestaties: list[Node], codes: Iterable[str]) -> Node:
    """The Client of the 303 with the Prestaties that are returned."""
    own = [echo(node, w) for node in old if etree.QName(node).localname != "Prestaties"]
    return w.group("Client", *own, w.group("Prestaties", *prestaties), retourcodes(w, codes))


def header_304(
    old: Node, w: Writer, retourheader: Node, bedragen: Node, xslt: str | None, codes: Iterable[str]
) -> Node:
    """What the Header of the 303 says but its amounts, under the code of the answer, and the answer's own."""
    kept = [echo(node, w) for node in old if etree.QName(node).localname != "DeclaratieFactuurBedragen"]
    kept[0].text = str(int(kept[0].text) + 1)
    return w.group("Header", *kept, retourheader, bedragen, w.leaf("XsltVersie", xslt), retourcodes(w, codes))
