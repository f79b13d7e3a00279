"""The versions of toewijzingen, the feed of their actual state, who lets the hub answer, and what is listed.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("nr", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("domein", sa.String(), nullable=False),
        sa.Column("nummer", sa.BigInteger(), nullable=False),
        sa.Column("toestand", sa.JSON(), nullable=False),
        sa.Column("aangemaakt", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nr", name=op.f("pk_feed")),
    )
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.create_index("ix_feed_gemeente_domein_nummer", ["gemeente", "domein", "nummer"], unique=False)

    op.create_table(
        "productlijst",
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("productcode", sa.String(), nullable=False),
        sa.Column("categorie", sa.String(), nullable=False),
        sa.Column("van", sa.Date(), nullable=False),
        sa.Column("tot", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("gemeente", "productcode", "van", name=op.f("pk_productlijst")),
    )
    op.create_table(
        "retour_machtiging",
        sa.Column("aanbieder", sa.String(length=8), nullable=False),
        sa.Column("van", sa.Date(), nullable=False),
        sa.Column("tot", sa.Date(), nullable=True),
        sa.Column("retour", sa.String(), nullable=False),
        sa.CheckConstraint("retour IN ('hub', 'aanbieder')", name="ck_retour_machtiging_retour"),
        sa.PrimaryKeyConstraint("aanbieder", "van", name=op.f("pk_retour_machtiging")),
    )
    op.create_table(
        "signaal",
        sa.Column("nr", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("soort", sa.String(), nullable=False),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("domein", sa.String(), nullable=False),
        sa.Column("nummer", sa.BigInteger(), nullable=True),
        sa.Column("bericht", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("aangemaakt", sa.DateTime(timezone=True), nullable=False),
        sa.Column("omschrijving", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["bericht"], ["bericht.nr"], name=op.f("fk_signaal_bericht")),
        sa.PrimaryKeyConstraint("nr", name=op.f("pk_signaal")),
    )
    with op.batch_alter_table("signaal", schema=None) as batch_op:
        batch_op.create_index("ix_signaal_gemeente_nr", ["gemeente", "nr"], unique=False)

    op.create_table(
        "toewijzing_versie",
        sa.Column("nr", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("domein", sa.String(), nullable=False),
        sa.Column("aanbieder", sa.String(length=8), nullable=False),
        sa.Column("nummer", sa.BigInteger(), nullable=False),
        sa.Column("client", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("referentie_aanbieder", sa.String(length=36), nullable=True),
        sa.Column("categorie", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("toewijzingsdatum", sa.Date(), nullable=False),
        sa.Column("toewijzingstijd", sa.Time(), nullable=False),
        sa.Column("ingangsdatum", sa.Date(), nullable=False),
        sa.Column("einddatum", sa.Date(), nullable=True),
        sa.Column("reden_wijziging", sa.String(), nullable=True),
        sa.Column("volume", sa.BigInteger(), nullable=True),
        sa.Column("eenheid", sa.String(), nullable=True),
        sa.Column("frequentie", sa.String(), nullable=True),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("bericht", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vervallen", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["bericht"], ["bericht.nr"], name=op.f("fk_toewijzing_versie_bericht")),
        sa.ForeignKeyConstraint(["client"], ["client.nr"], name=op.f("fk_toewijzing_versie_client")),
        sa.PrimaryKeyConstraint("nr", name=op.f("pk_toewijzing_versie")),
    )
    with op.batch_alter_table("toewijzing_versie", schema=None) as batch_op:
        batch_op.create_index("ix_toewijzing_versie_aanbieder_nummer", ["aanbieder", "nummer"], unique=False)
        batch_op.create_index("ix_toewijzing_versie_bericht", ["bericht"], unique=False)
        batch_op.create_index("ix_toewijzing_versie_client", ["client"], unique=False)
        batch_op.create_index(
            "ix_toewijzing_versie_gemeente_domein_nummer", ["gemeente", "domein", "nummer"], unique=False
        )

    op.create_table(
        "toewijzing_herhaling",
        sa.Column("versie", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bericht", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["bericht"], ["bericht.nr"], name=op.f("fk_toewijzing_herhaling_bericht")),
        sa.ForeignKeyConstraint(["versie"], ["toewijzing_versie.nr"], name=op.f("fk_toewijzing_herhaling_versie")),
        sa.PrimaryKeyConstraint("versie", "bericht", name=op.f("pk_toewijzing_herhaling")),
    )
    with op.batch_alter_table("toewijzing_herhaling", schema=None) as batch_op:
        batch_op.create_index("ix_toewijzing_herhaling_bericht", ["bericht"], unique=False)
