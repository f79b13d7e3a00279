"""What the demo prints: what was accepted, what was refused and why, and what was awarded. All of it FICTIEF."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from rich.markup import escape

from services.cli.console import euro, out, tabel
from services.cli.demo_sending import Antwoord

Sleutel = tuple[str, str, str]


def print_oordelen(antwoorden: Sequence[Antwoord]) -> None:
    """How many messages of each kind got which oordeel."""
    aantallen = Counter((a.zending.soort, a.oordeel or f"geweigerd (HTTP {a.status})") for a in antwoorden)
    table = tabel("Berichten", "soort", "oordeel", "aantal", rechts=("aantal",))
    for (soort, oordeel), aantal in sorted(aantallen.items()):
        table.add_row(soort, oordeel, str(aantal))
    out.print(table)


def print_redenen(antwoorden: Iterable[Antwoord]) -> None:
    """Every broken rule: how often, its sentence, and one message that broke it."""
    gevonden: dict[Sleutel, list[tuple[Antwoord, dict[str, Any]]]] = defaultdict(list)
    for antwoord in antwoorden:
        for bevinding in antwoord.bevindingen:
            sleutel = (bevinding["retourcode"] or "–", bevinding["regel"], bevinding["melding"])
            gevonden[sleutel].append((antwoord, bevinding))
    table = tabel("Waarom geweigerd", "code", "regel", "aantal", "melding", "voorbeeld", rechts=("aantal",))
    for (code, regel, melding), keren in sorted(gevonden.items()):
        antwoord, bevinding = keren[0]
        voorbeeld = f"{antwoord.zending.soort} {antwoord.inhoud.get('identificatie', '')}".strip()
        waar = bevinding["pad"].rsplit("/", 1)[-1]
        table.add_row(code, regel, str(len(keren)), escape(melding), escape(f"{voorbeeld}: {waar}"))
    out.print(table)


def print_bijzonderheden(antwoorden: Iterable[Antwoord]) -> None:
    """The messages that the scenario has something to say about."""
    table = tabel("Bijzonderheden", "bericht", "uitkomst", "wat er speelt")
    for antwoord in antwoorden:
        if antwoord.zending.waarover:
            wat = f"{antwoord.zending.soort} {antwoord.inhoud.get('identificatie', '')}".strip()
            uitkomst = antwoord.oordeel or str(antwoord.inhoud.get("title", ""))
            table.add_row(escape(wat), escape(uitkomst), escape(antwoord.zending.waarover))
    out.print(table)


def print_toegekend(antwoorden: Iterable[Antwoord]) -> None:
    """Submitted and awarded per gemeente and aanbieder: of 323s the hub judged, and of the gemeente's own 325s."""
    sommen: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for antwoord in antwoorden:
        inhoud = antwoord.inhoud
        if antwoord.status != 201 or inhoud.get("oordeel") == "afgekeurd" or inhoud.get("toegekend") is None:
            continue
        partijen = sorted((inhoud["verzender"], inhoud["bestemming"]), key=len)
        som = sommen[partijen[0], partijen[1]]
        som[0] += inhoud["ingediend"] or 0
        som[1] += inhoud["toegekend"]
    table = tabel(
        "Toegekend (FICTIEF, in euro)",
        "gemeente",
        "aanbieder",
        "ingediend",
        "toegekend",
        rechts=("ingediend", "toegekend"),
    )
    for (gemeente, aanbieder), (ingediend, toegekend) in sorted(sommen.items()):
        table.add_row(gemeente, aanbieder, euro(ingediend), euro(toegekend))
    totaal = [sum(som[n] for som in sommen.values()) for n in (0, 1)]
    table.add_section()
    table.add_row("totaal", "", euro(totaal[0]), euro(totaal[1]))
    out.print(table)
