"""When care on a toewijzing began and ended, and why, as 305 and 307 told it.

Revision 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("stop", sa.Date(), nullable=True),
        sa.Column("stop_reden", sa.String(), nullable=True),
    ):
        op.add_column("toewijzing", column)
