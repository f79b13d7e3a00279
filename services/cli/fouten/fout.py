"""A row of the registry and how it is broken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.cli.fouten.dossier import Dossier
from services.cli.fouten.stuk import Stuk

Bouw = Callable[[Dossier], Sequence[Stuk]]


@dataclass(frozen=True, slots=True)
class Fout:
    """`bouw` makes the messages that must precede, and last the faulty one.

    What the faulty one of these gets follows from the row, not from `bouw`.
    """

    regel: str
    klasse: str
    element: str
    retourcode: str | None
    bouw: Bouw

    @property
    def sleutel(self) -> tuple[str, str, str, str | None]:
        return self.regel, self.klasse, self.element, self.retourcode
