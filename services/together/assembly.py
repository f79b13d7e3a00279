"""The services of one process, each handed what it needs of the other; and the clock.

In one process declaration reads allocation's feed by calling its function; apart, over HTTP with the key they share.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Event, Thread
from typing import Literal

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from services.allocation import api as allocation
from services.allocation.clienten import lees_clienten
from services.allocation.declaraties import Goedgekeurd, http_goedgekeurd, niet_te_vragen
from services.allocation.feed import lees_feed
from services.allocation.process import process as judge_toewijzing
from services.declaration import api as declaration
from services.declaration.cijfers.figures_feed import meld_cijfers
from services.declaration.feed import Bron, Onbereikbaar, http_bron, pull
from services.declaration.goedgekeurd import goedgekeurde_toewijzingen
from services.declaration.process import process as judge_declaratie
from services.declaration.ruimte.personen import Personen, http_personen
from services.kernel.database import DatabaseBezet
from services.kernel.privacy.zegels import verzegel
from services.kernel.receiving import Verwerk
from services.kernel.settings import Settings
from services.kernel.termijnen import meld_verlopen
from services.kernel.waarneming import logs
from services.kernel.wiring import Dienst, Dienstnaam, wire

Diensten = Literal["both", "allocation", "declaration"]
Taak = Callable[[], object]
# What the clock tries again a minute later.
GAAT_OVER = (Onbereikbaar, DatabaseBezet, SQLAlchemyError)
_SECONDS = 60.0
_LOG = logs.log()


class AllocationOnbekend(ValueError):
    """Declaration runs alone and is not told where allocation is."""


@dataclass(frozen=True, slots=True)
class Klokwerk:
    """A task of the clock; `naam` is what `hub klok --eenmaal` says before what came of it."""

    naam: str
    doe: Taak

    def __call__(self) -> object:
        return self.doe()


@dataclass(frozen=True)
class Samenstel:
    """The services of one process, each with its story and with what it needs of the other; and the clock's tasks.

    HTTP and the queue hand a message to the same functions; `hub serve`, `hub relay` and `hub klok` run the same tasks.
    """

    diensten: Mapping[Dienstnaam, Dienst]
    bron: Bron | None
    goedgekeurd: Goedgekeurd
    personen: Personen

    def apps(self) -> dict[Dienstnaam, FastAPI]:
        """The application of each service, to be mounted at its `pad`."""
        made: dict[Dienstnaam, FastAPI] = {}
        if "allocation" in self.diensten:
            made["allocation"] = allocation.create_app(self.diensten["allocation"], self.goedgekeurd)
        if self.bron is not None:
            made["declaration"] = declaration.create_app(self.diensten["declaration"], self.bron, self.personen)
        return made

    @property
    def verwerk(self) -> dict[Dienstnaam, Verwerk]:
        verhalen: dict[Dienstnaam, Verwerk] = {
            "allocation": partial(judge_toewijzing, goedgekeurd=self.goedgekeurd),
        }
        if self.bron is not None:
            verhalen["declaration"] = partial(judge_declaratie, bron=self.bron)
        return {naam: verhalen[naam] for naam in self.diensten}

    @property
    def taken(self) -> tuple[Klokwerk, ...]:
        """What the clock runs, in this order; each is safe to run twice, and in two processes at once."""
        taken: list[Klokwerk] = []
        if self.bron is not None:
            feed = partial(pull, self.diensten["declaration"], self.bron)
            taken.append(Klokwerk("declaration: feed gelezen tot en met", feed))
            cijfers = partial(meld_cijfers, self.diensten["declaration"])
            taken.append(Klokwerk("declaration: cijfers van perioden gemeld", cijfers))
        for naam, dienst in self.diensten.items():
            taken.append(Klokwerk(f"{naam}: verlopen termijnen gemeld", partial(meld_verlopen, dienst)))
            taken.append(Klokwerk(f"{naam}: regels van het auditspoor verzegeld", partial(verzegel, dienst)))
        return tuple(taken)

    def sluit(self) -> None:
        """Write and seal the audit trail, as far as its database is there, and close."""
        for dienst in self.diensten.values():
            try:
                dienst.leesspoor.schrijf()
                verzegel(dienst)
            except GAAT_OVER as fout:
                _LOG.warning("zegel", dienst=dienst.naam, exc_info=fout)
            dienst.database.close()


def samenstel(settings: Settings, diensten: Diensten = "both") -> Samenstel:
    """Wire the services of one process; the databases are not migrated here.

    AllocationOnbekend when declaration runs alone without `allocation_url`.
    """
    return verbonden({naam: wire(naam, settings) for naam in namen(diensten)}, settings)


def verbonden(wired: Mapping[Dienstnaam, Dienst], settings: Settings) -> Samenstel:
    """These services, each with what it needs of the other; AllocationOnbekend as above."""
    bron = _bron(wired, settings) if "declaration" in wired else None
    return Samenstel(wired, bron, _goedgekeurd(wired, settings), _personen(wired, settings))


def namen(diensten: Diensten) -> tuple[Dienstnaam, ...]:
    return ("allocation", "declaration") if diensten == "both" else (diensten,)


def _bron(wired: Mapping[Dienstnaam, Dienst], settings: Settings) -> Bron:
    """Where declaration reads the feed: allocation in this process, else over HTTP."""
    if "allocation" in wired:
        return partial(lees_feed, wired["allocation"])
    if settings.allocation_url is None:
        raise AllocationOnbekend
    return http_bron(settings.allocation_url, settings.dienst_sleutel.get_secret_value())


def _personen(wired: Mapping[Dienstnaam, Dienst], settings: Settings) -> Personen:
    """Whom declaration asks for whom a toewijzing is: allocation in this process, else over HTTP."""
    if "allocation" in wired:
        return partial(lees_clienten, wired["allocation"])
    if settings.allocation_url is None:
        raise AllocationOnbekend
    return http_personen(settings.allocation_url, settings.dienst_sleutel.get_secret_value())


def _goedgekeurd(wired: Mapping[Dienstnaam, Dienst], settings: Settings) -> Goedgekeurd:
    """Whom allocation asks about Prestaties: declaration in this process, else over HTTP, else nobody."""
    if "declaration" in wired:
        return partial(goedgekeurde_toewijzingen, wired["declaration"])
    if settings.declaration_url is None:
        return niet_te_vragen
    return http_goedgekeurd(settings.declaration_url, settings.dienst_sleutel.get_secret_value())


@contextmanager
def klok_loopt(taken: Sequence[Taak]) -> Iterator[Callable[[], None]]:
    """The clock as a thread of this process for as long as the block takes; gives what stops it and waits for it."""
    stop = Event()
    klok = Thread(target=run_klok, args=(stop, taken), name="klok", daemon=True)
    klok.start()

    def einde() -> None:
        stop.set()
        klok.join()

    try:
        yield einde
    finally:
        einde()


def run_klok(stop: Event, taken: Sequence[Taak]) -> None:
    """Once a minute, until told to stop. What fails now is tried again a minute later."""
    while not stop.wait(_SECONDS):
        eenmaal(taken)


def eenmaal(taken: Sequence[Taak]) -> None:
    """Each of them once; what fails is in the log, and keeps nothing else from being done."""
    for taak in taken:
        try:
            taak()
        except GAAT_OVER as fout:
            _LOG.warning("klok", exc_info=fout)
