"""On SQLite: the indexes of what counts say so as the statements do, or no statement uses them.

Revision 0012, after 0011.
"""

from alembic import op
from sqlalchemy import text

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_UNIQUE = {
    "declaratie": ("uq_declaratie_nummer_telt", ["aanbieder", "domein", "release", "nummer"]),
    "prestatie": ("uq_prestatie_referentienummer_telt", ["aanbieder", "domein", "referentienummer"]),
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table, (name, columns) in _UNIQUE.items():
        op.drop_index(name, table)
        op.create_index(name, table, columns, unique=True, sqlite_where=text("telt = 1"))
