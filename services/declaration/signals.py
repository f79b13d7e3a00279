"""Signalen: what a person must look at though no rule of the standard is broken. Recomputed whole per toewijzing."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, or_, select

from services.declaration import tables
from services.declaration.afspraken.agreements import Afspraken
from services.declaration.cijfers.grants import afwijkend
from services.declaration.contracts import Toewijzing, mapping_of, wijkt_af
from services.declaration.journal import Toegewezen
from services.kernel.database import insert_rows
from services.kernel.one_of import one_of

ONTBREKEND_TARIEF: Final = "ontbrekend-tarief"
GEEN_CONTRACT: Final = "geen-contract"
NA_CONTRACTEINDE: Final = "na-contracteinde"
NIET_STAPELBAAR: Final = "niet-stapelbaar"
AFWIJKENDE_VORM: Final = "afwijkende-vorm"
AFWIJKEND_TARIEF: Final = "afwijkend-tarief"
ZONDER_GRONDSLAG: Final = "declaratie-zonder-grondslag"
CREDIT_ZONDER_DEBET: Final = "credit-zonder-debet"
ZONDER_TARIEF: Final = "toegekend-zonder-tarief"
SOORTEN: Final = (
    *(ONTBREKEND_TARIEF, GEEN_CONTRACT, NA_CONTRACTEINDE, NIET_STAPELBAAR, AFWIJKENDE_VORM, ZONDER_GRONDSLAG),
    *(CREDIT_ZONDER_DEBET, ZONDER_TARIEF),
)
# About one award, which nothing that happens to its toewijzing changes.
_BLIJVEND: Final = (CREDIT_ZONDER_DEBET, ZONDER_TARIEF)

_COLUMNS = ("soort", "gemeente", "aanbieder", "domein", "toewijzing", "prestatie", "bedrag", "tekst", "aangemaakt")


def vervang(
    conn: Connection,
    gemeente: str,
    domein: str,
    nummers: Collection[int],
    rijen: Iterable[tuple[Any, ...]],
    nu: datetime,
) -> None:
    """Put these signalen in the place of those that there were of these toewijzingen, but for niet-stapelbaar."""
    c = tables.signaal.c
    blijft = (*_BLIJVEND, NIET_STAPELBAAR)
    oud = delete(tables.signaal).where(c.gemeente == gemeente, c.domein == domein, c.soort.not_in(blijft))
    conn.execute(oud.where(one_of(c.toewijzing, nummers)))
    voeg_toe(conn, rijen, nu)


def vervang_stapeling(
    conn: Connection,
    gemeente: str,
    domein: str,
    toewijzingen: Mapping[int, Toewijzing],
    gebieden: Mapping[int, Collection[str]],
    nu: datetime,
) -> None:
    """Put niet-stapelbaar anew on these toewijzingen, which are all there are of their clients."""
    c = tables.signaal.c
    oud = delete(tables.signaal).where(c.gemeente == gemeente, c.domein == domein, c.soort == NIET_STAPELBAAR)
    conn.execute(oud.where(one_of(c.toewijzing, toewijzingen)))
    tekst = "De aanbieder heeft geen contract voor een resultaatgebied dat de cliënt van een ander krijgt: {}."
    rijen = (
        _rij(NIET_STAPELBAAR, toewijzingen[nummer], tekst.format(", ".join(sorted(weg))))
        for nummer, weg in gebieden.items()
    )
    voeg_toe(conn, rijen, nu)


def van_toewijzing(toewijzing: Toewijzing, afspraken: Afspraken, a: Toegewezen) -> Iterator[tuple[Any, ...]]:
    """The signalen about the toewijzing itself, as rows without their moment."""
    if toewijzing.vervallen or toewijzing.verwijderd:
        return
    contract = afspraken.contract(toewijzing)
    if a.ontbrekend:
        eerste, laatste = a.ontbrekend[0], a.ontbrekend[-1]
        ontbreekt = f"Geen prijs voor {len(a.ontbrekend)} periode(n), van {eerste} tot en met {laatste}."
        yield _rij(ONTBREKEND_TARIEF, toewijzing, ontbreekt)
    if contract is None:
        yield _rij(GEEN_CONTRACT, toewijzing, "Geen contract van deze aanbieder en gemeente voor dit resultaatgebied.")
    elif wijkt_af(toewijzing, contract):
        vorm = contract.gebroken if contract.release == tables.RELEASE_2_3 else contract.mapping
        yield _rij(AFWIJKENDE_VORM, toewijzing, f"Niet geschreven in de vorm van het contract ({vorm}).")
    einde = afspraken.contracteinde(toewijzing)
    if einde is not None and toewijzing.einddatum is not None and toewijzing.einddatum > einde:
        yield _rij(NA_CONTRACTEINDE, toewijzing, f"Loopt door na het einde van het contract ({einde}, met opties).")
    yield from _van_tarief(toewijzing, afspraken)


def _van_tarief(toewijzing: Toewijzing, afspraken: Afspraken) -> Iterator[tuple[Any, ...]]:
    vorm = mapping_of(toewijzing, afspraken.contract(toewijzing))
    laatste = afspraken.laatste_dag(toewijzing)
    anders = afwijkend(toewijzing, vorm, afspraken.periodes, afspraken.tarieven, laatste)
    if anders is not None:
        tekst = (
            f"Toegekend {_euro(anders.toegekend)}, volgens het tarief {_euro(anders.tarief)}, vanaf {anders.periode}."
        )
        yield _rij(AFWIJKEND_TARIEF, toewijzing, tekst, anders.toegekend - anders.tarief)


def van_toekenning(regel: Row[Any], toewijzing: Toewijzing | None, geprijsd: bool) -> Iterator[tuple[Any, ...]]:
    """The signalen about an awarded line (a row of prestatie); `geprijsd`: there was a price to hold it to."""
    if regel.dc == "C":
        yield _van_regel(CREDIT_ZONDER_DEBET, regel, "Toegekend zonder open debetregel om terug te boeken.")
        return
    reden = _reden(toewijzing, regel.eind) if toewijzing else "onbekend"
    if reden:
        yield _van_regel(ZONDER_GRONDSLAG, regel, f"Toegekend op een toewijzing die {reden} is.")
    elif not geprijsd:
        tekst = "Toegekend zoals ingediend: er is geen prijs om het bedrag aan te toetsen."
        yield _van_regel(ZONDER_TARIEF, regel, tekst)


def _van_regel(soort: str, regel: Row[Any], tekst: str) -> tuple[Any, ...]:
    return soort, regel.gemeente, regel.aanbieder, regel.domein, regel.grondslag, regel.nr, regel.toegekend, tekst


def voeg_toe(conn: Connection, rijen: Iterable[tuple[Any, ...]], nu: datetime) -> None:
    """Add signalen to what there are."""
    insert_rows(conn, tables.signaal, [(*rij, nu) for rij in rijen], _COLUMNS)


def tel_van_toewijzingen(conn: Connection, selectie: Mapping[tuple[str, str], Collection[int]]) -> Counter[str]:
    """How many signalen there are about the toewijzingen {(gemeente, domein): nummers} themselves, per soort."""
    c = tables.signaal.c
    geteld = select(c.soort, func.count()).where(c.prestatie.is_(None)).group_by(c.soort)
    aantal: Counter[str] = Counter()
    for (gemeente, domein), nummers in selectie.items():
        van_gemeente = geteld.where(c.gemeente == gemeente, c.domein == domein)
        aantal.update(dict(conn.execute(van_gemeente.where(one_of(c.toewijzing, nummers))).all()))
    return aantal


def tel_van_declaraties(conn: Connection, declaraties: Collection[int]) -> Counter[str]:
    """How many signalen there are about the Prestaties of these declarations, per soort."""
    c, p = tables.signaal.c, tables.prestatie.c
    geteld = select(c.soort, func.count()).join(tables.prestatie, p.nr == c.prestatie).group_by(c.soort)
    return Counter(dict(conn.execute(geteld.where(one_of(p.declaratie, declaraties))).all()))


def zonder_grondslag(
    conn: Connection, gemeente: str, domein: str, toewijzingen: dict[int, Toewijzing]
) -> Iterator[tuple[Any, ...]]:
    """Approved, not credited Prestaties on toewijzingen that were refused, removed or shortened since."""
    c = tables.prestatie.c
    goedgekeurd = (c.status == tables.GOEDGEKEURD) & (c.dc == "D") & c.gecrediteerd_door.is_(None)
    t = tables.toewijzing.c
    same = (t.gemeente == c.gemeente) & (t.domein == c.domein) & (t.nummer == c.grondslag)
    weg = or_(t.vervallen, t.einddatum == t.ingangsdatum, t.einddatum < c.eind)
    statement = (
        select(c.nr, c.aanbieder, c.grondslag, c.eind, c.toegekend)
        .join(tables.toewijzing, same)
        .where(c.gemeente == gemeente, c.domein == domein, goedgekeurd, weg)
    )
    for nr, aanbieder, nummer, eind, toegekend in conn.execute(statement.where(one_of(c.grondslag, toewijzingen))):
        reden = _reden(toewijzingen[nummer], eind)
        if reden:
            sleutel = (ZONDER_GRONDSLAG, gemeente, aanbieder, domein, nummer)
            yield (*sleutel, nr, toegekend, f"Toegekend op een toewijzing die {reden} is.")


def _reden(toewijzing: Toewijzing, eind: Any) -> str | None:
    if toewijzing.vervallen:
        return "geweigerd"
    if toewijzing.verwijderd:
        return "verwijderd"
    return "ingekort" if toewijzing.einddatum is not None and eind > toewijzing.einddatum else None


def _rij(soort: str, toewijzing: Toewijzing, tekst: str, bedrag: int | None = None) -> tuple[Any, ...]:
    t = toewijzing
    return soort, t.gemeente, t.aanbieder, t.domein, t.nummer, None, bedrag, tekst


def _euro(cent: int) -> str:
    return f"{cent // 100},{cent % 100:02d}"
