"""What 305 and 307 tell of a toewijzing: when care began and ended, and why.

Revision 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

from services.kernel.columns import Nummer

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "levering",
        sa.Column("nr", Nummer, nullable=False),
        sa.Column("gemeente", sa.String(4), nullable=False),
        sa.Column("domein", sa.String(), nullable=False),
        sa.Column("aanbieder", sa.String(8), nullable=False),
        sa.Column("bericht", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("soort", sa.String(), nullable=False),
        sa.Column("nummer", sa.BigInteger(), nullable=False),
        sa.Column("categorie", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("begin", sa.Date(), nullable=False),
        sa.Column("eind", sa.Date(), nullable=True),
        sa.Column("reden", sa.String(), nullable=True),
        sa.Column("status", sa.String(1), nullable=False),
        sa.ForeignKeyConstraint(["bericht"], ["bericht.nr"], name=op.f("fk_levering_bericht")),
        sa.PrimaryKeyConstraint("nr", name=op.f("pk_levering")),
    )
    op.create_index("ix_levering_nummer", "levering", ["gemeente", "domein", "nummer"])
    op.create_index("ix_levering_bericht", "levering", ["bericht"])
