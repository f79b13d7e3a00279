"""A finding: what a message breaks, where, and what the sender can do. Data, never an exception."""

from dataclasses import dataclass
from typing import Any, Protocol

# At most this many findings are listed in a reply; the count is always complete (design §5).
LIJST_MAXIMUM = 1000


class Plaats(Protocol):
    """Anything that knows where in the message it stands."""

    @property
    def pad(self) -> str: ...

    @property
    def regelnummer(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Bevinding:
    """One finding.

    `niveau` 1..4 is the control level; `regel` the rule id ("XSD" at level 1); `pad` has local names and 1-based
    indices of the class; `element` the path below it. `melding` and `advies` are Dutch and hold no value of the
    message but codes.
    """

    niveau: int
    regel: str
    retourcode: str | None
    pad: str
    element: str
    regelnummer: int | None
    melding: str
    advies: str

    def json(self) -> dict[str, Any]:
        return {
            "niveau": self.niveau,
            "regel": self.regel,
            "retourcode": self.retourcode,
            "pad": self.pad,
            "element": self.element,
            "regelnummer": self.regelnummer,
            "melding": self.melding,
            "advies": self.advies,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Bevinding":
        return cls(**data)
