"""Keys with a name and scopes, and by what else a party is known.

Revision 0007, after 0006.
"""

from migrations.kernel_0003_keys import downgrade, upgrade

__all__ = ["downgrade", "upgrade"]

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
