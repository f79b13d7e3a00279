"""How each rule of a 302 is broken: the retour of a 301 that the hub took in, with one change."""

import io
from collections.abc import Sequence
from functools import cache
from typing import Final

from services.allocation.reply import build_302
from services.allocation.verdict import Oordeel
from services.cli.example_messages_23 import SCHRIJF_302
from services.cli.example_xml import as_bytes
from services.cli.fouten.dossier import Dossier
from services.cli.fouten.fout import Bouw, Fout
from services.cli.fouten.stuk import Stuk
from services.cli.fouten.wijziging import Wijziging, zet, zet_alle
from services.kernel.reading import Schemas
from services.kernel.retourcodes import AFGEKEURD_TECHNISCH, GEEN_OPMERKING
from services.kernel.rules import rule_table

_BESCHIKKING: Final = "Beschikking/"
_NUMMER: Final = "ToegewezenProducten/ToegewezenProduct/ToewijzingNummer"


@cache
def _schemas() -> Schemas:
    return Schemas()


def _weigering(d: Dossier) -> tuple[Stuk, Stuk]:
    """A 301, and a 302 that refuses it on its Client."""
    heen, retour = d.toewijs(d.toewijzing()), d.soort("302")
    oordeel = Oordeel((GEEN_OPMERKING,), {"/Bericht/Client": (_weigercode(d),)}, ())
    inhoud = build_302(
        *(heen.soort, retour, oordeel, io.BytesIO(heen.inhoud), d.identificatie(), d.vandaag, _schemas()),
    )
    return heen, Stuk(retour, d.aanbieder, inhoud)


def _weigercode(d: Dossier) -> str:
    """A code for a class of the 301 in this release."""
    tabel = rule_table(d.soort("301").standaard, d.release)
    soort = d.soort("301").naam
    return next(t.retourcode for t in tabel if t.berichtsoort == soort and t.niveau > 2 and t.retourcode)


def _met(wijziging: Wijziging) -> Bouw:
    def bouw(d: Dossier) -> Sequence[Stuk]:
        heen, retour = _weigering(d)
        return [heen, retour.met(wijziging)]

    return bouw


def _kop_goed_en_fout(d: Dossier) -> Sequence[Stuk]:
    """Accepting and refusing in one Header."""
    heen, retour = d.toewijs(d.toewijzing()), d.soort("302")
    kop = d.kop_301()
    codes = GEEN_OPMERKING, AFGEKEURD_TECHNISCH
    inhoud = as_bytes(lambda uit: SCHRIJF_302[d.release](uit, kop, d.identificatie(), d.vandaag, codes))
    return [heen, Stuk(retour, d.aanbieder, inhoud)]


def _andere_bsn(d: Dossier) -> Sequence[Stuk]:
    return _met(zet("Client/Bsn", d.andere_bsn))(d)


def _ander_nummer(d: Dossier) -> Sequence[Stuk]:
    return _met(zet("ToegewezenProduct/ToewijzingNummer", d.toewijzingnummer(9)))(d)


def _andere_beschikking(d: Dossier) -> Sequence[Stuk]:
    return _met(zet("Beschikking/BeschikkingNummer", d.toewijzingnummer(9)))(d)


_BEIDE: Final = (
    Fout("IV028", "Header", "RetourCodes", None, _kop_goed_en_fout),
    Fout("OP065", "Client", "RetourCodes", None, _met(zet_alle("RetourCode", GEEN_OPMERKING))),
    Fout("OP065", "Client", "Bsn", None, _andere_bsn),
)
FOUTEN_302: Final = (*_BEIDE, Fout("OP065", "Client", _NUMMER, None, _ander_nummer))
FOUTEN_302_23: Final = (
    *_BEIDE,
    Fout("OP065", "Client", f"{_BESCHIKKING}BeschikkingNummer", None, _andere_beschikking),
    Fout("OP065", "Client", f"{_BESCHIKKING}{_NUMMER}", None, _ander_nummer),
)
