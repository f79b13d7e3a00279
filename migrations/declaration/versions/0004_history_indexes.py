"""Indexes for what is asked of history: messages by day, declarations by number, signalen by Prestatie.

Revision 0004, after 0003.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_bericht_ontvangen", "bericht", ["ontvangen"])
    op.create_index("ix_declaratie_nummer", "declaratie", ["nummer"])
    op.create_index("ix_signaal_prestatie", "signaal", ["prestatie"])
