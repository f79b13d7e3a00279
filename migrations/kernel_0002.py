"""Delivery, in the databases of both services: gebeurtenissen, push channels, terms. Frozen, as kernel_0001."""

import sqlalchemy as sa
from alembic import op

from migrations.kernel_0001 import NUMMER, TIJD


def upgrade() -> None:
    _gebeurtenis()
    _postbus()
    _kanaal()
    _termijn()


def _gebeurtenis() -> None:
    op.create_table(
        "gebeurtenis",
        sa.Column("nr", NUMMER, nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("soort", sa.String, nullable=False),
        sa.Column("tijdstip", TIJD, nullable=False),
        sa.Column("bericht", NUMMER),
        sa.Column("data", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("nr", name="pk_gebeurtenis"),
        sa.UniqueConstraint("id", name="uq_gebeurtenis_id"),
        sa.ForeignKeyConstraint(["bericht"], ["bericht.nr"], name="fk_gebeurtenis_bericht"),
    )


def _postbus() -> None:
    with op.batch_alter_table("postbus") as batch_op:
        batch_op.alter_column("bericht", existing_type=NUMMER, nullable=True)
        batch_op.add_column(sa.Column("gebeurtenis", NUMMER))
        batch_op.add_column(sa.Column("bezorgd", TIJD))
        batch_op.create_foreign_key("fk_postbus_gebeurtenis", "gebeurtenis", ["gebeurtenis"], ["nr"])
        batch_op.create_check_constraint("ck_postbus_een_stuk", "(bericht IS NULL) <> (gebeurtenis IS NULL)")
    _index_where("ix_postbus_wacht", "postbus", ["partij", "nr"], "bevestigd IS NULL AND bezorgd IS NULL")


def _kanaal() -> None:
    op.create_table(
        "kanaal",
        sa.Column("partij", sa.String, nullable=False),
        sa.Column("soort", sa.String, nullable=False),
        sa.Column("url", sa.String),
        sa.Column("versie", sa.Integer, nullable=False),
        sa.Column("bezorgd_tot", sa.BigInteger, nullable=False),
        sa.Column("pogingen", sa.Integer, nullable=False),
        sa.Column("fout", sa.String),
        sa.Column("teruggevallen", TIJD),
        sa.PrimaryKeyConstraint("partij", name="pk_kanaal"),
        sa.ForeignKeyConstraint(["partij"], ["partij.code"], name="fk_kanaal_partij"),
        sa.CheckConstraint("soort IN ('amqp', 'webhook')", name="ck_kanaal_soort"),
    )


def _termijn() -> None:
    op.create_table(
        "termijn",
        sa.Column("bericht", NUMMER, nullable=False),
        sa.Column("antwoord", sa.String, nullable=False),
        sa.Column("wachtend", sa.String, nullable=False),
        sa.Column("plichtig", sa.String, nullable=False),
        sa.Column("uiterlijk", sa.Date, nullable=False),
        sa.Column("beantwoord", TIJD),
        sa.Column("laat", sa.Boolean),
        sa.Column("gemeld", TIJD),
        sa.PrimaryKeyConstraint("bericht", name="pk_termijn"),
        sa.ForeignKeyConstraint(["bericht"], ["bericht.nr"], name="fk_termijn_bericht"),
    )
    op.create_index("ix_termijn_wachtend", "termijn", ["wachtend", "uiterlijk"])
    op.create_index("ix_termijn_plichtig", "termijn", ["plichtig", "uiterlijk"])
    _index_where("ix_termijn_open", "termijn", ["uiterlijk"], "beantwoord IS NULL")


def _index_where(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
