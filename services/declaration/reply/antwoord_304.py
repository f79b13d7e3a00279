"""The 304 that answers a 303 (release-2.3 §3.2): only the bad news comes back.

A whole approval or refusal is a Header alone. Else a refused line comes back with 0 and 0 and its codes, one that is
awarded in part with the award in both amounts and no code.
"""

from datetime import date
from typing import Any, BinaryIO

from lxml import etree

from services.declaration.message import Declaratie303
from services.declaration.reply.totalen import add_totaal
from services.declaration.verdict import AFGEKEURD, Oordeel
from services.kernel.answers import add, add_codes, echo, finish, root
from services.kernel.catalogue import Berichtsoort, find
from services.kernel.reading import Schemas, elements
from services.kernel.retourcodes import GEEN_OPMERKING, VOLLEDIG_TOEGEKEND

Element = etree._Element

_TAGS = frozenset({"Header", "Client", "Prestatie"})
_BEDRAGEN = "DeclaratieFactuurBedragen"  # the one part of the Header that a 304 does not repeat


def build_304(
    declaratie: Declaratie303,
    oordeel: Oordeel,
    stream: BinaryIO,
    referentie: str,
    vandaag: date,
    schemas: Schemas,
) -> bytes:
    """The answer of the gemeente to `declaratie`, valid by its XSD; `stream` is read again for what comes back.

    `referentie` is GemeenteReferentieNummer. A refusal as a whole awards 0 D.
    """
    soort = find(declaratie.soort.antwoord or "", declaratie.soort.release)
    bericht = root(soort)
    terug = frozenset(oordeel.regel_codes) | oordeel.gedeeltelijk
    clienten: Element | None = None
    for tag, element in elements(stream, declaratie.soort, _TAGS, schemas):
        if tag == "Header":
            header = _header(bericht, element, declaratie, soort)
            _retour(header, declaratie, oordeel, referentie, vandaag, soort)
            if not terug:
                break
            clienten = add(bericht, soort.namespace, "Clienten")
            lezer = _Clienten(clienten, declaratie.soort, soort, oordeel)
        elif tag == "Prestatie":
            lezer.prestatie(element)
        else:
            lezer.client(element)
    return finish(bericht, soort, schemas)


def _header(bericht: Element, heen: Any, declaratie: Declaratie303, soort: Berichtsoort) -> Element:
    """The Header of the 303 again, under the code that answers it."""
    header = add(bericht, soort.namespace, "Header")
    add(header, soort.namespace, "BerichtCode", soort.codes[declaratie.factuur])
    for element in heen[1:]:
        if etree.QName(element).localname != _BEDRAGEN:
            echo(header, element, declaratie.soort, soort)
    return header


def _retour(
    header: Element, declaratie: Declaratie303, oordeel: Oordeel, referentie: str, vandaag: date, soort: Berichtsoort
) -> None:
    """What the gemeente says itself: who, when, how much, and what it thinks of the whole."""
    retour = add(header, soort.namespace, "RetourHeader")
    add(retour, soort.basis, "GemeenteReferentieNummer", referentie)
    add(retour, soort.basis, "RetourDagtekening", vandaag.isoformat())
    bedragen = add(header, soort.namespace, "RetourBedragen")
    add_totaal(bedragen, soort.basis, "IngediendTotaalBedrag", declaratie.totaal)
    add_totaal(bedragen, soort.basis, "ToegekendTotaalBedrag", oordeel.toegekend)
    add_codes(header, soort.namespace, _codes(oordeel))


def _codes(oordeel: Oordeel) -> tuple[str, ...]:
    if oordeel.oordeel == AFGEKEURD:
        return oordeel.kop_codes or oordeel.declaratie_codes
    return (GEEN_OPMERKING,) if oordeel.regel_codes or oordeel.gedeeltelijk else (VOLLEDIG_TOEGEKEND,)


class _Clienten:
    """Copies what comes back while the 303 passes: a line is gone from memory when the next one is read."""

    def __init__(self, clienten: Element, van: Berichtsoort, naar: Berichtsoort, oordeel: Oordeel) -> None:
        self._clienten = clienten
        self._van, self._naar = van, naar
        self._oordeel = oordeel
        self._client, self._index = 1, 0
        self._prestaties: Element | None = None

    def prestatie(self, element: Any) -> None:
        """The next line: copied when it is refused or awarded in part."""
        self._index += 1
        plaats = self._client, self._index
        codes = self._oordeel.regel_codes.get(plaats, ())
        if not codes and plaats not in self._oordeel.gedeeltelijk:
            return
        if self._prestaties is None:
            self._prestaties = self._open(element)
        terug = echo(self._prestaties, element, self._van, self._naar)
        self._toegekend(terug, self._oordeel.toekenningen.get(plaats, 0))
        if codes:
            add_codes(terug, self._naar.namespace, codes)

    def client(self, _: Any) -> None:
        """The end of a Client: its codes, when a line of it came back."""
        if self._prestaties is not None:
            codes = self._oordeel.client_codes.get(self._client, (GEEN_OPMERKING,))
            add_codes(self._clienten[-1], self._naar.namespace, codes)
        self._client, self._index, self._prestaties = self._client + 1, 0, None

    def _open(self, prestatie: Any) -> Element:
        """A Client with everything that stands before Prestaties, which is there still when a Prestatie ends."""
        client = add(self._clienten, self._naar.namespace, "Client")
        prestaties = prestatie.getparent()
        for element in reversed(list(prestaties.itersiblings(preceding=True))):
            echo(client, element, self._van, self._naar)
        return add(client, self._naar.namespace, "Prestaties")

    def _toegekend(self, prestatie: Element, bedrag: int) -> None:
        """GemeenteBerekendBedrag and ToegekendBedrag, both the award (design §6); they follow ProductReferentie."""
        klasse = add(prestatie, self._naar.namespace, "ToegekendeBedragPrestatie")
        for naam in ("GemeenteBerekendBedrag", "ToegekendBedrag"):
            deel = add(klasse, self._naar.basis, naam)
            add(deel, self._naar.basis, "Bedrag", abs(bedrag))
            add(deel, self._naar.basis, "DebetCredit", "C" if bedrag < 0 else "D")
        referentie = prestatie.find(f"{{{self._naar.namespace}}}ProductReferentie")
        if referentie is not None:
            referentie.addnext(klasse)
