"""Totals as an answer writes them: an amount and the letter that is its sign."""

from lxml import etree

from services.kernel.answers import add


def add_totaal(parent: etree._Element, namespace: str, naam: str, bedrag: int, kinderen: str | None = None) -> None:
    """A signed total (eurocent) as TotaalBedrag and DebetCredit; zero is D (CS325).

    `kinderen`: the namespace of these two, where it is not that of the total itself.
    """
    totaal = add(parent, namespace, naam)
    add(totaal, kinderen or namespace, "TotaalBedrag", abs(bedrag))
    add(totaal, kinderen or namespace, "DebetCredit", "C" if bedrag < 0 else "D")
