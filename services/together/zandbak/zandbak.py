"""An open zandbak: one round of it, with both services, its day and its control, as one application."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any, Final, get_args

from anyio import CapacityLimiter
from sqlalchemy import delete, func, or_, select
from starlette.applications import Starlette
from starlette.routing import Mount

from services.declaration.afspraken import loading
from services.declaration.afspraken.agreements import mandaat_voor
from services.declaration.tables import mandaat as mandaat_tabel
from services.kernel.berichten import Uitkomst
from services.kernel.database import DatabaseBezet, migrate
from services.kernel.privacy.leesspoor import Leesspoor
from services.kernel.problems import Probleem
from services.kernel.receiving import Verwerk
from services.kernel.settings import Settings
from services.kernel.tables import bericht, postbus
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij
from services.kernel.waarneming import logs
from services.kernel.wiring import Dienst, Dienstnaam, Ingekomen, clock, wire
from services.together.assembly import verbonden
from services.together.zandbak import antwoorden
from services.together.zandbak.bezorging import Zandbakdatabase
from services.together.zandbak.gedrag import DECLARATIES, Antwoorden, Regel
from services.together.zandbak.inrichting import Inrichting
from services.together.zandbak.plaats import MISLUKT_MAXIMUM, Plaats, Stand

# A whole year of a region takes more: for that there is a hub.
VOL: Final = 100_000_000
_LOG = logs.log()


class DatumTerug(ValueError):
    """The day is before the one it is."""


class Zandbak:
    """One round of a zandbak; `app` answers below its name. Opening brings its databases up to date.

    `limiter` is shared by all of them: what is judged in zandbakken leaves the real hub its threads.
    """

    def __init__(
        self, plaats: Plaats, echt: Settings, inrichting: Inrichting, bediening: "Bediening", limiter: CapacityLimiter
    ) -> None:
        self.plaats = plaats
        self.inrichting = inrichting
        self._limiter = limiter
        stand = plaats.stand()
        self.id, self.ronde, self.naam = stand.id, stand.ronde, stand.naam
        settings = plaats.settings(self.ronde, stand.datum, echt)
        self.hub = verbonden({naam: self._dienst(naam, settings) for naam in get_args(Dienstnaam)}, settings)
        self.wekkers: list[Any] = []
        self.app = self._app(bediening)

    def _dienst(self, naam: Dienstnaam, settings: Settings) -> Dienst:
        ring = settings.ring()
        migrate(settings.database_url(naam), naam, ring)
        dienst = wire(naam, settings)
        database = Zandbakdatabase(dienst.database.url, ring, lambda: self.stand.gedrag)
        return replace(
            dienst,
            database=database,
            leesspoor=Leesspoor(database),
            vandaag=lambda: self.stand.datum,
            nu=self.nu,
            pad=f"/zandbak/{self.naam}/{naam}",
        )

    def _app(self, bediening: "Bediening") -> Starlette:
        apps = self.hub.apps()
        for naam, app in apps.items():
            app.state.verwerk = partial(self._verwerk, app.state.verwerk)
            app.state.limiter = self._limiter
            # A line of log says whether it is of the hub or of a zandbak.
            app.state.waarneming.dienst = f"zandbak/{self.naam}/{naam}"
            self.wekkers.append(app.state.wekker)
        routes = [Mount(f"/{naam}", app, name=naam) for naam, app in apps.items()]
        return Starlette(routes=[*routes, Mount("/", bediening(self), name="bediening")])

    @property
    def stand(self) -> Stand:
        """How it stands now, whichever process changed it."""
        return self.plaats.stand()

    def is_nu(self) -> bool:
        """Whether this is still the round it is in, of the zandbak that has its name."""
        try:
            return (self.stand.id, self.stand.ronde) == (self.id, self.ronde)
        except FileNotFoundError:
            return False

    def nu(self) -> datetime:
        return self.stand.nu(clock())

    def sluit(self) -> None:
        self.hub.sluit()

    # --- what happens in it ------------------------------------------------------------------------------------------

    def _verwerk(self, verwerk: Verwerk, dienst: Dienst, partij: Partij, inkomend: Ingekomen, proef: bool) -> Uitkomst:
        """The story of the service; and after it the answers of parties that nobody plays."""
        if not proef and self.plaats.grootte(self.ronde) > VOL:
            raise Probleem(
                "zandbak-vol",
                "De zandbak is vol",
                f"Een zandbak is ten hoogste {VOL // 1_000_000} MB. Laat hem opnieuw beginnen (herstart).",
                status=409,
            )
        uitkomst = verwerk(dienst, partij, inkomend, proef)
        if not proef:
            self.beantwoord()
        return uitkomst

    def beantwoord(self) -> None:
        """Give the answers that are due; what could not be given is told in its stand."""
        try:
            mislukt = antwoorden.beantwoord(self.hub, self.stand.gedrag)
        except DatabaseBezet as fout:
            # The message is stored; its answer comes with the next one.
            _LOG.warning("zandbak", exc_info=fout)
            return
        if nieuw := [een for een in mislukt if een not in self.stand.mislukt]:
            self.plaats.wijzig(
                lambda stand: stand.model_copy(update={"mislukt": (*nieuw, *stand.mislukt)[:MISLUKT_MAXIMUM]})
            )

    def verzet(self, datum: date) -> Stand:
        """Make it this day, and do at once what the clock of a hub does as days pass; DatumTerug for an earlier day."""
        # By way of the days on which something is answered: what an answer says of its day must be that day.
        tussen = [dag for dag in antwoorden.dagen(self.hub, self.stand.gedrag) if self.stand.datum < dag < datum]
        for dag in (*tussen, datum):
            self.plaats.wijzig(partial(_op_dag, dag))
            # A term that ended before this day is overdue, also when its answer comes now.
            self._klok()
            self.beantwoord()
        self._klok()
        return self.stand

    def _klok(self) -> None:
        for taak in self.hub.taken:
            taak()

    def gedraag(self, regels: tuple[Regel, ...]) -> Stand:
        """From now on the parties do this, with what waits already too."""
        self.plaats.wijzig(lambda stand: stand.model_copy(update={"gedrag": regels, "mislukt": ()}))
        self.beantwoord()
        return self.stand

    def zet_mandaat(self, gemeente: str, aan: bool) -> None:
        """Whether the hub judges for this gemeente from today on."""
        dag, dienst = self.stand.datum, self.hub.diensten["declaration"]
        soorten = " ".join(sorted(DECLARATIES))
        m = mandaat_tabel.c
        with dienst.database.write() as conn:
            # Those of the example set have no end, and in a zandbak nobody asks what was.
            conn.execute(delete(mandaat_tabel).where(m.gemeente == gemeente, or_(m.tot.is_(None), m.tot >= dag)))
            if aan:
                rij = f"{gemeente},{dag},,FICTIEF mandaat van de zandbak,{soorten}"
                loading.laad_mandaten(conn, f"gemeente,van,tot,besluit,soorten\n{rij}")

    # --- what is told of it ------------------------------------------------------------------------------------------

    def partijen(self) -> list[dict[str, Any]]:
        """Who takes part, by code; of a gemeente whether the hub judges for it today."""
        dag, dienst = self.stand.datum, self.hub.diensten["declaration"]
        with dienst.database.read() as conn:
            return [
                {
                    "code": partij.code,
                    "soort": partij.soort,
                    "naam": partij.naam,
                    "mandaat": mandaat_voor(conn, partij.code, "WMO323", dag) is not None
                    if partij.soort == "gemeente"
                    else None,
                    "antwoordt": any(
                        regel.partij == partij.code and isinstance(regel.doe, Antwoorden) for regel in self.stand.gedrag
                    ),
                }
                for partij in parties.lijst(conn)
            ]

    def aantallen(self) -> dict[str, int]:
        geteld = {}
        for naam, dienst in self.hub.diensten.items():
            with dienst.database.read() as conn:
                for wat, tabel in (("berichten", bericht), ("poststukken", postbus)):
                    aantal = conn.execute(select(func.count()).select_from(tabel)).scalar_one()
                    geteld[f"{naam}{wat.capitalize()}"] = aantal
        return geteld


def _op_dag(dag: date, stand: Stand) -> Stand:
    """The stand on this day, which is not before the one it is."""
    if dag < stand.datum:
        raise DatumTerug
    return stand if dag == stand.datum else stand.model_copy(update={"datum": dag, "gezet": clock()})


Bediening = Callable[[Zandbak], Any]
