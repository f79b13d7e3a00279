"""Agreements in full: kinds of contract, subcontractors, indexation, recovery, kenmerken and begroting.

Revision 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

from services.kernel.columns import append_only_ddl

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMMER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIJD = sa.DateTime(timezone=True)


def upgrade() -> None:
    _contract()
    _tarief()
    _herstel()
    _kenmerk()
    _begroting()


def _contract() -> None:
    with op.batch_alter_table("contract") as batch_op:
        batch_op.add_column(sa.Column("soort", sa.String, nullable=False, server_default="regionaal"))
        batch_op.add_column(sa.Column("leveringsplicht", sa.Boolean, nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("optie_tot", sa.Date))
        batch_op.add_column(sa.Column("perceel", sa.String))
    op.create_table(
        "onderaannemer",
        sa.Column("nr", NUMMER, nullable=False),
        sa.Column("aanbieder", sa.String(8), nullable=False),
        sa.Column("onderaannemer", sa.String(8), nullable=False),
        sa.Column("gemeente", sa.String(4), nullable=False),
        sa.Column("resultaatgebied", sa.String),
        sa.Column("domein", sa.String),
        sa.Column("toewijzing", sa.BigInteger),
        sa.Column("van", sa.Date, nullable=False),
        sa.Column("tot", sa.Date),
        sa.PrimaryKeyConstraint("nr", name="pk_onderaannemer"),
    )
    op.create_index("ix_onderaannemer_aanbieder", "onderaannemer", ["aanbieder", "gemeente"])


def _tarief() -> None:
    op.create_table(
        "indexatie",
        sa.Column("nr", NUMMER, nullable=False),
        sa.Column("percentage", sa.Integer, nullable=False),
        sa.Column("bron", sa.String, nullable=False),
        sa.Column("datum", sa.Date, nullable=False),
        sa.Column("vanaf", sa.Date, nullable=False),
        sa.Column("besluit", sa.String, nullable=False),
        sa.Column("gemeente", sa.String(4)),
        sa.Column("productcode", sa.String),
        sa.Column("veelvoud", sa.Integer, nullable=False),
        sa.Column("vastgelegd", TIJD, nullable=False),
        sa.PrimaryKeyConstraint("nr", name="pk_indexatie"),
    )
    _alleen_erbij("indexatie")
    with op.batch_alter_table("tarief") as batch_op:
        batch_op.add_column(sa.Column("eenheid", sa.String))
        batch_op.add_column(sa.Column("indexatie", NUMMER))
        batch_op.create_foreign_key("fk_tarief_indexatie", "indexatie", ["indexatie"], ["nr"])


def _herstel() -> None:
    op.create_table(
        "herstel",
        sa.Column("nr", NUMMER, nullable=False),
        sa.Column("prestatie", NUMMER, nullable=False),
        sa.Column("soort", sa.String, nullable=False),
        sa.Column("gemeente", sa.String(4), nullable=False),
        sa.Column("aanbieder", sa.String(8), nullable=False),
        sa.Column("volume", sa.BigInteger),
        sa.Column("oud", sa.BigInteger, nullable=False),
        sa.Column("nieuw", sa.BigInteger, nullable=False),
        sa.Column("besluit", sa.String, nullable=False),
        sa.Column("bekend_op", sa.Date, nullable=False),
        sa.Column("aangemaakt", TIJD, nullable=False),
        sa.PrimaryKeyConstraint("nr", name="pk_herstel"),
        sa.ForeignKeyConstraint(["prestatie"], ["prestatie.nr"], name="fk_herstel_prestatie"),
    )
    op.create_index("ix_herstel_prestatie", "herstel", ["prestatie"])
    op.create_index("ix_herstel_gemeente", "herstel", ["gemeente", "aanbieder"])
    _alleen_erbij("herstel")


def _kenmerken() -> list[sa.Column]:
    return [
        sa.Column("cohort", sa.String),
        sa.Column("minuten_per_week", sa.Integer),
        sa.Column("reden", sa.String),
        sa.Column("normenkader", sa.String),
        sa.Column("overgangstermijn_tot", sa.Date),
        sa.Column("bron", sa.String),
    ]


def _kenmerk() -> None:
    with op.batch_alter_table("kenmerk") as batch_op:
        for column in (*_kenmerken()[1:], sa.Column("gezet_door", sa.String), sa.Column("gezet_op", TIJD)):
            batch_op.add_column(column)
    op.create_table(
        "kenmerk_historie",
        sa.Column("nr", NUMMER, nullable=False),
        sa.Column("gemeente", sa.String(4), nullable=False),
        sa.Column("domein", sa.String, nullable=False),
        sa.Column("nummer", sa.BigInteger, nullable=False),
        *_kenmerken(),
        sa.Column("gezet_door", sa.String, nullable=False),
        sa.Column("gezet_op", TIJD, nullable=False),
        sa.PrimaryKeyConstraint("nr", name="pk_kenmerk_historie"),
    )
    op.create_index("ix_kenmerk_historie_sleutel", "kenmerk_historie", ["gemeente", "domein", "nummer"])
    _alleen_erbij("kenmerk_historie")


def _begroting() -> None:
    op.create_table(
        "begroting",
        sa.Column("nr", NUMMER, nullable=False),
        sa.Column("gemeente", sa.String(4), nullable=False),
        sa.Column("resultaatgebied", sa.String, nullable=False),
        sa.Column("jaar", sa.Integer, nullable=False),
        sa.Column("bedrag", sa.BigInteger, nullable=False),
        sa.Column("soort", sa.String, nullable=False),
        sa.Column("besluit", sa.String, nullable=False),
        sa.Column("bekend_op", sa.Date, nullable=False),
        sa.Column("geladen", TIJD, nullable=False),
        sa.PrimaryKeyConstraint("nr", name="pk_begroting"),
    )
    op.create_index("ix_begroting_sleutel", "begroting", ["gemeente", "jaar", "resultaatgebied"])
    _alleen_erbij("begroting")


def _alleen_erbij(table: str) -> None:
    """What stands in it stays: a correction is a new row."""
    for statement in append_only_ddl(table, op.get_bind().dialect.name):
        op.execute(statement)
