"""The running state of a region as a gemeente would export it: deterministic, from the FICTIEF example set.

A client is a person in a gemeente: there are 9,090 test BSNs, so who is counted in two gemeenten counts twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.cli import example_set
from services.cli.example_messages import Regel
from services.declaration.contracts import Toewijzing

GEMEENTEN = ("0503", "0603", "1783", "1842", "1926")
INGANG = date(2025, 10, 1)
EINDE = date(2026, 3, 31)

TOEWIJZINGEN = (
    "gemeente,aanbieder,bsn,toewijzingnummer,categorie,productcode,ingangsdatum,einddatum,volume,eenheid,frequentie,"
    "budget,reden_wijziging,toewijzingsdatum,toewijzingstijd,release"
)
PRESTATIES = (
    "gemeente,aanbieder,bsn,release,vorm,declaratienummer,declaratieperiode_begin,declaratieperiode_eind,"
    "referentienummer,vorig,toewijzingnummer,categorie,productcode,productperiode_begin,productperiode_eind,volume,"
    "eenheid,tarief,bedrag,debet_credit,status,toegekend,verwerkt_op"
)


@dataclass(frozen=True)
class Lopend:
    """One client with one toewijzing."""

    bsn: str
    toewijzing: Toewijzing


def lopend(per_gemeente: int) -> Iterator[Lopend]:
    """So many clients in each of the five gemeenten, each with a toewijzing by one of the contracts there."""
    bsns = example_set.test_bsns()
    for plaats, gemeente in enumerate(GEMEENTEN):
        te_leveren = [*_te_leveren(gemeente)]
        for volgnummer in range(per_gemeente):
            aanbieder, code = te_leveren[volgnummer % len(te_leveren)]
            bsn = bsns[(plaats * per_gemeente + volgnummer) % len(bsns)]
            nummer = 100_000_001 + plaats * 10_000_000 + volgnummer
            besluit = INGANG - timedelta(days=10 + volgnummer % 20)
            yield Lopend(bsn, example_set.toewijzing(aanbieder, gemeente, nummer, code, INGANG, EINDE, besluit))


def _te_leveren(gemeente: str) -> Iterator[tuple[str, str]]:
    """(aanbieder, productcode) for every contract of the gemeente and every product on its list."""
    set_ = example_set.voorbeeld()
    for aanbieder, waar, gebied in sorted(set_.contracten):
        if waar == gemeente:
            lijst = [code for code in set_.productlijsten[gemeente] if example_set.domein_van(code) == "wmo"]
            yield from ((aanbieder, code) for code in lijst if set_.producten[code].resultaatgebied == gebied)


def toewijzingen_csv(staat: Iterable[Lopend]) -> str:
    """As `hub laad toewijzingen` takes it."""
    return "\n".join([TOEWIJZINGEN, *(_toewijzing(een) for een in staat)]) + "\n"


def _toewijzing(een: Lopend) -> str:
    t = een.toewijzing
    wat = t.categorie, t.code, t.ingangsdatum, t.einddatum, t.volume, t.eenheid, t.frequentie
    cellen = (
        t.gemeente,
        t.aanbieder,
        een.bsn,
        t.nummer,
        *wat,
        "",
        "",
        t.toewijzingsdatum,
        t.toewijzingstijd,
        t.release,
    )
    return ",".join(map(str, cellen))


@dataclass(frozen=True)
class Gedeclareerd:
    """An approved line of before the hub, and the month or four weeks in which it was declared."""

    een: Lopend
    regel: Regel
    tijdvak: tuple[date, date]


def gedeclareerd(staat: Sequence[Lopend], dagen: Sequence[date]) -> Iterator[Gedeclareerd]:
    """What the state claimed in full in the months or the four weeks that hold these days."""
    for dag in dagen:
        for een in staat:
            t = een.toewijzing
            claim = example_set.claim(t, dag)
            if claim is not None:
                tijdvak = example_set.tijdvak(t.release, dag)
                nummer = f"H{t.nummer}{tijdvak[0]:%y%m%d}"
                yield Gedeclareerd(een, example_set.regel(een.bsn, nummer, t, claim), tijdvak)


def prestaties_csv(regels: Iterable[Gedeclareerd]) -> str:
    """As `hub laad prestaties` takes it; approved a month after the period was over."""
    return "\n".join([PRESTATIES, *(_prestatie(een) for een in regels)]) + "\n"


def _prestatie(een: Gedeclareerd) -> str:
    t, r, (begin, eind) = een.een.toewijzing, een.regel, een.tijdvak
    contract = example_set.contract_van(t)
    declaratie = f"H{t.gemeente}{begin:%y%m%d}"
    cellen = (
        *(
            t.gemeente,
            t.aanbieder,
            r.bsn,
            t.release,
            contract.vorm,
            declaratie,
            begin,
            eind,
            r.referentie,
            r.vorig or "",
        ),
        *(t.nummer, r.categorie, r.code, r.begin, r.eind, r.volume, r.eenheid, "" if r.tarief is None else r.tarief),
        *(r.bedrag, r.dc, "goedgekeurd", r.bedrag, eind + timedelta(days=30)),
    )
    return ",".join(map(str, cellen))
