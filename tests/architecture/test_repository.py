"""No file tells where it was made or where its packages come from."""

import subprocess
from pathlib import Path

# Put together here, or this file would be the first to be found.
BANNED = [
    b"/" + b"work/",
    *(
        name + b"." + domain
        for name, domain in [
            (b"pypi", b"org"),
            (b"pythonhosted", b"org"),
            (b"npmjs", b"org"),
            (b"npmjs", b"com"),
            (b"deb.debian", b"org"),
        ]
    ),
]
SHARED = b"../" + b"shared"


def files(root: Path) -> list[Path]:
    """What git tracks, and what it would track if it were added."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout
    return [path for name in listed.split(b"\0") if name and (path := root / name.decode()).is_file()]


def test_no_file_names_a_place_of_making_or_a_registry(root: Path) -> None:
    found = [
        (str(path.relative_to(root)), banned.decode())
        for path in files(root)
        for banned in BANNED
        if banned in path.read_bytes()
    ]

    assert found == []


def test_only_conformance_looks_outside_the_checkout(root: Path) -> None:
    conformance = root / "tests" / "conformance"
    found = [
        str(path.relative_to(root))
        for path in files(root)
        if not path.is_relative_to(conformance) and SHARED in path.read_bytes()
    ]

    assert found == []
