"""What differs between the schemas of iwmo and ijw, in full (docs/decisions/0009); the rest is the same to the letter.

Besides the namespaces and the BerichtCodes, that is.
"""

from dataclasses import replace

import pytest
from schema_model import SCHEMAS, Element, SchemaReader, Simple, own_schema

# Codes of iwmo only, of both, and of ijw only.
CATEGORIEEN = [f"{nr:02}" for nr in range(1, 19)], [], [f"{nr}" for nr in range(31, 56) if nr != 39]
REDENEN = {
    "2.3": (["19", "21", "22", "23"], ["02", "20", "31"], ["32", "33", "34", "35"]),
    "3.2": (
        ["19", "21", "22", "23"],
        ["02", "20", "31", "36", "37", "38", "39"],
        ["32", "33", "34", "35"],
    ),
}
# Paths that only the ijw message has.
ONLY_IJW = {
    "315": ["Client/GezagsdragerBekend"],
    "316": ["Client/GezagsdragerBekend"],
    "319": ["Antwoord/Woonplaatsbeginsel"],
    "320": ["Antwoord/Woonplaatsbeginsel"],
}
RELEASES = ["2.3", "3.2"]
SOORTEN = [(path.parent.name, path.stem) for path in sorted(SCHEMAS.glob("ijw/*/JW*.xsd"))]
DIFFERING_TYPES = {"LDT_ProductCategorie", "LDT_RedenBeeindiging"}


def base_types(standaard: str, release: str) -> dict[str, Simple]:
    """The simple types of a base schema by local name."""
    types = own_schema("basisschema", standaard, release).simple_types()
    return {name.partition("}")[2]: simple for name, simple in types.items()}


def split(iwmo: Simple, ijw: Simple) -> tuple[list[str], list[str], list[str]]:
    """The codes of iwmo only, of both, of ijw only."""
    one, other = set(iwmo.enumerations), set(ijw.enumerations)
    return sorted(one - other), sorted(one & other), sorted(other - one)


@pytest.mark.parametrize("release", RELEASES)
def test_two_code_lists_differ(release: str) -> None:
    iwmo, ijw = base_types("iwmo", release), base_types("ijw", release)

    assert split(iwmo["LDT_ProductCategorie"], ijw["LDT_ProductCategorie"]) == CATEGORIEEN
    assert split(iwmo["LDT_RedenBeeindiging"], ijw["LDT_RedenBeeindiging"]) == REDENEN[release]
    assert {name for name in iwmo if iwmo[name] != ijw.get(name)} == DIFFERING_TYPES
    assert iwmo.keys() == ijw.keys()


def plain(element: Element) -> Element:
    """Without namespace, BerichtCode and the two code lists."""
    name = element.name.partition("}")[2]
    simple = element.simple
    if simple and (name == "BerichtCode" or simple.name in DIFFERING_TYPES):
        simple = replace(simple, enumerations=(), patterns=())
    return replace(element, name=name, simple=simple, children=tuple(plain(child) for child in element.children))


def paths(element: Element) -> dict[str, tuple[int, int | None, Simple | None]]:
    """Everything below an element by its path, in order."""
    found = {}
    for child in element.children:
        found[child.name] = child.minimum, child.maximum, child.simple
        found |= {f"{child.name}/{path}": what for path, what in paths(child).items()}
    return found


@pytest.mark.parametrize("release, soort", SOORTEN)
def test_two_parts_are_in_messages_of_ijw_only(release: str, soort: str) -> None:
    iwmo = paths(plain(own_schema(soort.replace("JW", "WMO"), "iwmo", release).root()))
    ijw = paths(plain(own_schema(soort, "ijw", release).root()))
    only = tuple(ONLY_IJW.get(soort[2:], []))

    shared = [(path, what) for path, what in ijw.items() if not only or not path.startswith(only)]

    assert shared == list(iwmo.items())
    assert all(path in ijw for path in only)


@pytest.mark.parametrize("release", RELEASES)
def test_every_message_is_in_both_standards(release: str) -> None:
    numbers = {
        standaard: {path.stem[-3:] for path in SCHEMAS.glob(f"{standaard}/{release}/[WJ]*.xsd")}
        for standaard in ("iwmo", "ijw")
    }

    assert numbers["iwmo"] == numbers["ijw"]


def test_the_complex_types_are_the_same() -> None:
    for release in RELEASES:
        iwmo, ijw = (own_schema("basisschema", standaard, release) for standaard in ("iwmo", "ijw"))

        assert complex_paths(iwmo) == complex_paths(ijw)


def complex_paths(schema: SchemaReader) -> dict[str, list[Element]]:
    return {
        name.partition("}")[2]: [plain(child) for child in children]
        for name, children in schema.complex_types().items()
    }
