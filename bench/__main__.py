"""`python -m bench [PART...] [--quick]`: the parts one after the other, and one table of what they found.

`--into docs/performance.md` measures nothing: it writes there what the last full run of each part found.
"""

import argparse
from importlib import import_module
from pathlib import Path
from typing import Final

import servers

from bench.figures import Figure, as_markdown, keep, kept, machine, show, write_block

# Each is a module here with run(quick) -> (figures, facts).
PARTS: Final = ("large", "memory", "small", "queue", "history", "page")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(PARTS)}; without: all")
    parser.add_argument("--quick", action="store_true", help="smaller sizes and fewer runs: all in less than 50 s")
    parser.add_argument("--into", type=Path, help="write what was kept between the two marks of this page")
    wanted = parser.parse_args()
    if unknown := set(wanted.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if wanted.into:
        write_block(wanted.into, "\n\n".join(as_markdown(*part) for part in kept(wanted.parts or PARTS)))
        return
    found = _measure(wanted.parts or PARTS, wanted.quick)
    facts = machine()
    where = f"Python {facts['python']}, {facts['machine']}, load {facts['load']} on {facts['cpus']} CPUs"
    show(found, f"{'A quick run' if wanted.quick else 'A full run'} ({where})")


def _measure(parts: tuple[str, ...], quick: bool) -> list[Figure]:
    found: list[Figure] = []
    servers.begin_run()
    try:
        for part in parts:
            figures, facts = import_module(f"bench.{part}").run(quick)
            keep(part, figures, quick, facts)
            found += figures
    finally:
        servers.drop_databases()
        servers.end_run()
    return found


if __name__ == "__main__":
    main()
