"""Finding messages back: by retourcode and by toewijzing.

Revision 0009, after 0008.
"""

from alembic import op

from migrations import kernel_0004_zoeken

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kernel_0004_zoeken.upgrade()
    op.create_index("ix_prestatie_toewijzing", "prestatie", ["grondslag"])
