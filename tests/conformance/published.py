"""The schemas and messages as the standard's owner published them, read from a folder outside the project."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from lxml import etree

ROOT = Path(__file__).resolve().parents[2]
REFERENTIE = Path(os.environ.get("BERICHTENHUB_REFERENTIE", ROOT / ".." / "shared" / "reference")).resolve()
PRESENT = (REFERENTIE / "schemas").is_dir()
FULL = os.environ.get("BERICHTENHUB_CONFORMANCE") == "full"

SOORTEN = (
    *(("3.2", soort) for soort in ("WMO301", "WMO302", "WMO323", "WMO325")),
    *(("2.3", soort) for soort in ("WMO301", "WMO302", "WMO303", "WMO304")),
)
RELEASES = ("3.2", "2.3")
# iwmo 3.2 was published without its answers: those of ijw, with the names and codes of iwmo.
_FROM_IJW = {("3.2", "WMO302"): ("JW302", "437", "415"), ("3.2", "WMO325"): ("JW325", "491", "485")}


def schema_path(standaard: str, release: str, name: str) -> Path:
    return REFERENTIE / "schemas" / standaard / release / f"{name}.xsd"


@lru_cache
def schema_text(release: str, soort: str) -> str:
    """The published schema of a soort of iwmo, importing the published base schema of iwmo by its full path."""
    if (release, soort) in _FROM_IJW:
        twin, code, own_code = _FROM_IJW[release, soort]
        text = schema_path("ijw", release, twin).read_text(encoding="utf-8")
        text = text.replace("/ijw/3_2/", "/iwmo/3_2/").replace(f"/{twin.lower()}/", f"/{soort.lower()}/")
        text = text.replace(f'xs:pattern value="{code}"', f'xs:pattern value="{own_code}"')
    else:
        text = schema_path("iwmo", release, soort).read_text(encoding="utf-8")
    basis = schema_path("iwmo", release, "basisschema").as_uri()
    return text.replace('schemaLocation="basisschema.xsd"', f'schemaLocation="{basis}"')


def message_schema(release: str, soort: str) -> etree._Element:
    """The parsed form of schema_text."""
    return etree.fromstring(schema_text(release, soort).encode())


def base_schema(release: str) -> etree._Element:
    return etree.parse(schema_path("iwmo", release, "basisschema")).getroot()


def sample(release: str, soort: str) -> bytes | None:
    """The published sample message of a soort of iwmo; there is none of the answers and none of release 2.3."""
    path = REFERENTIE / "messages" / f"iwmo-{release}" / f"{soort}.xml"
    return path.read_bytes() if path.is_file() else None
