"""Loading what a contract manager keeps in files: tariffs, contracts, products, periods, mandaten.

All of a file or nothing; every load books the differences it makes in A. A file is CSV with a header, comma or
semicolon; dates as 2025-01-31, inclusive, an empty `tot` is open.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, select

from services.declaration import tables
from services.declaration.afspraken.agreements import lees_contracten, lees_periodes, lees_producten
from services.declaration.afspraken.contract_checks import weiger_contracten
from services.declaration.afspraken.gevolgen import Geladen
from services.declaration.afspraken.tariff_loading import laad_tarieven as laad_tarieven
from services.declaration.afspraken.tariff_loading import lees_aanbieders
from services.declaration.awards import herboek_zonder_periode
from services.declaration.booking import Boekmoment, herboek
from services.declaration.contracts import Contract, Contractsoort, Gebroken
from services.declaration.contracts import Mapping as Vorm
from services.declaration.turns import om_af_te_spreken
from services.declaration.weeks import Periode, Periodes, Week53, periodes_van
from services.kernel.catalogue import supported
from services.kernel.codelists import gemeente_bestaat
from services.kernel.database import insert_rows, upsert
from services.kernel.loading import Kolommen, Laadfout, Rij, eis_zonder, lees_csv, lees_rijen


def laad_contracten(conn: Connection, tekst: str, moment: Boekmoment) -> Geladen:
    """Contracts: aanbieder, gemeente, resultaatgebied, van, tot, release, vorm, gebroken, mapping.

    And soort, leveringsplicht, optie_tot and perceel where the file has them; what it lacks stays as it was. The key is
    the first four; the rest may be changed. Laadfout for an overlap or a gap, an unknown aanbieder or resultaatgebied,
    a third gemeente for a local one, and where the vorm of one aanbieder and gemeente would be mixed (OP278).
    """
    om_af_te_spreken(conn)
    rijen, fouten = lees_rijen(tekst, _CONTRACT, _MAG_ONTBREKEN)
    bestaande = {_sleutel(contract): contract for contract in lees_contracten(conn)}
    contracten = [(nummer, _aangevuld(Contract(**rij), rij, bestaande)) for nummer, rij in rijen]
    gebieden = {product.resultaatgebied for product in lees_producten(conn)}
    waarmee = bestaande.values(), lees_aanbieders(conn), gebieden
    eis_zonder(fouten + weiger_contracten(contracten, *waarmee, onvolledig=bool(fouten)))
    return Geladen(_bewaar(conn, tables.contract, rijen), herboek(conn, moment))


def laad_producten(conn: Connection, tekst: str, moment: Boekmoment) -> Geladen:
    """The product table: code, resultaatgebied, trede, rang, categorie; a code that is there already is changed."""
    om_af_te_spreken(conn)
    return Geladen(_bewaar(conn, tables.product, lees_csv(tekst, _PRODUCT)), herboek(conn, moment))


def laad_productlijst(conn: Connection, tekst: str) -> Geladen:
    """Which products are on whose list: gemeente, productcode, van, tot. Judges lines, and books nothing."""
    om_af_te_spreken(conn)
    rijen = lees_csv(tekst, _PRODUCTLIJST)
    bekend = {product.code for product in lees_producten(conn)}
    onbekend = [nummer for nummer, rij in rijen if rij["productcode"] not in bekend]
    eis_zonder([f"Rij {nummer}: de productcode staat niet in de producttabel" for nummer in onbekend])
    return Geladen(_bewaar(conn, tables.productlijst, rijen), 0)


def laad_mandaten(conn: Connection, tekst: str) -> Geladen:
    """Mandaten: gemeente, van, tot, besluit, soorten (separated by spaces). The key is gemeente and van."""
    om_af_te_spreken(conn)
    return Geladen(_bewaar(conn, tables.mandaat, lees_csv(tekst, _MANDAAT)), 0)


def laad_perioden(conn: Connection, van: int, tot: int, beleid: Week53, moment: Boekmoment) -> Geladen:
    """The periods of the ISO years `van` up to and including `tot`, by rule; as laad_perioden_csv."""
    return _vervang_jaren(conn, [p for jaar in range(van, tot + 1) for p in periodes_van(jaar, beleid)], moment)


def laad_perioden_csv(conn: Connection, tekst: str, moment: Boekmoment) -> Geladen:
    """Periods that differ from the rule: jaar, nummer, begin, eind; each year in the file is replaced whole.

    Laadfout when a period would change on which something is booked, and when the table would get a gap.
    """
    periodes = [Periode(rij["jaar"], rij["nummer"], rij["begin"], rij["eind"]) for _, rij in lees_csv(tekst, _PERIODE)]
    return _vervang_jaren(conn, periodes, moment)


def _vervang_jaren(conn: Connection, nieuw: Sequence[Periode], moment: Boekmoment) -> Geladen:
    om_af_te_spreken(conn)
    oud = list(lees_periodes(conn))
    jaren = {periode.jaar for periode in nieuw}
    blijven = [periode for periode in oud if periode.jaar not in jaren]
    try:
        Periodes([*blijven, *nieuw])
    except ValueError as fout:
        raise Laadfout([str(fout)]) from None
    weg = sorted({periode.label for periode in oud} - {p.label for p in {*nieuw, *blijven} & {*oud}})
    eis_zonder([f"{label}: op deze periode is al geboekt" for label in _geboekt_op(conn, weg)])
    p = tables.periode
    conn.execute(delete(p).where(p.c.jaar.in_(jaren)))
    insert_rows(
        conn, p, [(een.jaar, een.nummer, een.begin, een.eind) for een in nieuw], ("jaar", "nummer", "begin", "eind")
    )
    geboekt = herboek(conn, moment) + herboek_zonder_periode(conn, moment)
    return Geladen(len({*nieuw} - {*oud}), geboekt)


def _geboekt_op(conn: Connection, labels: Sequence[str]) -> list[str]:
    j = tables.journaal.c
    return sorted(conn.execute(select(j.periode).where(j.periode.in_(labels)).distinct()).scalars())


def _aangevuld(contract: Contract, rij: Rij, bestaande: dict[Any, Contract]) -> Contract:
    """The contract as it will be: with what the file does not say of one that is there."""
    oud = bestaande.get(_sleutel(contract))
    return contract if oud is None else replace(oud, **rij)


def _sleutel(contract: Contract) -> tuple[str, str, str, date]:
    return contract.aanbieder, contract.gemeente, contract.resultaatgebied, contract.van


def _bewaar(conn: Connection, table: Table, rijen: Sequence[tuple[int, Rij]]) -> int:
    """Insert the rows, or change those with the same key."""
    if not rijen:
        return 0
    statement = upsert(conn, table)
    sleutel = [column.name for column in table.primary_key]
    rest = {name: statement.excluded[name] for name in rijen[0][1] if name not in sleutel}
    conn.execute(statement.on_conflict_do_update(index_elements=sleutel, set_=rest), [rij for _, rij in rijen])
    return len(rijen)


def _patroon(patroon: str) -> Callable[[str], str]:
    def lees(cel: str) -> str:
        if re.fullmatch(patroon, cel) is None:
            raise ValueError
        return cel

    return lees


def _gemeente(cel: str) -> str:
    if not gemeente_bestaat(cel, date.max):
        raise ValueError
    return cel


def _open_datum(cel: str) -> date | None:
    return date.fromisoformat(cel) if cel else None


def _getal(cel: str) -> int:
    return int(_patroon(r"[0-9]{1,6}")(cel))


def _open_getal(cel: str) -> int | None:
    return _getal(cel) if cel else None


def _soort(cel: str) -> Contractsoort:
    return Contractsoort(cel.lower()) if cel else Contractsoort.REGIONAAL


def _ja(cel: str) -> bool:
    return {"ja": True, "nee": False, "": False}[_patroon("ja|nee|")(cel.lower())]


def _tekst(cel: str) -> str | None:
    return _patroon(r".{1,100}")(cel) if cel else None


def _soorten(cel: str) -> list[str]:
    soorten = re.split(r"[\s+|]+", cel)
    if not set(soorten) <= {soort.naam for soort in supported("declaration") if soort.antwoord}:
        raise ValueError
    return soorten


_CBS = (_gemeente, "een CBS-code van een gemeente")
_VAN = (date.fromisoformat, "een datum als 2025-01-31")
_TOT = (_open_datum, "een datum als 2025-01-31 (tot en met), of leeg")
_GEBIED = (_patroon(r"[0-9A-Za-z]{1,10}"), "een resultaatgebied van hoogstens tien letters en cijfers")
_CODE = (_patroon(r"[0-9A-Za-z]{1,5}"), "een productcode van hoogstens vijf letters en cijfers")
_NUMMER = (_getal, "een geheel getal")

_CONTRACT: Final[Kolommen] = {
    "aanbieder": (_patroon(r"[0-9]{8}"), "een AGB-code van acht cijfers"),
    "gemeente": _CBS,
    "resultaatgebied": _GEBIED,
    "van": _VAN,
    "tot": _TOT,
    "release": (_patroon(r"2\.3|3\.2"), "2.3 of 3.2"),
    "vorm": (_patroon("declaratie|factuur"), "declaratie of factuur"),
    "gebroken": (Gebroken, "FULL, WEEK of DAY"),
    "mapping": (Vorm, "W, E, P of M"),
    "soort": (_soort, "regionaal, lokaal of toetreder; leeg: regionaal"),
    "leveringsplicht": (_ja, "ja of nee; leeg: nee"),
    "optie_tot": _TOT,
    "perceel": (_tekst, "een naam van hoogstens 100 tekens, of leeg"),
}
_MAG_ONTBREKEN: Final = ("soort", "leveringsplicht", "optie_tot", "perceel")
_PRODUCT: Final[Kolommen] = {
    "code": _CODE,
    "resultaatgebied": _GEBIED,
    "trede": (_open_getal, "een geheel getal, of leeg"),
    "rang": _NUMMER,
    "categorie": (_patroon(r"[0-9]{2}"), "een categorie van twee cijfers"),
}
_PRODUCTLIJST: Final[Kolommen] = {"gemeente": _CBS, "productcode": _CODE, "van": _VAN, "tot": _TOT}
_MANDAAT: Final[Kolommen] = {
    "gemeente": _CBS,
    "van": _VAN,
    "tot": _TOT,
    "besluit": (_patroon(r".{1,200}"), "een verwijzing naar het besluit, hoogstens 200 tekens"),
    "soorten": (_soorten, "berichtsoorten waarover de hub kan oordelen, gescheiden door een spatie"),
}
_PERIODE: Final[Kolommen] = {"jaar": _NUMMER, "nummer": _NUMMER, "begin": _VAN, "eind": _VAN}
