"""Write the next migration of a lineage, from what its tables say now.

    python -m migrations allocation "toewijzingen"

The draft needs reading: triggers, renames and partial indexes are not seen. Running migrations is `hub init`.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from sqlalchemy import create_engine

from services.kernel.database import alembic_config, migrate


def write(lineage: str, message: str) -> None:
    """Draft the difference between a database migrated so far and the tables in the code."""
    config = alembic_config(lineage)
    versions = sorted(Path(config.get_main_option("version_locations") or "").glob("[0-9]*.py"))
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/{lineage}.sqlite"
        migrate(url, lineage)
        with create_engine(url).connect() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message, autogenerate=True, rev_id=f"{len(versions) + 1:04}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m migrations", description=__doc__)
    parser.add_argument("lineage", choices=["allocation", "declaration"])
    parser.add_argument("message")
    arguments = parser.parse_args()
    write(arguments.lineage, arguments.message)
