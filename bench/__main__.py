"""`python -m bench [PART...] [--quick]`: the parts one after the other, and one table of what they found."""

import argparse
import os
from importlib import import_module
from typing import Final

import servers

from bench.figures import Figure, keep, machine, show

# Each is a module here with run(quick) -> (figures, facts).
PARTS: Final = ("large", "memory", "small", "queue", "history", "page")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(PARTS)}; without: all")
    parser.add_argument("--quick", action="store_true", help="smaller sizes and fewer runs: all in less than 50 s")
    wanted = parser.parse_args()
    if unknown := set(wanted.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    found: list[Figure] = []
    servers.begin_run()
    try:
        for part in wanted.parts or PARTS:
            figures, facts = import_module(f"bench.{part}").run(wanted.quick)
            keep(part, figures, wanted.quick, facts)
            found += figures
    finally:
        servers.drop_databases()
        servers.end_run()
    facts = machine()
    where = f"Python {facts['python']}, {facts['machine']}, load {os.getloadavg()[0]:.1f} on {facts['cpus']} CPUs"
    show(found, f"{'A quick run' if wanted.quick else 'A full run'} ({where})")


if __name__ == "__main__":
    main()
