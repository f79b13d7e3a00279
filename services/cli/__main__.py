"""`python -m services.cli`, the same as the console script `hub`."""

from services.cli import app

app()
