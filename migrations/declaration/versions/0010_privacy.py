"""Encryption at rest, sealed batches of the audit trail, and erasing the history of kenmerken.

Revision 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

from migrations import kernel_0005_privacy
from services.kernel.columns import append_only_ddl

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kernel_0005_privacy.upgrade()
    op.create_table(
        "wisrecht", sa.Column("reden", sa.String, nullable=False), sa.PrimaryKeyConstraint("reden", name="pk_wisrecht")
    )
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        for name in ("append_only", "no_truncate"):
            op.execute(f"DROP TRIGGER kenmerk_historie_{name} ON kenmerk_historie")
        op.execute("DROP FUNCTION kenmerk_historie_append_only()")
    else:
        for action in ("update", "delete"):
            op.execute(f"DROP TRIGGER kenmerk_historie_no_{action}")
    for statement in append_only_ddl("kenmerk_historie", dialect, wisbaar=True):
        op.execute(statement)
