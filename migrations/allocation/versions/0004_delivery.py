"""Gebeurtenissen, push channels and terms.

Revision 0004, after 0003.
"""

from migrations.kernel_0002 import upgrade

__all__ = ["upgrade"]

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
