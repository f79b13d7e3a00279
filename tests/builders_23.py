"""Valid messages of iwmo 2.3 as bytes, as `builders` has those of 3.2.

`wmo301_23`, `wmo302_23`, `wmo303` and `wmo304` give whole messages; `product23`, `beschikking`, `beperking` and
`prestatie23` (and `client`, `contact` and `relatie` of `builders`) the dicts they are made of. The periods are those
of four weeks: everything by default is about P1 of 2025, 30 December 2024 to 26 January 2025.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from lxml import etree
from message_editing import Node
from message_elements import Writer, as_bytes, client_301, judged, retour, retourcodes, totaalbedrag
from message_elements_23 import (
    beschikking_301,
    client_303,
    factuurbedragen,
    factuuridentificatie,
    header_301,
    header_303,
    header_304,
    returned_client,
    returned_prestatie,
    writer,
)
from message_records import Record, beperking, beschikking, bsn, client, prestatie23, product23

__all__ = ["beperking", "beschikking", "prestatie23", "product23", "wmo301_23", "wmo302_23", "wmo303", "wmo304"]

Codes = Sequence[str]
_default_client, _default_beschikking = client, beschikking
_CLASSES_302 = {
    "Client": "client",
    "Relatie": "relatie",
    "Contact": "contact",
    "Beschikking": "beschikking",
    "Beperking": "beperking",
    "BeperkingScore": "score",
    "ToegewezenProduct": "product",
}
_BEDRAG = "{*}IngediendeBedragPrestatie/{*}DeclaratieFactuurBedrag"


def wmo301_23(
    *producten: Record,
    client: Record | None = None,
    beschikking: Record | None = None,
    afzender: str = "0503",
    ontvanger: str = "75000001",
    identificatie: str = "T0001",
    dagtekening: object = "2024-12-16",
) -> bytes:
    """A 301; one default product23 when none is given, all in the one Beschikking."""
    w = writer("WMO301")
    toegewezen = beschikking_301(w, beschikking or _default_beschikking(), producten or (product23(),))
    head = header_301(w, afzender, ontvanger, identificatie, dagtekening)
    return as_bytes(w.group("Bericht", head, client_301(w, client or _default_client(), toegewezen)))


def wmo302_23(
    heen: bytes,
    codes: Codes = (),
    header_codes: Codes = (),
    identificatie: str = "R0001",
    dagtekening: object = "2024-12-17",
    xslt: str | None = None,
    client_codes: Mapping[str, Codes] | None = None,
) -> bytes:
    """The retour of a 301, as `wmo302`; client_codes knows beschikking, beperking and score besides."""
    if codes:
        client_codes = {"product": codes, **(client_codes or {})}
        header_codes = header_codes or ("0200",)
    w = writer("WMO302")
    root = retour(
        heen,
        w,
        "415",
        w.leaf("IdentificatieRetour", identificatie),
        w.leaf("DagtekeningRetour", dagtekening),
        w.leaf("XsltVersie", xslt),
        retourcodes(w, header_codes),
    )
    return as_bytes(judged(root, w, _CLASSES_302, client_codes))


def _total(lines: Sequence[Record], key: str) -> int | None:
    """The signed sum of an amount of the lines that have it; None when none has."""
    amounts = [line[key] if line["dc"] == "D" else -line[key] for line in lines if line[key] is not None]
    return sum(amounts) if amounts else None


def wmo303(
    *prestaties: Record,
    clienten: Mapping[str, Sequence[Record]] | None = None,
    factuur: bool = False,
    gemeente: str = "0503",
    aanbieder: str = "75000001",
    servicebureau: str | None = None,
    betaling: str = "02",
    nummer: str = "F0001",
    begin: object = "2024-12-30",
    eind: object = "2025-01-26",
    dagtekening: object = "2025-02-03",
    btw_id: str | None = None,
    totaal: int | None = None,
    btw_totaal: int | None = None,
) -> bytes:
    """A 303: the prestaties under one Client, or clienten = {bsn: [prestatie, ...]}.

    totaal and btw_totaal are signed; by default the sums of bedrag and btw_bedrag, the latter left out when no line
    has one. A factuur needs a btw_vrijstelling in every line (CD059), which the one default line has.
    """
    w = writer("WMO303")
    default = prestatie23(btw_vrijstelling="1" if factuur else None)
    per_client = clienten or {bsn(1): prestaties or (default,)}
    lines = list(chain.from_iterable(per_client.values()))
    parties = {"Gemeente": gemeente, "Servicebureau": servicebureau, "Aanbieder": aanbieder, "BetalingAanID": betaling}
    head = header_303(
        w,
        "448" if factuur else "416",
        parties,
        factuuridentificatie(w, begin, eind, nummer, dagtekening, btw_id),
        factuurbedragen(
            w,
            _total(lines, "bedrag") or 0 if totaal is None else totaal,
            _total(lines, "btw_bedrag") if btw_totaal is None else btw_totaal,
        ),
    )
    people = (client_303(w, client(bsn=number), some) for number, some in per_client.items())
    return as_bytes(w.group("Bericht", head, w.group("Clienten", *people)))


def _signed(amount: Node) -> int:
    return -int(amount[0].text) if amount[1].text == "C" else int(amount[0].text)


def _returned(
    w: Writer, old: Node, refused: Mapping[str, Codes], partly: Mapping[str, int], whole: Codes
) -> Node | None:
    """The Client of the 304 for a Client of the 303; None when all its lines are granted in full."""
    kept, remarks = [], False
    for line in old.iter("{*}Prestatie"):
        referentie = line.findtext("{*}ProductReferentie/{*}ReferentieNummer")
        codes = ("0233",) if whole else refused.get(referentie, ())
        remarks = remarks or bool(codes)
        if codes or referentie in partly:
            kept.append(returned_prestatie(w, line, 0 if codes else partly[referentie], codes))
    if not kept:
        return None
    return returned_client(w, old, kept, whole or (("0200",) if remarks else ()))


def _not_granted(clienten: Sequence[Node]) -> int:
    """What the returned Prestaties were submitted for and did not get (TR320), signed."""
    lines = [line for one in clienten for line in one.iter("{*}Prestatie")]
    off = (_signed(line.find(_BEDRAG)) - _signed(line.find("{*}ToegekendeBedragPrestatie")[1]) for line in lines)
    return sum(off)


def wmo304(
    heen: bytes,
    header_codes: Codes = ("8001",),
    referentie: str = "G0001",
    dagtekening: object = "2025-02-10",
    toegekend: int | None = None,
    refused: Mapping[str, Codes] | None = None,
    partly: Mapping[str, int] | None = None,
    client_codes: Mapping[str, Codes] | None = None,
    xslt: str | None = None,
) -> bytes:
    """The answer to a 303: everything granted (8001) unless something is refused; only what is not is returned.

    refused {referentie: codes} and partly {referentie: eurocent granted, no RetourCode} are about lines; client_codes
    {bsn: codes} refuses all lines of that Client with 0233. The Header then says 0200, as does a Client with a refused
    line. Other header_codes refuse the message (Header only, nothing granted). toegekend (signed) overrides the total.
    """
    old, w = etree.fromstring(heen), writer("WMO304")
    rejected = not {"8001", "0200"} & set(header_codes)
    clienten = []
    for one in () if rejected else old.iter("{*}Client"):
        whole = (client_codes or {}).get(one.findtext("{*}Bsn"), ())
        clienten.append(_returned(w, one, refused or {}, partly or {}, whole))
    clienten = [one for one in clienten if one is not None]
    ingediend = _signed(old.find(".//{*}DeclaratieFactuurTotaalBedrag"))
    if toegekend is None:
        toegekend = 0 if rejected else ingediend - _not_granted(clienten)
    totals = {"IngediendTotaalBedrag": ingediend, "ToegekendTotaalBedrag": toegekend}
    head = header_304(
        old[0],
        w,
        w.group(
            "RetourHeader",
            w.basis.leaf("GemeenteReferentieNummer", referentie),
            w.basis.leaf("RetourDagtekening", dagtekening),
        ),
        w.group("RetourBedragen", *(totaalbedrag(w.basis, name, signed) for name, signed in totals.items())),
        xslt,
        ("0200",) if clienten else header_codes,
    )
    return as_bytes(w.group("Bericht", head, w.group("Clienten", *clienten)))
