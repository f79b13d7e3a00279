"""A region of 12,000 clients goes live: after `hub laad` the first real 303 and 323 are judged right.

A client is a person in a gemeente, 2,400 in each of the five. Each has one running toewijzing and one approved
Prestatie, of December or of the last four weeks of 2025; the first messages are about January.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import databases
import pytest
from databases import content
from going_live import VANDAAG, Live, hub, init, live
from region_state import Gedeclareerd, Lopend, gedeclareerd, lopend, prestaties_csv, toewijzingen_csv

from services.cli import example_messages, example_messages_23, example_set
from services.cli.example_messages import Declaratie, Kop, Regel
from services.cli.example_messages_23 import DeclaratieFactuur
from services.kernel.berichten import Uitkomst

PER_GEMEENTE = 2_400
DECEMBER, JANUARI = date(2025, 12, 15), date(2026, 1, 15)
DAGTEKENING = date(2026, 2, 10)
# A grant in euros of before the new year is another amount than the tariff of 2026: told, and right.
SIGNALEN = "SELECT soort, count(*) FROM signaal WHERE soort <> 'afwijkend-tarief'"
# So many of a provider's old lines are credited in its first message.
CREDITS = 25


@dataclass(frozen=True)
class Regio:
    """What was read in, where, and what the commands said."""

    data: Path
    staat: Sequence[Lopend]
    oud: Sequence[Gedeclareerd]
    gezegd: Sequence[str]


@pytest.fixture(scope="module")
def regio(dialect: databases.Dialect, tmp_path_factory: pytest.TempPathFactory) -> Regio:
    data = init(tmp_path_factory.mktemp("regio") / "var")
    staat = [*lopend(PER_GEMEENTE)]
    oud = [*gedeclareerd(staat, [DECEMBER])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BERICHTENHUB_VANDAAG", VANDAAG)
        gezegd = [
            laad(data, "toewijzingen", toewijzingen_csv(staat)),
            laad(data, "prestaties", prestaties_csv(oud)),
        ]
    return Regio(data, staat, oud, gezegd)


def laad(data: Path, wat: str, inhoud: str) -> str:
    bestand = data / f"{wat}.csv"
    bestand.write_text(inhoud, encoding="utf-8")
    done = hub("laad", wat, bestand, "--data", data)
    assert done.exit_code == 0, done.output
    return str(done.output)


@pytest.fixture(scope="module")
def services(regio: Regio) -> Iterator[Live]:
    with live(regio.data) as running:
        yield running


def test_the_control_totals_count_the_region(regio: Regio) -> None:
    toewijzingen, prestaties = regio.gezegd

    assert "samen    │        12000 │    12000 │" in toewijzingen
    assert f"samen    │      {len(regio.oud)} │" in prestaties


def test_the_postbus_of_every_party_is_empty(regio: Regio) -> None:
    for dienst in ("allocation", "declaration"):
        assert content(regio.data, "SELECT count(*) FROM postbus", dienst) == [(0,)]
        assert content(regio.data, "SELECT count(*) FROM bericht", dienst) == [(0,)]


def test_nothing_in_it_asks_for_a_person(regio: Regio) -> None:
    """No toewijzing without contract or tariff, and no Prestatie without a toewijzing."""
    assert content(regio.data, f"{SIGNALEN} GROUP BY soort") == []


@pytest.mark.parametrize(
    ("aanbieder", "gemeente", "release"),
    [
        pytest.param("75000001", "0503", "3.2", id="323"),
        pytest.param("75000003", "1842", "2.3", id="303 declaratie"),
        pytest.param("75000003", "1926", "2.3", id="303 factuur"),
    ],
)
def test_the_first_real_declaration_is_judged_right(
    regio: Regio, services: Live, aanbieder: str, gemeente: str, release: str
) -> None:
    wie = aanbieder, gemeente, release
    staat = [een for een in regio.staat if van(een) == wie]
    credits = [terug(oud.regel) for oud in regio.oud if van(oud.een) == wie][:CREDITS]
    debets = [nieuw.regel for nieuw in gedeclareerd(staat, [JANUARI])]

    uitkomst = stuur(services, wie, sorted([*debets, *credits], key=lambda regel: regel.bsn))

    assert (uitkomst.oordeel, uitkomst.bevindingen) == ("goedgekeurd", ())
    assert uitkomst.toegekend == sum(regel.waarde for regel in [*debets, *credits])
    assert len(debets) > 150
    gecrediteerd = f"gecrediteerd_door NOTNULL AND gemeente = '{gemeente}' AND aanbieder = '{aanbieder}'"
    assert content(regio.data, f"SELECT count(*) FROM prestatie WHERE {gecrediteerd}") == [(CREDITS,)]
    assert content(regio.data, f"{SIGNALEN} GROUP BY soort") == []


def test_the_journal_is_right_afterwards(regio: Regio, services: Live) -> None:
    assert hub("journaal", "check", "--data", regio.data).exit_code == 0


def van(een: Lopend) -> tuple[str, str, str]:
    t = een.toewijzing
    return t.aanbieder, t.gemeente, t.release


def terug(regel: Regel) -> Regel:
    """The credit of an old line."""
    return replace(regel, referentie=f"C{regel.referentie[1:]}", vorig=regel.referentie, dc="C")


def stuur(services: Live, wie: tuple[str, str, str], regels: Sequence[Regel]) -> Uitkomst:
    """Hand in the declaration of January, in the release of the contract."""
    aanbieder, gemeente, release = wie
    uit, tijdvak = io.BytesIO(), example_set.tijdvak(release, JANUARI)
    kop = Kop(aanbieder, gemeente, f"N{gemeente}1", DAGTEKENING)
    if release == example_set.VIER_WEKEN:
        personen = {regel.bsn: example_set.persoon_van(regel.bsn, gemeente) for regel in regels}
        factuur = bool(example_set.te_leveren(aanbieder, gemeente, release, example_set.FACTUUR))
        example_messages_23.write_303(uit, DeclaratieFactuur(kop, *tijdvak, regels, personen, factuur))
    else:
        example_messages.write_323(uit, kop, Declaratie(f"N{gemeente}1", *tijdvak, regels))
    return services.send(aanbieder, uit.getvalue())
