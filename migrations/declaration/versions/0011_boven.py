"""An index of what was awarded above what is allocated.

Revision 0011, after 0010.
"""

from alembic import op
from sqlalchemy import text

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    boven = text("gedeclareerd > toegewezen")
    op.create_index(
        *("ix_stand_boven", "stand", ["gemeente", "domein", "toewijzing"]), sqlite_where=boven, postgresql_where=boven
    )
