"""An index for the search of messages by day.

Revision 0005, after 0004.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_bericht_ontvangen", "bericht", ["ontvangen"])
