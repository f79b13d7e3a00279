"""A rule asks values, never of which release or standard a message is: adding a release needs no `if` in a rule."""

import ast
from pathlib import Path

from services.kernel.catalogue import CATALOGUE, find
from services.kernel.rules import check, regel

RULES = (
    "services/allocation/rules.py",
    "services/allocation/client_rules.py",
    "services/allocation/retour_rules.py",
    "services/allocation/rule_rows.py",
    "services/allocation/stacking.py",
    "services/declaration/rules/*.py",
)
NAMES = {soort.naam for soort in CATALOGUE} | {soort.release for soort in CATALOGUE} | {"iwmo", "ijw"}


def decided_by_name(module: Path) -> list[str]:
    """Places where a comparison, `match` or membership looks at a release, a standard or a kind of message."""
    found = []
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Compare | ast.MatchValue):
            texts = {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
            if texts & NAMES:
                found.append(f"{module.name}:{node.lineno}")
    return found


def test_no_rule_decides_by_the_name_of_a_release(root: Path) -> None:
    modules = [module for pattern in RULES for module in root.glob(pattern)]

    assert len(modules) > len(RULES)
    assert [place for module in modules for place in decided_by_name(module)] == []


def test_a_planted_one_is_seen(tmp_path: Path) -> None:
    module = tmp_path / "planted.py"
    module.write_text("def toets(bericht):\n    return bericht.soort.release == '2.3'\n", encoding="utf-8")

    assert decided_by_name(module) == ["planted.py:2"]


def test_the_same_rule_is_held_in_any_registry_it_stands_in() -> None:
    """What makes a rule one of a release is a row in its table and its place in a tuple, nothing in the function."""

    class Plaats:
        pad = "/Bericht/Client"
        regelnummer = 1

    never = regel("CS002", "0001", "Client", "Bsn")(lambda *_: False)
    kinds = [(naam, release) for naam in ("WMO303", "JW303") for release in ("2.3",)]
    kinds += [(naam, "3.2") for naam in ("WMO323", "JW323", "WMO301", "JW301")]
    for naam, release in kinds:
        (bevinding,) = check((never,), find(naam, release), None, lambda *_: [Plaats()])
        assert (bevinding.regel, bevinding.retourcode) == ("CS002", "0001")
