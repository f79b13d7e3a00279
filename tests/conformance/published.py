"""The schemas and messages as the standard's owner published them, read from a folder outside the project."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from lxml import etree
from schema_model import SCHEMAS

ROOT = Path(__file__).resolve().parents[2]
REFERENTIE = Path(os.environ.get("BERICHTENHUB_REFERENTIE", ROOT / ".." / "shared" / "reference")).resolve()
PRESENT = (REFERENTIE / "schemas").is_dir()
API_DESIGN_RULES = REFERENTIE / "api-design-rules" / "linter.yaml"
FULL = os.environ.get("BERICHTENHUB_CONFORMANCE") == "full"

XS = "{http://www.w3.org/2001/XMLSchema}"
BASIS = "basisschema"

# Every message schema of ours: (standaard, release, soort).
SOORTEN = tuple(
    (*path.parent.parts[-2:], path.stem) for path in sorted(SCHEMAS.glob("i*/*/*.xsd")) if path.stem != BASIS
)
RELEASES = tuple(sorted({(standaard, release) for standaard, release, _ in SOORTEN}))

# Not published for iwmo 3.2, with the BerichtCodes of ijw and iwmo. The message is that of ijw with the names and the
# code of iwmo, without the two parts that only ijw has.
FROM_IJW = {
    "WMO302": ("437", "415"),
    "WMO306": ("439", "419"),
    "WMO308": ("441", "421"),
    "WMO316": ("447", "445"),
    "WMO318": ("487", "481"),
    "WMO320": ("489", "483"),
    "WMO325": ("491", "485"),
}
ONLY_IJW = ("GezagsdragerBekend", "Woonplaatsbeginsel")

_FOLDER = TemporaryDirectory()


def schema_path(standaard: str, release: str, name: str) -> Path:
    return REFERENTIE / "schemas" / standaard / release / f"{name}.xsd"


def published_soorten() -> set[tuple[str, str, str]]:
    """Every message schema in the published folder."""
    return {
        (*path.parent.parts[-2:], path.stem)
        for path in (REFERENTIE / "schemas").glob("*/*/*.xsd")
        if path.stem != BASIS
    }


@cache
def base_path(standaard: str, release: str) -> Path:
    """A copy of the published base schema that libxml2 reads as XSD says.

    In the class of LDT_Tijd libxml2 does not see the hyphen at the end and lets a zone behind a minus pass; with the
    hyphen escaped, which means the same, it does.
    """
    text = schema_path(standaard, release, BASIS).read_text(encoding="utf-8")
    if text.count('"[^Z+-]+"') != 1:
        raise LookupError("the pattern of LDT_Tijd is not the one we know")
    path = Path(_FOLDER.name) / f"{standaard}-{release}.xsd"
    path.write_text(text.replace('"[^Z+-]+"', r'"[^Z+\-]+"'), encoding="utf-8")
    return path


@cache
def base_schema(standaard: str, release: str) -> etree._Element:
    return etree.parse(base_path(standaard, release)).getroot()


@cache
def message_schema(standaard: str, release: str, soort: str) -> etree._Element:
    """The published schema of a soort, importing the published base schema by its full path."""
    if schema_path(standaard, release, soort).is_file():
        text = schema_path(standaard, release, soort).read_text(encoding="utf-8")
    else:
        text = _from_ijw(release, soort)
    schema = etree.fromstring(text.encode())
    schema.find(f"{XS}import").set("schemaLocation", base_path(standaard, release).as_uri())
    return schema


def _from_ijw(release: str, soort: str) -> str:
    code, own_code = FROM_IJW[soort]
    twin = soort.replace("WMO", "JW")
    text = schema_path("ijw", release, twin).read_text(encoding="utf-8")
    text = text.replace("/ijw/", "/iwmo/").replace(f"/{twin.lower()}/", f"/{soort.lower()}/")
    schema = etree.fromstring(text.replace(f'xs:pattern value="{code}"', f'xs:pattern value="{own_code}"').encode())
    for node in [node for node in schema.iter(f"{XS}element", f"{XS}complexType") if node.get("name") in ONLY_IJW]:
        node.getparent().remove(node)
    return str(etree.tostring(schema, encoding="unicode"))


def sample(standaard: str, release: str, soort: str) -> bytes | None:
    """The published sample message of a soort; there are none of ijw, of release 2.3 and of the answers."""
    path = REFERENTIE / "messages" / f"{standaard}-{release}" / f"{soort}.xml"
    return path.read_bytes() if path.is_file() else None
