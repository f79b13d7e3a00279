"""What the demo prints: what was accepted, what was refused and why, what was awarded and used. All of it FICTIEF."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import httpx
from rich.markup import escape

from services.cli import example_parties, example_set
from services.cli.console import euro, out, tabel
from services.cli.demo_checks import Cijfers, Rij
from services.cli.demo_sending import Antwoord
from services.cli.verzilvering import verzilvering_tabel

Reden = tuple[str, str, str, str, str]
_OORDELEN: Final = ("goedgekeurd", "deels afgekeurd", "afgekeurd", "doorgestuurd")
_UITKOMSTEN: Final = (*_OORDELEN, "herhaald", "niet aangenomen")
_SAMEN: Final = "alle gebieden"


def print_contracten() -> None:
    """Who works with whom in which release, over which term and in which vorm, and who judges."""
    gemandateerd = {row["gemeente"] for row in example_set.rows("mandaten.csv")}
    groepen: dict[tuple[str, str, bool, str], list[str]] = defaultdict(list)
    for aanbieder, gemeente in example_parties.partijparen("wmo"):
        release, vorm = example_set.afspraak(aanbieder, gemeente)
        groepen[release, vorm, gemeente not in gemandateerd, aanbieder].append(example_set.namen()[gemeente])
    table = tabel("Contracten (FICTIEF)", "release", "declareert", "aanbieder", "in", "wie oordeelt")
    for (release, vorm, zelf, aanbieder), gemeenten in sorted(groepen.items()):
        per = "vier weken" if release == example_set.VIER_WEKEN else "maand"
        wie = "de gemeente zelf" if zelf else "de hub, met mandaat"
        table.add_row(release, f"{vorm} per {per}", _wie(aanbieder), ", ".join(gemeenten), wie)
    out.print(table)


def print_oordelen(antwoorden: Sequence[Antwoord]) -> None:
    """How many messages of each kind got which oordeel."""
    aantallen = Counter((a.zending.soort.release, a.zending.soort.naam, _uitkomst(a)) for a in antwoorden)
    table = tabel("Berichten", "release", "soort", *_UITKOMSTEN, rechts=_UITKOMSTEN)
    for release, soort in sorted({(release, soort) for release, soort, _ in aantallen}):
        cellen = (aantallen[release, soort, uitkomst] for uitkomst in _UITKOMSTEN)
        table.add_row(release, soort, *(str(aantal or "") for aantal in cellen))
    out.print(table)


def _uitkomst(antwoord: Antwoord) -> str:
    if antwoord.status == httpx.codes.OK:
        return "herhaald"
    return (antwoord.oordeel or "niet aangenomen").replace("_", " ")


def print_redenen(antwoorden: Iterable[Antwoord]) -> None:
    """Every broken rule per kind of message: how often, its sentence, and one message that broke it."""
    gevonden: dict[Reden, list[str]] = defaultdict(list)
    for antwoord in antwoorden:
        soort, waar = antwoord.zending.soort, f"{antwoord.nummer} {antwoord.zending.waarover}".strip()
        for b in antwoord.bevindingen:
            gevonden[soort.release, soort.naam, b["retourcode"] or "–", b["regel"], b["melding"]].append(waar)
    kolommen = "release", "soort", "code", "regel", "aantal", "melding", "bijvoorbeeld"
    table = tabel("Waarom afgekeurd of gekort", *kolommen, rechts=("aantal",))
    for (*sleutel, melding), keren in sorted(gevonden.items()):
        table.add_row(*sleutel, str(len(keren)), escape(melding), escape(keren[0]))
    out.print(table)


def print_bijzonderheden(antwoorden: Iterable[Antwoord]) -> None:
    """The other messages that the scenario has something to say about: nothing in them was refused or cut."""
    table = tabel("Bijzonderheden", "release", "bericht", "uitkomst", "wat er speelt")
    bijzonder = (a for a in antwoorden if a.zending.waarover and not a.bevindingen)
    for antwoord in sorted(bijzonder, key=lambda antwoord: antwoord.zending.soort.release):
        uitkomst = _uitkomst(antwoord) if antwoord.oordeel else f"niet aangenomen (HTTP {antwoord.status})"
        soort = antwoord.zending.soort
        bericht = f"{soort.naam} {antwoord.nummer}".strip()
        table.add_row(soort.release, escape(bericht), uitkomst, escape(antwoord.zending.waarover))
    out.print(table)


def print_toegekend(antwoorden: Iterable[Antwoord], cijfers: Cijfers) -> None:
    """Submitted and awarded by the answers, and to be paid by the journal, per gemeente and aanbieder."""
    sommen: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for antwoord in antwoorden:
        if antwoord.kent_toe:
            sommen[antwoord.partijen][0] += antwoord.inhoud["ingediend"]
            sommen[antwoord.partijen][1] += antwoord.inhoud["toegekend"]
    bedragen = "ingediend", "toegekend", "te betalen"
    wie = "gemeente", "aanbieder", "release", "vorm"
    table = tabel("Ingediend, toegekend en te betalen (FICTIEF, in euro)", *wie, *bedragen, rechts=bedragen)
    for (gemeente, aanbieder), som in sorted(sommen.items()):
        som.append(cijfers.gedeclareerd.get((gemeente, aanbieder), 0))
        afspraak = example_set.afspraak(aanbieder, gemeente)
        table.add_row(_wie(gemeente), aanbieder, *afspraak, *map(euro, som))
    table.add_section()
    table.add_row("samen", "", "", "", *(euro(sum(kolom)) for kolom in zip(*sommen.values(), strict=True)))
    out.print(table)
    out.print(
        "Een afgekeurde regel van een factuur wordt gecrediteerd. Het antwoord kent ook die credit toe, als negatief"
    )
    out.print("bedrag, maar op de regel was niets betaald: daar is te betalen meer dan toegekend.")


def print_verzilvering(cijfers: Cijfers) -> None:
    """One table over both releases: per gemeente its resultaatgebieden and their total, and the region."""
    rijen: list[Rij] = []
    totalen: list[int] = []
    for samen in (*cijfers.per_gemeente, cijfers.regio):
        wie = _wie(samen["gemeente"]) if samen["gemeente"] else example_set.namen()["H5"]
        rijen += (rij | {"gemeente": wie} for rij in cijfers.per_gebied if rij["gemeente"] == samen["gemeente"])
        totalen.append(len(rijen))
        rijen.append(samen | {"gemeente": wie, "resultaatgebied": _SAMEN})
    table = verzilvering_tabel("Verzilvering over release 2.3 en 3.2 samen", ["gemeente", "resultaatgebied"], rijen)
    for nr in totalen:
        table.rows[nr].style, table.rows[nr].end_section = "bold", True
    out.print(table)


def _wie(code: str) -> str:
    return f"{code} {example_set.namen()[code]}"
