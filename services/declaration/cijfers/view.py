"""From where a report looks: today, a peildatum or the closing of each period; over which periods, how mature."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, or_

from services.declaration.afspraken.agreements import lees_periodes
from services.declaration.cijfers import cells
from services.declaration.cijfers.closings import Afsluiting, lees_afsluitingen
from services.declaration.journal import ZONDER_PERIODE
from services.declaration.settings import RIJPING_DAGEN
from services.declaration.verzilvering import AFGESLOTEN, RIJP, RIJPING, VOORLOPIG, rijpheid_van
from services.declaration.weeks import Periodes


@dataclass(frozen=True, slots=True)
class Filter:
    """Which part of the figures a report is about; None asks nothing. `periode` is a label, 2025-P01.

    `rijpheid`: rijp asks for what is mature, closed or not; afgesloten and voorlopig for just that. `jaar`: the periods
    of an ISO year.
    """

    gemeente: str | None = None
    aanbieder: str | None = None
    periode: str | None = None
    rijpheid: str | None = None
    jaar: int | None = None


@dataclass(frozen=True, slots=True)
class Blik:
    """One view of A and D, over the periods in `labels`."""

    filter: Filter
    peildatum: date | None
    vandaag: date
    bevroren: bool
    periodes: Periodes
    labels: frozenset[str]
    afsluitingen: Mapping[tuple[str, str], Afsluiting]

    def rijpheid(self, gemeente: str, label: str) -> str:
        """How certain a period of a gemeente is, or was at the peildatum."""
        periode = self.periodes.met_label(label)
        if periode is None:
            return VOORLOPIG
        gesloten = (label,) if self._gesloten(gemeente, label) else ()
        return rijpheid_van(periode, self.dag, RIJPING_DAGEN, gesloten)

    @property
    def dag(self) -> date:
        return self.peildatum or self.vandaag

    def filters(self, c: Any) -> list[ColumnElement[bool]]:
        """What was asked for, as conditions on the columns of stand, journaal or prestatie."""
        f = self.filter
        waarden = {"gemeente": f.gemeente, "aanbieder": f.aanbieder, "periode": f.periode}
        return [c[naam] == waarde for naam, waarde in waarden.items() if waarde is not None and naam in c]

    def voorwaarden(self, c: Any) -> list[ColumnElement[bool]]:
        """The filters, the periods and their maturity, on columns with gemeente and periode."""
        return [*self.filters(c), self._perioden(c)]

    def mag(self, gemeente: str, label: str) -> bool:
        """Whether a gemeente and a period are in the view."""
        gevraagd = ((self.filter.gemeente, gemeente), (self.filter.periode, label))
        if any(waarde not in (None, eigen) for waarde, eigen in gevraagd) or label not in self.labels:
            return False
        return self.past_bij_rijpheid(self.rijpheid(gemeente, label))

    def past_bij_rijpheid(self, rijpheid: str) -> bool:
        """Whether a period this certain was asked for."""
        gevraagd = self.filter.rijpheid
        if gevraagd == RIJP:
            return RIJPING.index(rijpheid) >= RIJPING.index(RIJP)
        return gevraagd in (None, rijpheid)

    def tot_moment(self, gemeente: str, label: str) -> datetime | None:
        """Until when declarations count as in; None: until now."""
        if self.peildatum:
            return cells.einde_van_dag(self.peildatum)
        gesloten = self.afsluitingen.get((gemeente, label)) if self.bevroren else None
        return gesloten.moment if gesloten else None

    def _gesloten(self, gemeente: str, label: str) -> bool:
        gesloten = self.afsluitingen.get((gemeente, label))
        if gesloten is None or self.peildatum is None:
            return gesloten is not None
        return gesloten.moment < cells.einde_van_dag(self.peildatum)

    def _perioden(self, c: Any) -> ColumnElement[bool]:
        """The periods that are as certain as was asked for."""
        if self.filter.rijpheid is None:
            return _een_van(c, self.labels)
        op_tijd = self.labels & {p.label for p in self.periodes if rijpheid_van(p, self.dag, RIJPING_DAGEN) == RIJP}
        jong = self.labels - op_tijd
        keuzes = {
            AFGESLOTEN: self._dicht(c, self.labels),
            RIJP: or_(_een_van(c, op_tijd), self._dicht(c, jong)),
            VOORLOPIG: and_(_een_van(c, jong), ~self._dicht(c, jong)),
        }
        return keuzes[self.filter.rijpheid]

    def _dicht(self, c: Any, labels: Collection[str]) -> ColumnElement[bool]:
        """Those of these periods that their gemeente closed."""
        per_gemeente: dict[str, set[str]] = defaultdict(set)
        for gemeente, label in self.afsluitingen:
            if label in labels:
                per_gemeente[gemeente].add(label)
        return or_(false(), *((c.gemeente == wie) & _een_van(c, welke) for wie, welke in per_gemeente.items()))


def _een_van(c: Any, labels: Collection[str]) -> ColumnElement[bool]:
    een_van: ColumnElement[bool] = c.periode.in_(sorted(labels))
    return een_van


def lees_blik(conn: Connection, filter: Filter, peildatum: date | None, vandaag: date, bevroren: bool) -> Blik:
    """The view, with the period table and the closings: two queries."""
    periodes = lees_periodes(conn)
    labels = _labels(periodes, filter, peildatum, vandaag)
    return Blik(filter, peildatum, vandaag, bevroren, periodes, labels, lees_afsluitingen(conn))


def _labels(periodes: Periodes, filter: Filter, tot: date | None, vandaag: date) -> frozenset[str]:
    """The periods of the report: ended by the peildatum, else begun by today. Money without one always counts."""
    in_tijd = {p.label for p in periodes if (p.eind <= tot if tot else p.begin <= vandaag)}
    gevraagd = {filter.periode} if filter.periode and not tot else set()
    alle = frozenset({*in_tijd, *gevraagd, ZONDER_PERIODE})
    if filter.jaar is None:
        return alle
    return alle & {p.label for p in periodes if p.jaar == filter.jaar}
