"""What declaration keeps: agreements, its copy of the toewijzingen, declarations and the journal.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

from services.kernel.columns import append_only_ddl

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contract",
        sa.Column("aanbieder", sa.String(length=8), nullable=False),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("resultaatgebied", sa.String(), nullable=False),
        sa.Column("van", sa.Date(), nullable=False),
        sa.Column("tot", sa.Date(), nullable=True),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("vorm", sa.String(), nullable=False),
        sa.Column("gebroken", sa.String(), nullable=False),
        sa.Column("mapping", sa.String(length=1), nullable=False),
        sa.PrimaryKeyConstraint("aanbieder", "gemeente", "resultaatgebied", "van", name=op.f("pk_contract")),
    )
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.create_index("ix_contract_gemeente", ["gemeente"], unique=False)

    op.create_table(
        "declaratie",
        sa.Column("nr", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bericht", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("aanbieder", sa.String(length=8), nullable=False),
        sa.Column("domein", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("vorm", sa.String(), nullable=False),
        sa.Column("nummer", sa.String(), nullable=False),
        sa.Column("begin", sa.Date(), nullable=False),
        sa.Column("eind", sa.Date(), nullable=False),
        sa.Column("dagtekening", sa.Date(), nullable=True),
        sa.Column("xsd_basisschema", sa.String(), nullable=False),
        sa.Column("xsd_bericht", sa.String(), nullable=False),
        sa.Column("ingediend", sa.BigInteger(), nullable=False),
        sa.Column("gefactureerd", sa.BigInteger(), nullable=True),
        sa.Column("toegekend", sa.BigInteger(), nullable=True),
        sa.Column("te_betalen", sa.BigInteger(), nullable=True),
        sa.Column("verwerkt_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("telt", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["bericht"], ["bericht.nr"], name=op.f("fk_declaratie_bericht")),
        sa.PrimaryKeyConstraint("nr", name=op.f("pk_declaratie")),
        sa.UniqueConstraint("bericht", name=op.f("uq_declaratie_bericht")),
    )
    with op.batch_alter_table("declaratie", schema=None) as batch_op:
        batch_op.create_index("ix_declaratie_periode", ["aanbieder", "gemeente", "domein", "begin"], unique=False)
        batch_op.create_index(
            "uq_declaratie_nummer_telt",
            ["aanbieder", "domein", "release", "nummer"],
            unique=True,
            sqlite_where=sa.text("telt"),
            postgresql_where=sa.text("telt"),
        )

    op.create_table(
        "mandaat",
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("van", sa.Date(), nullable=False),
        sa.Column("tot", sa.Date(), nullable=True),
        sa.Column("besluit", sa.String(), nullable=False),
        sa.Column("soorten", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("gemeente", "van", name=op.f("pk_mandaat")),
    )
    op.create_table(
        "periode",
        sa.Column("jaar", sa.Integer(), nullable=False),
        sa.Column("nummer", sa.Integer(), nullable=False),
        sa.Column("begin", sa.Date(), nullable=False),
        sa.Column("eind", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("jaar", "nummer", name=op.f("pk_periode")),
        sa.UniqueConstraint("begin", name=op.f("uq_periode_begin")),
        sa.UniqueConstraint("eind", name=op.f("uq_periode_eind")),
    )
    op.create_table(
        "prestatie",
        sa.Column("nr", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("declaratie", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("aanbieder", sa.String(length=8), nullable=False),
        sa.Column("domein", sa.String(), nullable=False),
        sa.Column("referentienummer", sa.String(), nullable=False),
        sa.Column("vorig", sa.String(), nullable=True),
        sa.Column("toewijzing", sa.BigInteger(), nullable=True),
        sa.Column("grondslag", sa.BigInteger(), nullable=True),
        sa.Column("categorie", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("begin", sa.Date(), nullable=False),
        sa.Column("eind", sa.Date(), nullable=False),
        sa.Column("volume", sa.BigInteger(), nullable=False),
        sa.Column("eenheid", sa.String(), nullable=False),
        sa.Column("tarief", sa.BigInteger(), nullable=True),
        sa.Column("bedrag", sa.BigInteger(), nullable=False),
        sa.Column("dc", sa.String(length=1), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("berekend", sa.BigInteger(), nullable=True),
        sa.Column("toegekend", sa.BigInteger(), nullable=True),
        sa.Column("te_betalen", sa.BigInteger(), nullable=True),
        sa.Column("gecrediteerd_door", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("telt", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["declaratie"], ["declaratie.nr"], name=op.f("fk_prestatie_declaratie")),
        sa.ForeignKeyConstraint(["client"], ["client.nr"], name=op.f("fk_prestatie_client")),
        sa.ForeignKeyConstraint(["gecrediteerd_door"], ["prestatie.nr"], name=op.f("fk_prestatie_gecrediteerd_door")),
        sa.PrimaryKeyConstraint("nr", name=op.f("pk_prestatie")),
    )
    with op.batch_alter_table("prestatie", schema=None) as batch_op:
        batch_op.create_index("ix_prestatie_client", ["client"], unique=False)
        batch_op.create_index("ix_prestatie_declaratie", ["declaratie"], unique=False)
        batch_op.create_index("ix_prestatie_grondslag", ["gemeente", "domein", "grondslag", "begin"], unique=False)
        batch_op.create_index(
            "uq_prestatie_referentienummer_telt",
            ["aanbieder", "domein", "referentienummer"],
            unique=True,
            sqlite_where=sa.text("telt"),
            postgresql_where=sa.text("telt"),
        )

    op.create_table(
        "product",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("resultaatgebied", sa.String(), nullable=False),
        sa.Column("trede", sa.Integer(), nullable=True),
        sa.Column("rang", sa.Integer(), nullable=False),
        sa.Column("categorie", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_product")),
    )
    op.create_table(
        "productlijst",
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("productcode", sa.String(), nullable=False),
        sa.Column("van", sa.Date(), nullable=False),
        sa.Column("tot", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("gemeente", "productcode", "van", name=op.f("pk_productlijst")),
    )
    op.create_table(
        "tarief",
        sa.Column("nr", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("aanbieder", sa.String(length=8), nullable=True),
        sa.Column("productcode", sa.String(), nullable=False),
        sa.Column("van", sa.Date(), nullable=False),
        sa.Column("tot", sa.Date(), nullable=True),
        sa.Column("bedrag", sa.BigInteger(), nullable=False),
        sa.Column("weekprijs", sa.BigInteger(), nullable=True),
        sa.Column("bekend_van", sa.DateTime(timezone=True), nullable=False),
        sa.Column("besluit", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("nr", name=op.f("pk_tarief")),
    )
    with op.batch_alter_table("tarief", schema=None) as batch_op:
        batch_op.create_index("ix_tarief_sleutel", ["gemeente", "productcode", "aanbieder"], unique=False)

    op.create_table(
        "toewijzing",
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("domein", sa.String(), nullable=False),
        sa.Column("nummer", sa.BigInteger(), nullable=False),
        sa.Column("aanbieder", sa.String(length=8), nullable=False),
        sa.Column("client", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("categorie", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("ingangsdatum", sa.Date(), nullable=False),
        sa.Column("einddatum", sa.Date(), nullable=True),
        sa.Column("volume", sa.BigInteger(), nullable=True),
        sa.Column("eenheid", sa.String(), nullable=True),
        sa.Column("frequentie", sa.String(), nullable=True),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("reden_wijziging", sa.String(), nullable=True),
        sa.Column("toewijzingsdatum", sa.Date(), nullable=False),
        sa.Column("toewijzingstijd", sa.Time(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("vervallen", sa.Boolean(), nullable=False),
        sa.Column("feed_nr", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["client"], ["client.nr"], name=op.f("fk_toewijzing_client")),
        sa.PrimaryKeyConstraint("gemeente", "domein", "nummer", name=op.f("pk_toewijzing")),
    )
    with op.batch_alter_table("toewijzing", schema=None) as batch_op:
        batch_op.create_index("ix_toewijzing_aanbieder_gemeente", ["aanbieder", "gemeente"], unique=False)
        batch_op.create_index("ix_toewijzing_client", ["client"], unique=False)

    op.create_table(
        "journaal",
        sa.Column("nr", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("van", sa.String(), nullable=False),
        sa.Column("naar", sa.String(), nullable=False),
        sa.Column("bedrag", sa.BigInteger(), nullable=False),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("aanbieder", sa.String(length=8), nullable=False),
        sa.Column("domein", sa.String(), nullable=False),
        sa.Column("toewijzing", sa.BigInteger(), nullable=True),
        sa.Column("productcode", sa.String(), nullable=True),
        sa.Column("periode", sa.String(), nullable=False),
        sa.Column("stukken", sa.Integer(), nullable=False),
        sa.Column("bericht", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("prestatie", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("besluit", sa.String(), nullable=True),
        sa.Column("bekend_op", sa.Date(), nullable=False),
        sa.Column("geboekt_op", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bericht"], ["bericht.nr"], name=op.f("fk_journaal_bericht")),
        sa.ForeignKeyConstraint(["prestatie"], ["prestatie.nr"], name=op.f("fk_journaal_prestatie")),
        sa.PrimaryKeyConstraint("nr", name=op.f("pk_journaal")),
    )
    with op.batch_alter_table("journaal", schema=None) as batch_op:
        batch_op.create_index("ix_journaal_aanbieder", ["aanbieder", "gemeente"], unique=False)
        batch_op.create_index("ix_journaal_periode", ["periode"], unique=False)
        batch_op.create_index("ix_journaal_prestatie", ["prestatie"], unique=False)
        batch_op.create_index("ix_journaal_toewijzing", ["gemeente", "domein", "toewijzing", "periode"], unique=False)

    # A row once booked stays: a correction is a new row.
    for statement in append_only_ddl("journaal", op.get_bind().dialect.name):
        op.execute(statement)

    op.create_table(
        "signaal",
        sa.Column("nr", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("soort", sa.String(), nullable=False),
        sa.Column("gemeente", sa.String(length=4), nullable=False),
        sa.Column("aanbieder", sa.String(length=8), nullable=False),
        sa.Column("domein", sa.String(), nullable=False),
        sa.Column("toewijzing", sa.BigInteger(), nullable=True),
        sa.Column("prestatie", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("bedrag", sa.BigInteger(), nullable=True),
        sa.Column("tekst", sa.String(), nullable=False),
        sa.Column("aangemaakt", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["prestatie"], ["prestatie.nr"], name=op.f("fk_signaal_prestatie")),
        sa.PrimaryKeyConstraint("nr", name=op.f("pk_signaal")),
    )
    with op.batch_alter_table("signaal", schema=None) as batch_op:
        batch_op.create_index("ix_signaal_soort", ["soort", "gemeente"], unique=False)
        batch_op.create_index("ix_signaal_toewijzing", ["gemeente", "domein", "toewijzing"], unique=False)
