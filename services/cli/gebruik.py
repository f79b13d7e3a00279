"""What a command that was called in a way that cannot be says: as every other error of `hub`, and in Dutch."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import typer
from rich.markup import escape
from typer.core import TyperGroup

from services.cli.console import verkeerd

# Every usage error of the library descends from it; it has no public name of its own.
_GEBRUIKSFOUT: Final[type[Any]] = typer.BadParameter.__mro__[1]
# Of a group without a command it is the help, which is no error to tell.
_HULP: Final = "NoArgsIsHelpError"
# What the library says, and what we say; what is not here comes as it is.
_WOORDEN: Final = tuple(
    (re.compile(engels), nederlands)
    for engels, nederlands in (
        (r"^No such option: (\S+)", r"De optie \1 bestaat niet."),
        (r" \(Possible options: (.*)\)$", r" Bedoelde u \1?"),
        (r"^No such command '(.*?)'\.?", r"De opdracht \1 bestaat niet."),
        (r" ?Did you mean (.*)\?$", r" Bedoelde u \1?"),
        (r"^Missing command\.", "Er is geen opdracht genoemd."),
        (r"^Missing (?:argument|option|parameter) '(.*?)'\.", r"\1 ontbreekt."),
        (r"Choose from:\s*", "Kies uit: "),
        (r"^Got unexpected extra argument\(s\) \((.*)\)$", r"Dit is te veel: \1."),
        (r"^Option '(.*?)' does not take a value\.", r"De optie \1 krijgt geen waarde."),
        (r"^Option '(.*?)' requires an argument\.", r"De optie \1 heeft een waarde nodig."),
        (r"^Option '(.*?)' requires (\d+) arguments\.", r"De optie \1 heeft \2 waarden nodig."),
        (r"^Invalid value for '(.*?)': ", r"\1: "),
        (r"^Invalid value: ", ""),
        (r"Value error, ", ""),
        (r"Invalid isoformat string: ('.*?')", r"\1 is geen dag; schrijf jjjj-mm-dd."),
        (r"(?:[Ff]ile|[Dd]irectory|[Pp]ath) '(.*?)' does not exist\.", r"\1 bestaat niet."),
        (r"(?:[Ff]ile|[Dd]irectory|[Pp]ath) '(.*?)' is a directory\.", r"\1 is een map, geen bestand."),
        (r"(?:[Ff]ile|[Dd]irectory|[Pp]ath) '(.*?)' is a file\.", r"\1 is een bestand, geen map."),
        (r"(?:[Ff]ile|[Dd]irectory|[Pp]ath) '(.*?)' is not readable\.", r"\1 is niet te lezen."),
        (r"(?:[Ff]ile|[Dd]irectory|[Pp]ath) '(.*?)' is not writable\.", r"\1 is niet te schrijven."),
        (r"[Vv]alue ('.*?') is not a valid .*", r"\1 past hier niet."),
        (r"('.*?') is not a valid .*", r"\1 past hier niet."),
        (r"('.*?') is not one of (.*)\.$", r"\1 kan niet; kies uit \2."),
        (r"Input should be a valid integer.*$", "dit moet een geheel getal zijn."),
        (r"Input should be greater than or equal to (\S+)$", r"dit is ten minste \1."),
        (r"Input should be less than or equal to (\S+)$", r"dit is ten hoogste \1."),
    )
)


class Opdrachten(TyperGroup):
    """The root of all commands: those below it are read and run inside it, so it hears of what goes wrong there."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        with _in_het_nederlands():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        with _in_het_nederlands():
            return super().invoke(ctx)


@contextmanager
def _in_het_nederlands() -> Iterator[None]:
    try:
        yield
    except _GEBRUIKSFOUT as fout:
        if type(fout).__name__ == _HULP:
            raise
        hulp = f" Zie: {fout.ctx.command_path} --help" if fout.ctx is not None else ""
        verkeerd(escape(vertaald(fout.format_message()) + hulp))


def vertaald(melding: str) -> str:
    """The sentence of the library in Dutch, as far as it has words we know."""
    for engels, nederlands in _WOORDEN:
        melding = engels.sub(nederlands, melding)
    return melding
