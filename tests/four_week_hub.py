"""A declaration service for tests with contracts of release 2.3: four weeks, 303 and 304. SPF3 is 480 euros."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from declaration_hub import Hub, make_hub

from services.kernel import berichten
from services.kernel.berichten import Uitkomst

TARIEVEN = """gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit
0503,,SPF3,2023-01-01,2025-12-31,480.00,,2022-12-01,FICTIEF 2023
0503,,SPF3,2026-01-01,2026-12-31,504.00,,2022-12-01,FICTIEF 2026
0503,,SPF3,2027-01-01,,520.00,,2022-12-01,FICTIEF 2027
0503,,ORH3,2023-01-01,,300.00,,2022-12-01,FICTIEF 2023
0503,,FIN2,2023-01-01,,160.00,,2022-12-01,FICTIEF 2023
0603,,SPF3,2023-01-01,,480.00,,2022-12-01,FICTIEF 2023
"""
MANDATEN = """gemeente,van,tot,besluit,soorten
0503,2023-01-01,,FICTIEF mandaat,WMO303 WMO323
"""


def contracten(gebroken: str = "WEEK", vorm: str = "declaratie", tot: str = "2028-12-31") -> str:
    """Aanbieder 75000001 with Delft for three areas and with Rijswijk, 75000002 with Delft."""
    wie = [*(("75000001", "0503", gebied) for gebied in ("SPF", "ORH", "FIN")), ("75000001", "0603", "SPF")]
    regels = [
        f"{aanbieder},{gemeente},{gebied},2023-01-01,{tot},2.3,{vorm},{gebroken},W"
        for aanbieder, gemeente, gebied in [*wie, ("75000002", "0503", "SPF")]
    ]
    return "\n".join(["aanbieder,gemeente,resultaatgebied,van,tot,release,vorm,gebroken,mapping", *regels, ""])


def make_hub_23(folder: Path, vandaag: date = date(2025, 2, 10), **anders: Any) -> Hub:
    """A hub whose contracts are all of release 2.3; `anders` goes to `contracten`."""
    return make_hub(folder, vandaag, contracten=contracten(**anders), tarieven=TARIEVEN, mandaten=MANDATEN)


def toewijs_23(hub: Hub, **changes: Any) -> None:
    """One stuk SPF3 per four weeks in all of 2025's thirteen periods, unless changed."""
    vier_weken = {"release": "2.3", "frequentie": "3", "ingangsdatum": "2024-12-30", "einddatum": "2025-12-28"}
    hub.toewijs(**{**vier_weken, **changes})


def retour_van(hub: Hub, uitkomst: Uitkomst) -> bytes:
    """The bytes of the answer."""
    assert uitkomst.retour is not None
    with hub.dienst.database.read() as conn:
        antwoord = berichten.vind(conn, uitkomst.retour.id, None)
        assert antwoord is not None
        content = berichten.inhoud(conn, antwoord.nr)
    assert content is not None
    return content
