"""What a scenario consists of: messages in the order in which they are sent, each with what the hub must say to it."""

from dataclasses import dataclass, replace

from services.cli.fouten.wijziging import Wijziging, gewijzigd
from services.kernel.catalogue import Berichtsoort

# Rule id and retourcode of a finding.
Regelcode = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Verwacht:
    """What comes back: HTTP status, oordeel, the rules with their codes; `probleem` is the type of a refusal."""

    status: int = 201
    oordeel: str | None = "goedgekeurd"
    regels: frozenset[Regelcode] = frozenset()
    probleem: str | None = None


GOEDGEKEURD = Verwacht()
DOORGESTUURD = Verwacht(oordeel="doorgestuurd")


@dataclass(frozen=True, slots=True)
class Stuk:
    """One message, who hands it in, and what must come back."""

    soort: Berichtsoort
    verzender: str
    inhoud: bytes
    verwacht: Verwacht = GOEDGEKEURD

    def met(self, *wijzigingen: Wijziging) -> "Stuk":
        """The same message with its XML changed."""
        return replace(self, inhoud=gewijzigd(self.inhoud, self.soort, wijzigingen))
