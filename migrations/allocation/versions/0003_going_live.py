"""A version of a toewijzing may come from a CSV, without a message.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NUMMER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("toewijzing_versie", schema=None) as batch_op:
        batch_op.alter_column("bericht", existing_type=_NUMMER, nullable=True)
