"""What the demo prints after the year was sent: the repair, the prognose and the lists. All of it FICTIEF."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from rich.markup import escape

from services.cli import example_set
from services.cli.console import euro, out, tabel
from services.cli.demo_cases import termijnen
from services.cli.demo_outlook import Vooruitblik
from services.cli.demo_repair import (
    AANBIEDER,
    BESLUIT,
    GEMEENTE,
    GERAAKT,
    GESLOTEN,
    PRODUCT,
    Moment,
    Rij,
    Verloop,
    betrokkenen,
    tarieven,
)
from services.cli.demo_scenario import JAAR
from services.cli.example_messages_23 import RELEASE
from services.declaration.verzilvering import AFGESLOTEN

_PER_LIJST: Final = 5


def print_aankondiging() -> None:
    """What is going to happen, before it does."""
    oud, nieuw = tarieven()
    out.print(f"\nHet jaar is gemeld. Alle gemeenten sluiten {_van_tot(GESLOTEN)} af, en dan komt het {BESLUIT}:")
    out.print(
        f"{PRODUCT} in {example_set.namen()[GEMEENTE]} gaat over heel {JAAR} van {euro(oud)} naar {euro(nieuw)} per "
        f"vier weken. {len(betrokkenen())} cliënten hadden het, {len(GERAAKT)} perioden lang."
    )


def print_verloop(verloop: Verloop) -> None:
    """The worklist, the steps, and the thirteen periods from dip to recovery."""
    _print_werklijst(verloop.werklijst)
    _print_momenten(verloop.momenten)
    _print_perioden(verloop)


def _print_werklijst(werklijst: Sequence[Rij]) -> None:
    """Per toewijzing; all lines of one have the same price."""
    perioden = {begin.isoformat(): nummer for nummer, (begin, _) in enumerate(termijnen(RELEASE), 1)}
    groepen: dict[int, list[Rij]] = defaultdict(list)
    for rij in werklijst:
        groepen[rij["toewijzing"]].append(rij)
    kolommen = "toewijzing", "perioden", "regels", "was", "wordt", "verschil samen", "aan zet", "herstel"
    titel = f"Werklijst van {_wie(GEMEENTE)} na het besluit (FICTIEF, in euro)"
    table = tabel(titel, *kolommen, rechts=kolommen[2:6])
    for toewijzing, regels in sorted(groepen.items()):
        een, nummers = regels[0], sorted(perioden[rij["begin"]] for rij in regels)
        bedragen = euro(een["oud"]), euro(een["nieuw"]), euro(sum(rij["verschil"] for rij in regels))
        cellen = str(toewijzing), _van_tot(nummers), str(len(regels)), *bedragen
        table.add_row(*cellen, een["aanZet"], een["soort"].replace("-", " "))
    out.print(table)


def _print_momenten(momenten: Sequence[Moment]) -> None:
    """The product, its gemeente and the region at every step."""
    product = f"{PRODUCT} van {AANBIEDER}"
    kolommen = "te herstellen", f"{PRODUCT} toegewezen", "gedeclareerd", "%", f"{GEMEENTE} %", "regio, nog open"
    table = tabel(f"Herstel van {product} in {_wie(GEMEENTE)} (FICTIEF, in euro)", "", *kolommen, rechts=kolommen)
    for moment in momenten:
        p = moment.product
        cijfers = euro(p["toegewezen"]), euro(p["gedeclareerd"]), _procent(p), _procent(moment.gemeente)
        table.add_row(moment.naam, str(moment.te_herstellen), *cijfers, euro(moment.open))
    out.print(table)


def _print_perioden(verloop: Verloop) -> None:
    """The region, period by period: as reported, at every step, and what stays beside it of a closed one."""
    stappen = tuple(f"% {moment.naam}" for moment in verloop.momenten)
    bedragen = "toegewezen", "gedeclareerd"
    nu = tuple(f"{naam} nu" for naam in bedragen)
    rechts = *bedragen, *stappen, *nu, "% bevroren"
    titel = f"Dertien perioden van {JAAR}, {example_set.namen()['H5']} (FICTIEF, in euro)"
    table = tabel(titel, "periode", *rechts, "stand", rechts=rechts)
    for naam, gemeld in verloop.gemeld.regio.items():
        procenten = (_procent(moment.regio[naam]) for moment in verloop.momenten)
        rij = verloop.hersteld.regio[naam]
        bevroren = _procent(verloop.bevroren[naam]) if rij["rijpheid"] == AFGESLOTEN else ""
        table.add_row(
            naam,
            *(euro(gemeld[veld]) for veld in bedragen),
            *procenten,
            *(euro(rij[veld]) for veld in bedragen),
            bevroren,
            rij["rijpheid"],
        )
    out.print(table)
    out.print(
        "Wat is afgesloten blijft staan zoals het is gemeld; wat later is geboekt staat ernaast. Na het herstel is"
    )
    out.print("evenveel open als voor het besluit, over meer toegewezen: daarom eindigt de regio een fractie hoger.")


def print_vooruitblik(vooruitblik: Vooruitblik) -> None:
    """The year against its begroting, and what asks attention."""
    _print_prognose(vooruitblik)
    for lijst in vooruitblik.lijsten.values():
        _print_lijst(lijst)


def _print_prognose(vooruitblik: Vooruitblik) -> None:
    """Per resultaatgebied, all gemeenten together."""
    per_gebied = vooruitblik.per_gebied
    kolommen = "begroting", "toegewezen", "gedeclareerd", "prognose", "ruimte", "vrijval", "nog te ontvangen"
    titel = f"Prognose {JAAR} naast de begroting, {example_set.namen()['H5']} (FICTIEF, in euro)"
    table = tabel(titel, "gebied", *kolommen, rechts=kolommen)
    for gebied, bedragen in per_gebied.items():
        table.add_row(gebied, *map(euro, bedragen.values()))
    table.add_section()
    samen = zip(*(bedragen.values() for bedragen in per_gebied.values()), strict=True)
    table.add_row("samen", *(euro(sum(kolom)) for kolom in samen))
    out.print(table)
    out.print(
        "Rijpe perioden tellen zoals gedeclareerd, de andere naar de verzilvering daarvan, per gemeente en gebied."
    )


def _print_lijst(lijst: Rij) -> None:
    kolommen = "gemeente", "aanbieder", "toewijzing", "periode", "bedrag", "wat er aan de hand is"
    table = tabel(f"Lijst: {lijst['titel']} ({lijst['aantal']}, FICTIEF)", *kolommen, rechts=("bedrag",))
    for rij in lijst["items"][:_PER_LIJST]:
        bedrag = "" if rij["bedrag"] is None else euro(rij["bedrag"])
        cellen = _wie(rij["gemeente"]), rij["aanbieder"], str(rij["toewijzing"]), rij["periode"] or "", bedrag
        table.add_row(*cellen, escape(rij["tekst"]))
    out.print(table)
    out.print(lijst["watTeDoen"])


def _van_tot(perioden: Sequence[int]) -> str:
    return f"P{perioden[0]:02d} t/m P{perioden[-1]:02d}"


def _procent(rij: dict[str, Any]) -> str:
    return f"{rij['percentage']:.2f}".replace(".", ",")


def _wie(code: str) -> str:
    return f"{code} {example_set.namen()[code]}"
