"""CSV files for `hub laad`, from a valid row with changes: one toewijzing of SPF3, and January of it approved."""

from collections.abc import Mapping

from builders import bsn

TOEWIJZING: Mapping[str, str] = {
    "gemeente": "0503",
    "aanbieder": "75000001",
    "bsn": bsn(1),
    "toewijzingnummer": "1001",
    "categorie": "02",
    "productcode": "SPF3",
    "ingangsdatum": "2025-01-01",
    "einddatum": "2025-12-31",
    "volume": "1",
    "eenheid": "82",
    "frequentie": "2",
    "budget": "",
    "reden_wijziging": "",
    "toewijzingsdatum": "2024-12-16",
    "toewijzingstijd": "10:00:00",
    "release": "3.2",
}
PRESTATIE: Mapping[str, str] = {
    "gemeente": "0503",
    "aanbieder": "75000001",
    "bsn": bsn(1),
    "release": "3.2",
    "vorm": "declaratie",
    "declaratienummer": "DH0001",
    "declaratieperiode_begin": "2025-01-01",
    "declaratieperiode_eind": "2025-01-31",
    "referentienummer": "H0001",
    "vorig": "",
    "toewijzingnummer": "1001",
    "categorie": "02",
    "productcode": "SPF3",
    "productperiode_begin": "2025-01-01",
    "productperiode_eind": "2025-01-31",
    "volume": "4",
    "eenheid": "82",
    "tarief": "12000",
    "bedrag": "48000",
    "debet_credit": "D",
    "status": "goedgekeurd",
    "toegekend": "48000",
    "verwerkt_op": "2025-02-05",
}


def toewijzingen(*changes: Mapping[str, object]) -> str:
    """A CSV with a row for each of these; none: the valid one."""
    return _csv(TOEWIJZING, changes)


def prestaties(*changes: Mapping[str, object]) -> str:
    """A CSV with a row for each of these; none: the valid one."""
    return _csv(PRESTATIE, changes)


def credit(**changes: object) -> dict[str, object]:
    """The credit of PRESTATIE, in a declaration of a month later."""
    februari = {"declaratienummer": "DH0002", "declaratieperiode_begin": "2025-02-01"}
    later = {"declaratieperiode_eind": "2025-02-28", "verwerkt_op": "2025-03-05"}
    return {**februari, **later, "referentienummer": "H0002", "vorig": "H0001", "debet_credit": "C", **changes}


def _csv(valid: Mapping[str, str], changes: tuple[Mapping[str, object], ...]) -> str:
    unknown = {name for row in changes for name in row} - valid.keys()
    assert not unknown, unknown
    rows = [",".join(str(cell) for cell in {**valid, **row}.values()) for row in changes or ({},)]
    return "\n".join([",".join(valid), *rows]) + "\n"
