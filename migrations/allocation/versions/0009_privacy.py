"""Encryption at rest and sealed batches of the audit trail.

Revision 0009, after 0008.
"""

from migrations.kernel_0005_privacy import upgrade

__all__ = ["upgrade"]

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
