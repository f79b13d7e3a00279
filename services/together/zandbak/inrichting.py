"""What a zandbak is filled with: handed in by the command line, which has the FICTIEF example set."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.kernel.settings import Settings


@dataclass(frozen=True, slots=True)
class Inrichting:
    """`vul` makes both databases of these settings, with what a zandbak begins with; it gives {code: key}, each key
    beginning with its second argument.

    `personages` is who and what one can try with, as JSON. A zandbak is on a day from `eerste` to `laatste`.
    """

    vul: Callable[[Settings, str], Mapping[str, str]]
    personages: Callable[[], dict[str, Any]]
    eerste: date
    laatste: date
