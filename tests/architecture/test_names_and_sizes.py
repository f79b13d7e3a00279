"""Modules are named for what they hold, and are read in one sitting."""

import ast
from collections.abc import Iterator
from pathlib import Path

# A name that says nothing collects everything.
NAMES_THAT_SAY_NOTHING = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "base",
    "manager",
    "managers",
    "misc",
}
FILE_LINES = 350
FUNCTION_LINES = 45


def modules(root: Path, *folders: str) -> Iterator[Path]:
    """Every Python file below these folders of the checkout."""
    for folder in folders:
        yield from (root / folder).rglob("*.py")


def functions(module: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module, nested ones too."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_module_has_a_name_that_says_nothing(root: Path) -> None:
    found = [
        module.relative_to(root)
        for module in modules(root, "services", "migrations", "bench", "tests")
        for part in module.relative_to(root).with_suffix("").parts
        if NAMES_THAT_SAY_NOTHING & set(part.lower().split("_"))
    ]

    assert found == []


def test_no_file_is_longer_than_one_sitting(root: Path) -> None:
    lengths = {
        str(module.relative_to(root)): len(module.read_text(encoding="utf-8").splitlines())
        for module in modules(root, "services")
    }

    assert {name: length for name, length in lengths.items() if length >= FILE_LINES} == {}


def test_no_function_is_longer_than_a_screen(root: Path) -> None:
    found = [
        f"{module.relative_to(root)}:{function.lineno} {function.name}"
        for module in modules(root, "services")
        for function in functions(module)
        if (function.end_lineno or function.lineno) - function.lineno + 1 > FUNCTION_LINES
    ]

    assert found == []
