"""The tables of the kernel, in the database of allocation."""

from migrations.kernel_0001 import downgrade, upgrade

__all__ = ["downgrade", "upgrade"]

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
