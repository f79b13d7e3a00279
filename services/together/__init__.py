"""What stands above both services beside the command line: one process with both, its clock, and the zandbakken."""

from services.together.assembly import (
    GAAT_OVER,
    AllocationOnbekend,
    Diensten,
    Klokwerk,
    Samenstel,
    Taak,
    klok_loopt,
    namen,
    run_klok,
    samenstel,
)
from services.together.serving import build

__all__ = [
    "GAAT_OVER",
    "AllocationOnbekend",
    "Diensten",
    "Klokwerk",
    "Samenstel",
    "Taak",
    "build",
    "klok_loopt",
    "namen",
    "run_klok",
    "samenstel",
]
