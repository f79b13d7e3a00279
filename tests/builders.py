"""Valid messages of iwmo 3.2 as bytes, for tests that start from a valid thing and change one thing.

`wmo301`, `wmo302`, `wmo323` and `wmo325` give whole messages; `client`, `contact`, `relatie`, `product` and
`prestatie` give the dicts they are made of, with defaults that break no rule. Amounts are eurocent, dates ISO
text (a date works too). None leaves an element out. `set_text`, `remove` and `insert_after` make the one
change. Nothing here comes from `services`: tests must not read messages with the eyes of what they test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree
from message_editing import BASIS, NS, Node, insert_after, remove, set_text, text, texts
from message_elements import (
    CODES,
    Writer,
    as_bytes,
    client_301,
    client_323,
    echo,
    header,
    identificatie_en_dag,
    judged,
    periode,
    retour,
    retourcodes,
    toegewezen_producten,
    totaalbedrag,
    versie,
)
from message_records import Record, bsn, client, contact, prestatie, product, relatie

__all__ = [
    "BASIS", "NS", "bsn", "client", "contact", "insert_after", "prestatie", "product", "relatie", "remove",
    "set_text", "text", "texts", "wmo301", "wmo302", "wmo323", "wmo325",
]  # fmt: skip

Codes = Sequence[str]
_default_client = client
_CLASSES_302 = {
    "Client": "client",
    "Relatie": "relatie",
    "Contact": "contact",
    "ToegewezenProduct": "product",
}


def wmo301(
    *producten: Record,
    client: Record | None = None,
    afzender: str = "0503",
    ontvanger: str = "75000001",
    identificatie: str = "T0001",
    dagtekening: object = "2024-12-16",
) -> bytes:
    """A 301; one default product when none is given."""
    w = Writer(NS("WMO301"))
    head = header("WMO301", afzender, ontvanger, identificatie, dagtekening)
    toegewezen = toegewezen_producten(w, producten or (product(),))
    return as_bytes(w.group("Bericht", head, client_301(w, client or _default_client(), toegewezen)))


def wmo302(
    heen: bytes,
    codes: Codes = (),
    header_codes: Codes = (),
    identificatie: str = "R0001",
    dagtekening: object = "2024-12-17",
    xslt: str | None = None,
    client_codes: Mapping[str, Codes] | None = None,
) -> bytes:
    """The retour of a 301: accepting unless codes are given.

    header_codes alone: a refusal in the Header. client_codes {client|relatie|contact|product: codes}: the
    whole Client echoed with RetourCodes in every class, 0200 where nothing is given; the Header says only
    what header_codes say. codes: short for a refusal of every ToegewezenProduct, with 0200 in the Header.
    """
    if codes:
        client_codes = {"product": codes, **(client_codes or {})}
        header_codes = header_codes or ("0200",)
    w = Writer(NS("WMO302"))
    root = retour(
        heen,
        w,
        CODES["WMO302"],
        w.leaf("IdentificatieRetour", identificatie),
        w.leaf("DagtekeningRetour", dagtekening),
        w.leaf("XsltVersie", xslt),
        versie(w, "XsdVersieRetour"),
        retourcodes(w, header_codes),
    )
    return as_bytes(judged(root, w, _CLASSES_302, client_codes))


def wmo323(
    *prestaties: Record,
    clienten: Mapping[str, Sequence[Record]] | None = None,
    afzender: str = "75000001",
    ontvanger: str = "0503",
    identificatie: str = "D0001",
    dagtekening: object = "2025-02-03",
    nummer: str = "DN0001",
    begin: object = "2025-01-01",
    eind: object = "2025-01-31",
    declaratiedagtekening: object = None,
    totaal: int | None = None,
) -> bytes:
    """A 323: the prestaties under one Client, or clienten = {bsn: [prestatie, ...]}; totaal: signed."""
    w = Writer(NS("WMO323"))
    per_client = clienten or {bsn(1): prestaties or (prestatie(),)}
    if totaal is None:
        lines = (line for some in per_client.values() for line in some)
        totaal = sum(line["bedrag"] if line["dc"] == "D" else -line["bedrag"] for line in lines)
    declaratie = w.group(
        "Declaratie",
        w.leaf("DeclaratieNummer", nummer),
        periode(w, "DeclaratiePeriode", begin, eind),
        w.leaf("DeclaratieDagtekening", declaratiedagtekening or dagtekening),
        totaalbedrag(w, "TotaalIngediendBedrag", totaal),
        w.group("Clienten", *(client_323(w, number, some) for number, some in per_client.items())),
    )
    head = header("WMO323", afzender, ontvanger, identificatie, dagtekening)
    return as_bytes(w.group("Bericht", head, declaratie))


def _found(node: Node, name: str) -> Node:
    return node.find(f".//{{*}}{name}")


def _signed(amount: Node) -> int:
    return -int(amount[0].text) if amount[1].text == "C" else int(amount[0].text)


def _refused_client(w: Writer, heen: Node, refused: Mapping[str, Codes], whole: Codes) -> Node:
    """The Client of the 325 for a Client of the 323; None when all its lines are approved."""
    kept = []
    for line in heen.iter("{*}Prestatie"):
        codes = ("0233",) if whole else refused.get(_found(line, "ReferentieNummer").text, ())
        if codes:
            echoed = echo(line, w)
            echoed.append(retourcodes(w, codes))
            kept.append(echoed)
    if not kept:
        return None
    own = echo(_found(heen, "Bsn"), w)
    return w.group("Client", own, w.group("Prestaties", *kept), retourcodes(w, whole or ("0200",)))


def _header_325(w: Writer, old: Node, identificatie: str, dagtekening: object, xslt: str | None, codes: Codes) -> Node:
    number, day = (_found(old, name).text for name in ("Identificatie", "Dagtekening"))
    return header(
        "WMO325",
        _found(old, "Ontvanger").text,
        _found(old, "Afzender").text,
        identificatie,
        dagtekening,
        identificatie_en_dag(w, "DeclaratieIdentificatie", number, day),
        w.leaf("XsltVersie", xslt),
        versie(w, "XsdVersieDeclaratie"),
        retourcodes(w, codes),
    )


def wmo325(
    heen: bytes,
    refused: Mapping[str, Codes] | None = None,
    client_codes: Mapping[str, Codes] | None = None,
    header_codes: Codes = ("0200",),
    declaratie_codes: Codes = (),
    identificatie: str = "A0001",
    dagtekening: object = "2025-02-10",
    toegekend: int | None = None,
    xslt: str | None = None,
) -> bytes:
    """The answer to a 323, everything approved (8001) unless something is refused.

    refused {referentie: codes}; client_codes {bsn: codes} refuses all lines of that Client with 0233;
    declaratie_codes refuses the Declaratie (0 D, no Clienten); header_codes other than 0200 refuse the
    message (Header only). toegekend (signed eurocent) overrides the right total.
    """
    old, w = etree.fromstring(heen), Writer(NS("WMO325"))
    head = _header_325(w, old[0], identificatie, dagtekening, xslt, header_codes)
    if tuple(header_codes) != ("0200",):
        return as_bytes(w.group("Bericht", head))
    clienten = []
    for one in () if declaratie_codes else old.iter("{*}Client"):
        clienten.append(_refused_client(w, one, refused or {}, (client_codes or {}).get(_found(one, "Bsn").text, ())))
    clienten = [one for one in clienten if one is not None]
    if toegekend is None:
        off = sum(_signed(amount) for one in clienten for amount in one.iter("{*}IngediendBedrag"))
        toegekend = 0 if declaratie_codes else _signed(_found(old, "TotaalIngediendBedrag")) - off
    antwoord = w.group(
        "DeclaratieAntwoord",
        echo(_found(old, "DeclaratieNummer"), w),
        echo(_found(old, "TotaalIngediendBedrag"), w),
        totaalbedrag(w, "TotaalToegekendBedrag", toegekend),
        w.group("Clienten", *clienten),
        retourcodes(w, declaratie_codes or (("0200",) if clienten else ("8001",))),
    )
    return as_bytes(w.group("Bericht", head, antwoord))
