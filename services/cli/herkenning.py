"""`hub partij oin` and `hub partij client`: by what else than a key a party is known; in both databases."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape

from services.cli.beheer import lezend, toon
from services.cli.console import VAR, AlsJson, DataMap, verkeerd, zeg
from services.cli.partij import eis_partij, in_beide
from services.cli.sleutel import lees_scopes
from services.kernel.toegang import credentials
from services.kernel.toegang.certificates import is_oin
from services.kernel.toegang.credentials import Herkenningsoort
from services.kernel.toegang.parties import SCOPES

_SOORTEN: Final[dict[Herkenningsoort, str]] = {"oin": "OIN", "oauth": "Client"}
Code = Annotated[str | None, typer.Argument(help="Code van de partij; zonder: toon ze alle.")]
Scopes = Annotated[
    str | None,
    typer.Option(
        help=f"Wat het mag, met een komma ertussen: {', '.join(SCOPES)} (standaard: alles wat de partij mag).",
        show_default=False,
    ),
]
Weg = Annotated[bool, typer.Option("--weg", help="Herken de partij er niet meer aan.")]


def oin(
    code: Code = None,
    nummer: Annotated[str | None, typer.Argument(help="OIN uit het certificaat: twintig cijfers.")] = None,
    scopes: Scopes = None,
    weg: Weg = False,
    data: DataMap = VAR,
    as_json: AlsJson = False,
) -> None:
    """Herken een partij aan het OIN in haar certificaat, zoals de proxy het doorgeeft.

    Voorbeeld: hub partij oin 0503 00000001001234567000
    """
    if nummer is not None and not is_oin(nummer):
        verkeerd("Een OIN heeft twintig cijfers.")
    _leg_vast(data, "oin", code, nummer, scopes, weg, as_json)


def client(
    code: Code = None,
    naam: Annotated[str | None, typer.Argument(help="Client bij de uitgever van OAuth-tokens.")] = None,
    scopes: Scopes = None,
    weg: Weg = False,
    data: DataMap = VAR,
    as_json: AlsJson = False,
) -> None:
    """Herken een partij aan haar client bij de uitgever van OAuth-tokens die is ingesteld.

    Voorbeeld: hub partij client 75000001 ecd-productie --scopes send,read
    """
    _leg_vast(data, "oauth", code, naam, scopes, weg, as_json)


def _leg_vast(
    data: Path,
    soort: Herkenningsoort,
    code: str | None,
    waarde: str | None,
    scopes: str | None,
    weg: bool,
    as_json: bool,
) -> None:
    if code is None or waarde is None:
        with lezend(data) as conn:
            rijen = [rij for rij in credentials.herkenningen(conn, soort) if code in (None, rij[1])]
        toon(_SOORTEN[soort], (_SOORTEN[soort].lower(), "partij", "scopes"), rijen, as_json=as_json)
        return
    eis_partij(data, code)
    opdracht = f"partij {_SOORTEN[soort].lower()}"
    if weg:
        in_beide(
            data,
            opdracht,
            f"partij {code}, niet meer {waarde}",
            lambda _, conn: credentials.vergeet(conn, soort, waarde, code),
        )
        zeg(as_json, f"{escape(code)} wordt niet meer herkend aan {escape(waarde)}.", partij=code, herkend=False)
        return
    gekozen = lees_scopes(data, code, scopes)
    over = f"partij {code}, {waarde}"
    in_beide(data, opdracht, over, lambda _, conn: credentials.herken_als(conn, soort, waarde, code, gekozen))
    zeg(as_json, f"{escape(code)} wordt herkend aan {escape(waarde)}.", partij=code, herkend=True)
