"""The product lists of the gemeenten, kept by declaration, copied to allocation: both services judge codes by them."""

from pathlib import Path

from services.allocation.productlijst import vervang
from services.cli.console import opened, read_settings
from services.declaration.afspraken.agreements import lees_productlijsten
from services.kernel.wiring import Dienst


def copy_productlijst(data: Path) -> None:
    """Give allocation the lists that declaration has; done again it changes nothing."""
    settings = read_settings(data)
    with opened(settings, "allocation") as allocation, opened(settings, "declaration") as declaration:
        copy_lists(declaration, allocation)


def copy_lists(van: Dienst, naar: Dienst) -> None:
    """The same, between services that are open already."""
    with van.database.read() as conn:
        rijen = lees_productlijsten(conn)
    with naar.database.write() as conn:
        vervang(conn, rijen)
