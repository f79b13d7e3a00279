"""Gebeurtenissen, push channels and terms.

Revision 0003, after 0002.
"""

from migrations.kernel_0002 import upgrade

__all__ = ["upgrade"]

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
