"""A and D kept per toewijzing and period, closings of periods, kenmerken, and which figures were told.

Revision 0005, after 0004. The standing A and D are made from the journal there is.
"""

import sqlalchemy as sa
from alembic import op

from services.kernel.columns import append_only_ddl

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# As it stood when this revision was written; the code has its own (services/declaration/stand.py).
_FILL = """
INSERT INTO stand (gemeente, domein, toewijzing, periode, aanbieder, client, productcode, toegewezen, gedeclareerd)
SELECT j.gemeente, j.domein, COALESCE(j.toewijzing, -1), j.periode, j.aanbieder, MAX(t.client),
       COALESCE(MAX(t.code), CASE WHEN MIN(j.productcode) = MAX(j.productcode) THEN MIN(j.productcode) END),
       SUM(CASE WHEN j.naar = 'verplicht' THEN j.bedrag WHEN j.van = 'verplicht' THEN -j.bedrag ELSE 0 END),
       SUM(CASE WHEN j.naar = 'gedeclareerd' THEN j.bedrag WHEN j.van = 'gedeclareerd' THEN -j.bedrag ELSE 0 END)
FROM journaal j
LEFT JOIN toewijzing t ON t.gemeente = j.gemeente AND t.domein = j.domein AND t.nummer = j.toewijzing
GROUP BY j.gemeente, j.domein, COALESCE(j.toewijzing, -1), j.periode, j.aanbieder
"""


def upgrade() -> None:
    nummer = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "stand",
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("domein", sa.String(), nullable=False),
        sa.Column("toewijzing", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("periode", sa.String(), nullable=False),
        sa.Column("aanbieder", sa.String(length=8), nullable=False),
        sa.Column("client", nummer, nullable=True),
        sa.Column("productcode", sa.String(), nullable=True),
        sa.Column("toegewezen", sa.BigInteger(), nullable=False),
        sa.Column("gedeclareerd", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["client"], ["client.nr"], name=op.f("fk_stand_client")),
        sa.PrimaryKeyConstraint("periode", "gemeente", "domein", "toewijzing", "aanbieder", name=op.f("pk_stand")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_stand_toewijzing", "stand", ["gemeente", "domein", "toewijzing"])
    op.create_index("ix_stand_client", "stand", ["client", "periode"])
    op.create_index("ix_stand_aanbieder", "stand", ["aanbieder", "periode"])
    op.execute(_FILL)
    op.create_table(
        "afsluiting",
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("periode", sa.String(), nullable=False),
        sa.Column("besluit", sa.String(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("journaal_nr", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("gemeente", "periode", name=op.f("pk_afsluiting")),
    )
    # A period once closed stays closed: what comes later is booked beside it.
    for statement in append_only_ddl("afsluiting", op.get_bind().dialect.name):
        op.execute(statement)
    op.create_table(
        "kenmerk",
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("domein", sa.String(), nullable=False),
        sa.Column("nummer", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cohort", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("gemeente", "domein", "nummer", name=op.f("pk_kenmerk")),
    )
    op.create_table(
        "cijfermelding",
        sa.Column("partij", sa.String(), nullable=False),
        sa.Column("periode", sa.String(), nullable=False),
        sa.Column("aanleiding", sa.String(), nullable=False),
        sa.Column("dag", sa.Date(), nullable=False),
        sa.Column("journaal_nr", sa.BigInteger(), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("partij", "periode", "aanleiding", "dag", name=op.f("pk_cijfermelding")),
    )
