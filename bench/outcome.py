"""What a simulation found, as values that are held together and shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bench.country import Country, Measured, Message
from bench.pressure import Pressure

Dialect = Literal["postgresql", "sqlite"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found. Seconds; `waits` from arrival to answer, of every message that is no second sending."""

    dialect: Dialect
    workers: int
    messages: int
    prestaties: int
    waits: tuple[float, ...]
    busiest: float  # share of their time that the processes worked, in the busiest hour
    refused: int  # times that a message was told to come again: no turn in time
    empty: tuple[float, ...]  # per day of arrival: the moment at which all of that day was answered

    def wait(self, share: float) -> float:
        """The wait that this share of the messages does not exceed."""
        return self.waits[min(int(len(self.waits) * share), len(self.waits) - 1)]


@dataclass(frozen=True, slots=True)
class Found:
    """All of it: `days` are the first working days of the month, `at_once` the whole month in one moment."""

    country: Country
    measured: Measured
    sent: Sequence[Message]
    days: Sequence[Outcome]
    at_once: Sequence[Outcome]
    pressures: Sequence[Pressure]
