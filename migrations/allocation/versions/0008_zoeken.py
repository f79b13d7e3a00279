"""Finding messages back: by retourcode, by toewijzing, by what they refer to.

Revision 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

from migrations import kernel_0004_zoeken

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMMER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    kernel_0004_zoeken.upgrade()
    op.create_table(
        "vermelding",
        sa.Column("nr", NUMMER, nullable=False),
        sa.Column("bericht", NUMMER, nullable=False),
        sa.Column("toewijzing", sa.BigInteger, nullable=True),
        sa.Column("referentie", sa.String(36), nullable=True),
        sa.ForeignKeyConstraint(["bericht"], ["bericht.nr"], name="fk_vermelding_bericht"),
        sa.PrimaryKeyConstraint("nr", name="pk_vermelding"),
    )
    op.execute("INSERT INTO vermelding (bericht, toewijzing) SELECT DISTINCT bericht, nummer FROM levering")
    op.create_index("ix_vermelding_bericht", "vermelding", ["bericht"])
    op.create_index("ix_vermelding_toewijzing", "vermelding", ["toewijzing"])
    op.create_index("ix_vermelding_referentie", "vermelding", ["referentie"])
    op.create_index("ix_toewijzing_versie_nummer", "toewijzing_versie", ["nummer"])
    op.create_index("ix_toewijzing_versie_referentie", "toewijzing_versie", ["referentie_aanbieder"])
