"""What the documentation tells one to type works, and prints what it says it prints."""

from pathlib import Path

import pytest
from documents import Shell, blokken, uitgevoerd, werkmap
from running_hub import ROOT

from services.cli.console import free_port

# Documents whose blocks are run. Others have none: that is held below.
GEDRAAID = (
    "README.md",
    "docs/aanbieders.md",
    "docs/going-live.md",
    "docs/operations.md",
    "docs/testers.md",
    "docs/zandbak.md",
)


@pytest.mark.parametrize("naam", GEDRAAID)
def test_a_document_does_what_it_says(naam: str, tmp_path: Path) -> None:
    shell = Shell(werkmap(tmp_path), free_port(0))
    try:
        fouten = uitgevoerd(ROOT / naam, shell)
    finally:
        shell.close()

    assert not fouten, "\n\n".join(fouten)


def test_no_document_has_a_block_that_nobody_runs() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    found = {
        str(document.relative_to(ROOT)) for document in documents for blok in blokken(document) if blok.taal == "sh"
    }

    assert found - set(GEDRAAID) == set()
