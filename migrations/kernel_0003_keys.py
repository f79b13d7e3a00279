"""Keys with a name and scopes that can be revoked, and by what else a party is known; for both services.

Frozen, as kernel_0001. A key that was there may what it might: every scope that a party of its soort can have.
"""

import sqlalchemy as sa
from alembic import op

from migrations.kernel_0001 import TIJD

_SCOPES = """
UPDATE sleutel SET naam = '', scopes = CASE
    WHEN (SELECT soort FROM partij WHERE code = sleutel.partij) = 'beheer' THEN 'send read report admin'
    ELSE 'send read report' END
"""


def upgrade() -> None:
    with op.batch_alter_table("sleutel") as batch_op:
        for name in ("naam", "scopes"):
            batch_op.add_column(sa.Column(name, sa.String))
        for name in ("ingetrokken", "gebruikt"):
            batch_op.add_column(sa.Column(name, TIJD))
    op.execute(_SCOPES)
    with op.batch_alter_table("sleutel") as batch_op:
        for name in ("naam", "scopes"):
            batch_op.alter_column(name, existing_type=sa.String(), nullable=False)
    op.create_table(
        "herkenning",
        sa.Column("soort", sa.String, nullable=False),
        sa.Column("waarde", sa.String, nullable=False),
        sa.Column("partij", sa.String, nullable=False),
        sa.Column("scopes", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("soort", "waarde", name="pk_herkenning"),
        sa.ForeignKeyConstraint(["partij"], ["partij.code"], name="fk_herkenning_partij"),
        sa.CheckConstraint("soort IN ('oin', 'oauth')", name="ck_herkenning_soort"),
    )


def downgrade() -> None:
    """A revoked key would be good again without its column: it is deleted."""
    op.drop_table("herkenning")
    op.execute("DELETE FROM sleutel WHERE ingetrokken IS NOT NULL")
    with op.batch_alter_table("sleutel") as batch_op:
        for name in ("naam", "scopes", "ingetrokken", "gebruikt"):
            batch_op.drop_column(name)
