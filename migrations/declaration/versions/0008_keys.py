"""Keys with a name and scopes, and by what else a party is known.

Revision 0008, after 0007.
"""

from migrations.kernel_0003_keys import downgrade, upgrade

__all__ = ["downgrade", "upgrade"]

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
