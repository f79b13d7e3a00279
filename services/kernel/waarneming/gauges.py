"""Where a service stands, asked of its database when Prometheus asks: postbus, channels, terms. No party is named.

Few and indexed questions, in one snapshot. A database that does not answer is a figure too: the counters still show.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Final

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, Date, case, func, literal, select
from sqlalchemy.exc import SQLAlchemyError

from services.kernel.database import DatabaseBezet
from services.kernel.tables import kanaal, postbus, postbus_teller, termijn
from services.kernel.waarneming import logs
from services.kernel.wiring import Dienst

_KANALEN: Final = ("http", "amqp", "webhook")
_DUWT: Final = ("amqp", "webhook")
_LOG = logs.log()

Wachtend = dict[str, tuple[int, datetime | None]]  # per kind of channel: how many rows, and since when the oldest


class Standen(Collector):
    """The gauges every service has."""

    def __init__(self, dienst: Dienst) -> None:
        self._dienst = dienst

    def collect(self) -> Iterator[Metric]:
        try:
            with self._dienst.database.read() as conn:
                metrics = [*self._postbus(conn), self._teruggevallen(conn), self._termijnen(conn)]
        except (DatabaseBezet, SQLAlchemyError) as fout:
            _LOG.warning("meterstanden", exc_info=fout)
            metrics = []
        yield self._gauge("database_bereikbaar", "Of de database antwoordde: 1 of 0.", {"": float(bool(metrics))})
        yield from metrics

    def _gauge(self, naam: str, uitleg: str, standen: Mapping[str, float], label: str = "") -> GaugeMetricFamily:
        return gauge(self._dienst, naam, uitleg, standen, label)

    def _postbus(self, conn: Connection) -> Iterator[Metric]:
        leeg: Wachtend = dict.fromkeys(_KANALEN, (0, None))
        wachtend = leeg | _op_te_halen(conn) | _te_duwen(conn)
        nu = self._dienst.nu()
        oudste = {soort: _seconden(nu, sinds) for soort, (_, sinds) in wachtend.items()}
        yield self._gauge(
            "postbus_wachtend",
            "Poststukken die niet zijn bezorgd of bevestigd. http: van partijen die zelf lezen of zijn teruggevallen.",
            {soort: float(aantal) for soort, (aantal, _) in wachtend.items()},
            "kanaal",
        )
        yield self._gauge("postbus_oudste_seconds", "Hoe lang het oudste daarvan wacht.", oudste, "kanaal")
        achter = max(oudste[soort] for soort in _DUWT)
        yield self._gauge("relay_achterstand_seconds", "Hoe ver de bezorging achterloopt.", {"": achter})

    def _teruggevallen(self, conn: Connection) -> Metric:
        given_up = select(func.count()).select_from(kanaal).where(kanaal.c.teruggevallen.is_not(None))
        uitleg = "Partijen met een kanaal dat is opgegeven; zij lezen over HTTP."
        return self._gauge("kanaal_teruggevallen", uitleg, {"": float(conn.execute(given_up).scalar_one())})

    def _termijnen(self, conn: Connection) -> Metric:
        t = termijn.c
        te_laat = func.sum(case((t.uiterlijk < literal(self._dienst.vandaag(), Date), 1), else_=0))
        alle, laat = conn.execute(select(func.count(), te_laat).where(t.beantwoord.is_(None))).one()
        standen = {"open": float(alle - (laat or 0)), "te_laat": float(laat or 0)}
        return self._gauge("termijnen", "Berichten die op antwoord van een ander wachten.", standen, "status")


def gauge(dienst: Dienst, naam: str, uitleg: str, standen: Mapping[str, float], label: str = "") -> GaugeMetricFamily:
    """A gauge of this service, with one more label or (then the only key is "") without."""
    metric = GaugeMetricFamily(f"berichtenhub_{naam}", uitleg, labels=["dienst", *([label] if label else [])])
    for waarde, stand in standen.items():
        metric.add_metric([dienst.naam, *([waarde] if label else [])], stand)
    return metric


def _op_te_halen(conn: Connection) -> Wachtend:
    """Of who has no channel or fell back. Counted in the index of what waits; only the oldest rows are read."""
    p, oud = postbus.c, postbus.alias()
    met_kanaal = select(kanaal.c.partij).where(kanaal.c.teruggevallen.is_(None))
    per_partij = (
        select(p.partij, func.count().label("aantal"), func.min(p.nr).label("nr"))
        .where(p.bevestigd.is_(None), p.bezorgd.is_(None), p.partij.not_in(met_kanaal))
        .group_by(p.partij)
        .subquery()
    )
    w = per_partij.c
    row = conn.execute(
        select(func.sum(w.aantal), func.min(oud.c.aangemaakt)).join_from(
            per_partij, oud, (oud.c.partij == w.partij) & (oud.c.nr == w.nr)
        )
    ).one()
    return {"http": (int(row[0] or 0), row[1])}


def _te_duwen(conn: Connection) -> Wachtend:
    """Of who has a channel. Numbers have no gaps: how many there are is a subtraction."""
    k, t, p = kanaal.c, postbus_teller.c, postbus.c
    statement = (
        select(k.soort, func.sum(t.nr - k.bezorgd_tot), func.min(p.aangemaakt))
        .join_from(kanaal, postbus_teller, t.partij == k.partij)
        .join(postbus, (p.partij == k.partij) & (p.nr == k.bezorgd_tot + 1), isouter=True)
        .where(k.teruggevallen.is_(None))
        .group_by(k.soort)
    )
    return {soort: (int(aantal), sinds) for soort, aantal, sinds in conn.execute(statement)}


def _seconden(nu: datetime, sinds: datetime | None) -> float:
    return max((nu - sinds).total_seconds(), 0.0) if sinds else 0.0


class Onthouden(Collector):
    """Metrics that cost a long look at the database, asked again once they are `seconden` old."""

    def __init__(self, dienst: Dienst, lees: Callable[[Connection], list[Metric]], seconden: float = 60.0) -> None:
        self._dienst = dienst
        self._lees = lees
        self._seconden = seconden
        self._slot = Lock()
        self._gelezen: list[Metric] = []
        self._tot = 0.0

    def collect(self) -> Iterator[Metric]:
        # One at a time: whoever comes second has the figures of the first.
        with self._slot:
            if monotonic() >= self._tot:
                self._gelezen = self._vers()
                self._tot = monotonic() + self._seconden
        yield from self._gelezen

    def _vers(self) -> list[Metric]:
        """Nothing rather than old figures when the database does not answer."""
        try:
            with self._dienst.database.read() as conn:
                return self._lees(conn)
        except (DatabaseBezet, SQLAlchemyError) as fout:
            _LOG.warning("meterstanden", exc_info=fout)
            return []
