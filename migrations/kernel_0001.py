"""The kernel's tables as they were at the start of both lineages. Frozen: a later change is a migration of its own."""

import sqlalchemy as sa
from alembic import op

NUMMER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIJD = sa.DateTime(timezone=True)


def upgrade() -> None:
    _parties()
    _berichten()
    _weigering()
    _postbus()
    _audit()


def _parties() -> None:
    op.create_table(
        "partij",
        sa.Column("code", sa.String, nullable=False),
        sa.Column("soort", sa.String, nullable=False),
        sa.Column("naam", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_partij"),
    )
    op.create_table(
        "sleutel",
        sa.Column("nr", NUMMER, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("partij", sa.String, nullable=False),
        sa.Column("aangemaakt", TIJD, nullable=False),
        sa.Column("vervalt", TIJD),
        sa.PrimaryKeyConstraint("nr", name="pk_sleutel"),
        sa.UniqueConstraint("hash", name="uq_sleutel_hash"),
        sa.ForeignKeyConstraint(["partij"], ["partij.code"], name="fk_sleutel_partij"),
    )
    op.create_table(
        "machtiging",
        sa.Column("gemachtigde", sa.String, nullable=False),
        sa.Column("namens", sa.String, nullable=False),
        sa.Column("van", sa.Date, nullable=False),
        sa.Column("tot", sa.Date),
        sa.PrimaryKeyConstraint("gemachtigde", "namens", "van", name="pk_machtiging"),
        sa.ForeignKeyConstraint(["gemachtigde"], ["partij.code"], name="fk_machtiging_gemachtigde"),
    )
    op.create_table(
        "client",
        sa.Column("nr", NUMMER, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("bsn", sa.String(9)),
        sa.PrimaryKeyConstraint("nr", name="pk_client"),
        sa.UniqueConstraint("hash", name="uq_client_hash"),
    )


def _berichten() -> None:
    op.create_table(
        "bericht",
        sa.Column("nr", NUMMER, nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("standaard", sa.String, nullable=False),
        sa.Column("release", sa.String, nullable=False),
        sa.Column("berichtsoort", sa.String, nullable=False),
        sa.Column("domein", sa.String, nullable=False),
        sa.Column("verzender", sa.String, nullable=False),
        sa.Column("bestemming", sa.String, nullable=False),
        sa.Column("identificatie", sa.String, nullable=False),
        sa.Column("dagtekening", sa.Date),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("ontvangen", TIJD, nullable=False),
        sa.Column("partij", sa.String),
        sa.Column("oordeel", sa.String, nullable=False),
        sa.Column("telt", sa.Boolean, nullable=False),
        sa.Column("ingediend", sa.BigInteger),
        sa.Column("toegekend", sa.BigInteger),
        sa.Column("feed_nr", sa.BigInteger),
        sa.Column("aantal_bevindingen", sa.Integer, nullable=False),
        sa.Column("bevindingen", sa.JSON, nullable=False),
        sa.Column("antwoord_op", NUMMER),
        sa.PrimaryKeyConstraint("nr", name="pk_bericht"),
        sa.UniqueConstraint("id", name="uq_bericht_id"),
        sa.UniqueConstraint(
            *("berichtsoort", "verzender", "identificatie", "sha256"), name="uq_bericht_sleutel_sha256"
        ),
        sa.ForeignKeyConstraint(["antwoord_op"], ["bericht.nr"], name="fk_bericht_antwoord_op"),
    )
    op.create_index("ix_bericht_verzender_nr", "bericht", ["verzender", "nr"])
    op.create_index("ix_bericht_bestemming_nr", "bericht", ["bestemming", "nr"])
    op.create_index("ix_bericht_identificatie", "bericht", ["identificatie"])
    op.create_index("ix_bericht_antwoord_op", "bericht", ["antwoord_op"])
    _unique_where("uq_bericht_sleutel_telt", ["berichtsoort", "verzender", "identificatie"], "telt")
    _unique_where("uq_bericht_antwoord_telt", ["antwoord_op"], "telt AND antwoord_op IS NOT NULL")
    op.create_table(
        "inhoud",
        sa.Column("bericht", NUMMER, nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("bericht", name="pk_inhoud"),
        sa.ForeignKeyConstraint(["bericht"], ["bericht.nr"], name="fk_inhoud_bericht"),
    )


def _unique_where(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "bericht", columns, unique=True, sqlite_where=condition, postgresql_where=condition)


def _weigering() -> None:
    op.create_table(
        "weigering",
        sa.Column("nr", NUMMER, nullable=False),
        sa.Column("ontvangen", TIJD, nullable=False),
        sa.Column("partij", sa.String, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("standaard", sa.String),
        sa.Column("release", sa.String),
        sa.Column("berichtsoort", sa.String),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("aantal_bevindingen", sa.Integer, nullable=False),
        sa.Column("bevindingen", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("nr", name="pk_weigering"),
    )
    op.create_index("ix_weigering_ontvangen", "weigering", ["ontvangen"])


def _postbus() -> None:
    op.create_table(
        "postbus",
        sa.Column("partij", sa.String, nullable=False),
        sa.Column("nr", sa.BigInteger, nullable=False),
        sa.Column("bericht", NUMMER, nullable=False),
        sa.Column("aangemaakt", TIJD, nullable=False),
        sa.Column("bevestigd", TIJD),
        sa.PrimaryKeyConstraint("partij", "nr", name="pk_postbus"),
        sa.ForeignKeyConstraint(["bericht"], ["bericht.nr"], name="fk_postbus_bericht"),
    )
    op.create_table(
        "postbus_teller",
        sa.Column("partij", sa.String, nullable=False),
        sa.Column("nr", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("partij", name="pk_postbus_teller"),
    )
    op.create_table(
        "teller",
        sa.Column("naam", sa.String, nullable=False),
        sa.Column("waarde", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("naam", name="pk_teller"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("nr", NUMMER, nullable=False),
        sa.Column("tijdstip", TIJD, nullable=False),
        sa.Column("partij", sa.String, nullable=False),
        sa.Column("actie", sa.String, nullable=False),
        sa.Column("oorzaak", sa.String, nullable=False),
        sa.Column("bericht", sa.String(36)),
        sa.Column("detail", sa.String),
        sa.PrimaryKeyConstraint("nr", name="pk_audit"),
    )
    op.create_index("ix_audit_tijdstip", "audit", ["tijdstip"])
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


# As services.kernel.tables.append_only_ddl wrote them then.
APPEND_ONLY = {
    "sqlite": [
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'audit is append-only'; END$$",
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
    ],
}
