"""Files with tariffs: how they are read, and what they are refused for. Values only; a faulty row is always named."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from services.declaration.afspraken.looptijden import Looptijd, bedekt, gaten, noem_gat, noem_overlap, overlappingen
from services.declaration.contracts import Mapping
from services.declaration.tariffs import Sleutel, Tarief, Tarieven, moment, weekprijs
from services.declaration.unit_prices import EENHEDEN
from services.declaration.weeks import maand_van, sundays
from services.kernel.codelists import gemeente_bestaat
from services.kernel.loading import MAX_RIJEN, Cellen, Laadfout, Leeswijze, TeVeelRijen, lees_cellen, leeswijze

# A column that older files do not have.
_MAG_ONTBREKEN: Final = ("eenheid",)
_BEDRAG: Final = r"[0-9]{1,9}([.,][0-9]{1,2})?"


def lees_tarieven(tekst: str) -> tuple[list[Tarief], list[str]]:
    """Tariffs from CSV (comma or semicolon, BOM accepted) and what is wrong with it, in Dutch, by row of the file.

    Columns in any order: gemeente aanbieder productcode van tot tarief weekprijs bekend_van besluit, and eenheid if
    there is one; the amounts in euro with point or comma. aanbieder, tot, weekprijs and eenheid may be empty. A faulty
    row is left out of the list; of a file with too many rows every one.
    """
    try:
        rijen, fouten = lees_cellen(tekst, _KOLOMMEN, _MAG_ONTBREKEN, MAX_RIJEN)
    except TeVeelRijen as fout:
        return [], [*fout.alle, *(mis for nummer, cellen in fout.rijen for mis in _lees_rij(nummer, cellen)[1])]
    except Laadfout as fout:
        return [], list(fout.fouten)
    tarieven: list[Tarief] = []
    for nummer, cellen in rijen:
        tarief, mis = _lees_rij(nummer, cellen)
        fouten += mis
        tarieven += [tarief] if tarief else []
    return tarieven, fouten


def leeswijze_tarieven(tekst: str) -> Leeswijze:
    """Which separator, decimal sign and BOM were read; of a file with another header no decimal sign."""
    try:
        rijen, _ = lees_cellen(tekst, _KOLOMMEN, _MAG_ONTBREKEN, MAX_RIJEN)
    except TeVeelRijen as fout:
        rijen = list(fout.rijen)
    except Laadfout:
        return leeswijze(tekst)
    return leeswijze(tekst, {cellen[kolom] for _, cellen in rijen for kolom in ("tarief", "weekprijs")})


def weiger(
    rijen: Sequence[Tarief],
    bestaande: Iterable[Tarief],
    mappings: Callable[[Tarief], Collection[Mapping]],
    onvolledig: bool = False,
) -> list[str]:
    """Why these new tariffs cannot be loaded on top of the existing ones, in Dutch, by row; empty: they can.

    Refused: an overlap for the same key and the same bekend_van, days between two tariffs of a key on which none is
    valid, and for mapping W a change that gives one calendar month two week prices. `mappings` tells in which mappings
    a tariff is or may be claimed. `onvolledig`: other rows could not be read, so that a gap says nothing.
    """
    nieuw = [replace(tarief, rij=tarief.rij or nummer) for nummer, tarief in enumerate(rijen, 1)]
    al_geladen = [replace(tarief, rij=None) for tarief in bestaande]
    geraakt = {tarief.sleutel for tarief in nieuw}
    fouten = _overlappingen([t for t in al_geladen if t.sleutel in geraakt] + nieuw)
    if not onvolledig:
        fouten += _gaten([*al_geladen, *nieuw], geraakt)
    tarieven = Tarieven([*al_geladen, *nieuw])
    aanbieders = _aanbieders([*al_geladen, *nieuw])
    for tarief in nieuw:
        if tarief.eenheid is None and Mapping.W in mappings(tarief):
            fouten += _dubbele_weekprijzen(tarief, aanbieders[tarief.gemeente, tarief.productcode], tarieven)
    return fouten


def onbekenden(rijen: Iterable[Tarief], producten: Collection[str], aanbieders: Collection[str]) -> list[str]:
    """The rows with a productcode or an aanbieder that the hub does not know."""
    fouten = []
    for tarief in rijen:
        if tarief.productcode not in producten:
            fouten.append(f"Rij {tarief.rij}, kolom productcode: staat niet in de producttabel")
        if tarief.aanbieder is not None and tarief.aanbieder not in aanbieders:
            fouten.append(f"Rij {tarief.rij}, kolom aanbieder: is geen aanbieder van de hub")
    return fouten


# --- cells -----------------------------------------------------------------------------------------------------------


def _gemeente(cel: str) -> str:
    if not gemeente_bestaat(cel, date.max):
        raise ValueError
    return cel


def _aanbieder(cel: str) -> str | None:
    return _passend(r"[0-9]{8}", cel) if cel else None


def _productcode(cel: str) -> str:
    return _passend(r"[0-9A-Za-z]{1,5}", cel)


def _datum(cel: str) -> date:
    return date.fromisoformat(_passend(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cel))


def _open_datum(cel: str) -> date | None:
    return _datum(cel) if cel else None


def _bekend(cel: str) -> date:
    # Longer than a date: with a time.
    return moment(datetime.fromisoformat(cel)) if len(cel) > 10 else _datum(cel)


def eurocent(cel: str) -> int:
    """An amount in euro with point or comma, from nothing up, as eurocent; ValueError for anything else."""
    heel, _, cent = _passend(_BEDRAG, cel).replace(",", ".").partition(".")
    return int(heel + cent.ljust(2, "0"))


def _tarief(cel: str) -> int:
    bedrag = eurocent(cel)
    if bedrag == 0:
        # A tariff of nothing is a missing tariff; it would hide in A as 0.
        raise ValueError
    return bedrag


def _weekprijs(cel: str) -> int | None:
    return _tarief(cel) if cel else None


def _besluit(cel: str) -> str:
    return _passend(r".{1,200}", cel)


def _eenheid(cel: str) -> str | None:
    return _passend("|".join(EENHEDEN), cel.lower()) if cel else None


def _passend(patroon: str, cel: str) -> str:
    if re.fullmatch(patroon, cel) is None:
        raise ValueError(patroon)
    return cel


# Column of the file → field of Tarief, reader (ValueError when it does not fit), what was expected.
_KOLOMMEN: dict[str, tuple[str, Callable[[str], Any], str]] = {
    "gemeente": ("gemeente", _gemeente, "een CBS-code van een gemeente"),
    "aanbieder": ("aanbieder", _aanbieder, "een AGB-code van acht cijfers, of leeg voor alle aanbieders"),
    "productcode": ("productcode", _productcode, "een productcode van hoogstens vijf letters en cijfers"),
    "van": ("van", _datum, "een datum als 2025-01-31"),
    "tot": ("tot", _open_datum, "een datum als 2025-01-31 (tot en met), of leeg"),
    "tarief": ("bedrag", _tarief, "een bedrag in euro boven nul, hoogstens twee decimalen, geen duizendtalteken"),
    "weekprijs": ("weekprijs", _weekprijs, "een bedrag in euro boven nul, hoogstens twee decimalen, of leeg"),
    "bekend_van": ("bekend_van", _bekend, "een datum als 2025-01-31, eventueel met tijd"),
    "besluit": ("besluit", _besluit, "een verwijzing naar het besluit, hoogstens 200 tekens"),
    "eenheid": ("eenheid", _eenheid, f"een van {', '.join(EENHEDEN)}, of leeg voor vier weken"),
}


def _lees_rij(nummer: int, cellen: Cellen) -> tuple[Tarief | None, list[str]]:
    waarden: dict[str, Any] = {"rij": nummer}
    fouten: list[str] = []
    for kolom, cel in cellen.items():
        veld, lees, verwacht = _KOLOMMEN[kolom]
        try:
            waarden[veld] = lees(cel)
        except ValueError:
            fouten.append(f"Rij {nummer}, kolom {kolom}: verwacht {verwacht}")
    if fouten:
        return None, fouten
    tarief = Tarief(**waarden)
    if tarief.tot is not None and tarief.tot < tarief.van:
        return None, [f"Rij {nummer}: tot ligt voor van"]
    if tarief.eenheid is not None and tarief.weekprijs is not None:
        return None, [f"Rij {nummer}: een tarief per {tarief.eenheid} heeft geen weekprijs"]
    return tarief, []


# --- against each other and what was loaded --------------------------------------------------------------------------


def _looptijd(tarief: Tarief) -> Looptijd:
    return Looptijd(tarief.van, tarief.tot or date.max, tarief.rij)


def _overlappingen(tarieven: Iterable[Tarief]) -> list[str]:
    """Two tariffs of one key, known from the same moment, may not both be valid on one day."""
    groepen: dict[tuple[Sleutel, datetime], list[Looptijd]] = defaultdict(list)
    for tarief in tarieven:
        groepen[tarief.sleutel, moment(tarief.bekend_van)].append(_looptijd(tarief))
    return [
        f"{noem_overlap(een, ander, 'een geladen tarief')}, met dezelfde bekend_van"
        for groep in groepen.values()
        for een, ander in overlappingen(groep)
    ]


def _gaten(tarieven: Iterable[Tarief], geraakt: Collection[Sleutel]) -> list[str]:
    """Days between two tariffs of a key on which none is valid, the general one neither."""
    groepen: dict[Sleutel, list[Looptijd]] = defaultdict(list)
    for tarief in tarieven:
        groepen[tarief.sleutel].append(_looptijd(tarief))
    fouten = []
    for gemeente, aanbieder, code, eenheid in sorted(geraakt, key=str):
        algemeen = groepen.get((gemeente, None, code, eenheid), []) if aanbieder else []
        for voor, na in gaten(groepen[gemeente, aanbieder, code, eenheid]):
            begin, eind = voor.tot.toordinal() + 1, na.van.toordinal() - 1
            if not bedekt(date.fromordinal(begin), date.fromordinal(eind), algemeen):
                fouten.append(noem_gat(voor, na, "tarief"))
    return fouten


def _aanbieders(tarieven: Iterable[Tarief]) -> dict[tuple[str, str], set[str | None]]:
    """Whose tariffs per 4 weeks there are of each gemeente and product; None is the general one."""
    gevonden: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for tarief in tarieven:
        gevonden[tarief.gemeente, tarief.productcode].add(tarief.aanbieder)
    return gevonden


def _dubbele_weekprijzen(tarief: Tarief, aanbieders: set[str | None], tarieven: Tarieven) -> list[str]:
    """Only the months in which the tariff begins or ends can get a second price from it."""
    # A general tariff also meets the specific ones that begin or end beside it.
    geraakt = {tarief.aanbieder} if tarief.aanbieder else {None, *aanbieders}
    maanden = {maand_van(dag) for dag in (tarief.van, tarief.tot) if dag is not None}
    wat = tarief.gemeente, tarief.productcode
    return [
        f"Rij {tarief.rij}: {eerste:%Y-%m} krijgt twee weekprijzen; bij mapping W heeft een maand er één"
        for eerste, laatste in sorted(maanden)
        if any(_wisselt(wat, aanbieder, eerste, laatste, tarieven) for aanbieder in geraakt)
    ]


def _wisselt(wat: tuple[str, str], aanbieder: str | None, begin: date, eind: date, tarieven: Tarieven) -> bool:
    """The week price differs between Sundays of [begin, eind]; a Sunday without a tariff is no difference."""
    gemeente, code = wat
    gevonden = (tarieven.op(gemeente, aanbieder, code, zondag) for zondag in sundays(begin, eind))
    return len({weekprijs(tarief) for tarief in gevonden if tarief is not None}) > 1
