"""Encryption at rest and sealed batches of the audit trail, in the databases of both services. Frozen, as kernel_0001.

What stands there already is encrypted here, with the keys that the connection carries. A value is: version 1, the id
of its key, a nonce, the ciphertext with its tag; what it is for is associated data.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from migrations.kernel_0001 import TIJD
from services.kernel.columns import append_only_ddl
from services.kernel.privacy.sleutelring import ring_van

_AT_ONCE = 1000


def upgrade() -> None:
    _client()
    _inhoud()
    _zegel()


def _client() -> None:
    op.add_column("client", sa.Column("bsn_dicht", sa.LargeBinary))
    _versleutel(
        "SELECT nr, hash, bsn FROM client WHERE bsn IS NOT NULL AND nr > :na ORDER BY nr LIMIT :aantal",
        "UPDATE client SET bsn_dicht = :dicht, bsn = NULL WHERE nr = :nr",
        lambda hashed, bsn: (bsn.encode(), f"client.bsn/{hashed}"),
        "client",
    )
    op.execute("ALTER TABLE client DROP COLUMN bsn")
    op.execute("ALTER TABLE client RENAME COLUMN bsn_dicht TO bsn")


def _inhoud() -> None:
    """Compressed already; that stays inside."""
    _versleutel(
        "SELECT bericht.nr, bericht.id, inhoud.bytes FROM inhoud JOIN bericht ON bericht.nr = inhoud.bericht "
        "WHERE bericht.nr > :na ORDER BY bericht.nr LIMIT :aantal",
        "UPDATE inhoud SET bytes = :dicht WHERE bericht = :nr",
        lambda id, stored: (bytes(stored), f"inhoud.bytes/{id}"),
        "inhoud",
    )


def _versleutel(lees: str, schrijf: str, maak: Callable[[str, Any], tuple[bytes, str]], tabel: str) -> None:
    """Without rows no keys are needed: a new database has none."""
    conn, na = op.get_bind(), 0
    update = sa.text(schrijf).bindparams(sa.bindparam("dicht", type_=sa.LargeBinary))
    while rows := conn.execute(sa.text(lees), {"na": na, "aantal": _AT_ONCE}).all():
        ring = ring_van(conn)
        conn.execute(update, [{"nr": nr, "dicht": ring.dicht(*maak(wie, waarde))} for nr, wie, waarde in rows])
        na = rows[-1][0]
        context.config.attributes.setdefault("herschreven", {})[tabel] = True


def _zegel() -> None:
    op.create_table(
        "zegel",
        sa.Column("nr", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("van", sa.BigInteger, nullable=False),
        sa.Column("tot", sa.BigInteger, nullable=False),
        sa.Column("aantal", sa.Integer, nullable=False),
        sa.Column("regels", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("vorige", sa.String(71), nullable=False),
        sa.Column("moment", TIJD, nullable=False),
        sa.Column("hmac", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("nr", name="pk_zegel"),
        sa.UniqueConstraint("van", name="uq_zegel_van"),
    )
    for statement in append_only_ddl("zegel", op.get_bind().dialect.name):
        op.execute(statement)
    op.create_index("ix_audit_bericht", "audit", ["bericht"])
