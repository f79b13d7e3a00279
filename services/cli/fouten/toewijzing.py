"""How each rule of a 301 is broken: a valid one with one change, after what must precede it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.cli.fouten.dossier import DAG, OPGEHEVEN, ZONDER_GEBIED, Dossier
from services.cli.fouten.fout import Bouw, Fout
from services.cli.fouten.stuk import Stuk
from services.cli.fouten.wijziging import Wijziging, na, voor, weg, zet

_TECHNISCH: Final = "0001"
_GEEN_BSN: Final = "999999999"
_GEBOREN: Final = "Client/Geboortedatum/Datum"
_TELEFOON: Final = (
    "<Telefoon><b:Telefoon01><b:Telefoonnummer>0151234567</b:Telefoonnummer>"
    "<b:Landnummer>+31</b:Landnummer></b:Telefoon01></Telefoon>"
)
_PERIODE: Final = "<Periode><b:Begindatum>2025-02-01</b:Begindatum><b:Einddatum>2025-01-31</b:Einddatum></Periode>"
_ALLEEN_BEGIN: Final = "<Periode><b:Begindatum>2025-02-01</b:Begindatum></Periode>"
_DATUM_GEBRUIK: Final = "<b:DatumGebruik>1</b:DatumGebruik>"
_CONTACT: Final = "Contactgegevens/Contact"
_ADRES: Final = f"{_CONTACT}/Adres"
_PRODUCT: Final = "ToegewezenProduct"


def _contact(soort: str, inhoud: str = "") -> Wijziging:
    """With one more Contact of the Client."""
    return na(_CONTACT, f"<Contact><Soort>{soort}</Soort>{inhoud}</Contact>")


def _relatie(geboren: str = "", naam_gebruik: str = "1", aantal: int = 1) -> Wijziging:
    """With a Relatie, or more of them with the same Nummer."""
    naam = "<b:Geslachtsnaam><b:Achternaam>Fictief</b:Achternaam></b:Geslachtsnaam>"
    relatie = (
        f"<Relatie><Nummer>1</Nummer><Soort>03</Soort>{geboren}"
        f"<Naam>{naam}<b:NaamGebruik>{naam_gebruik}</b:NaamGebruik></Naam>"
        f"<Contact><Soort>02</Soort>{_TELEFOON}</Contact></Relatie>"
    )
    return voor("Contactgegevens", f"<Relaties>{relatie * aantal}</Relaties>")


def _geboren(dag: object, gebruik: str = "") -> str:
    return f"<Geboortedatum><b:Datum>{dag}</b:Datum>{gebruik}</Geboortedatum>"


def _budget() -> Wijziging:
    return na(f"{_PRODUCT}/Omvang", "<Budget>100000</Budget>")


def _met(*wijzigingen: Wijziging) -> Bouw:
    return lambda d: [d.toewijs(d.toewijzing()).met(*wijzigingen)]


def _geboren_na_dagtekening(d: Dossier) -> Sequence[Stuk]:
    return _met(zet(_GEBOREN, d.vandaag + DAG))(d)


def _relatie_geboren_na_dagtekening(d: Dossier) -> Sequence[Stuk]:
    return _met(_relatie(_geboren(d.vandaag + DAG)))(d)


def _toegewezen_na_dagtekening(d: Dossier) -> Sequence[Stuk]:
    return _met(zet(f"{_PRODUCT}/Toewijzingsdatum", d.vandaag + DAG))(d)


def _gedagtekend_in_de_toekomst(d: Dossier) -> Sequence[Stuk]:
    return _met(zet("BerichtIdentificatie/Dagtekening", d.vandaag + DAG))(d)


def _eindigt_voor_begin(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    return [d.toewijs(replace(t, einddatum=t.ingangsdatum - DAG))]


def _nummer_tweemaal(d: Dossier) -> Sequence[Stuk]:
    return [d.toewijs(d.toewijzing(), d.toewijzing(code=d.andere_code))]


def _product_tweemaal(d: Dossier) -> Sequence[Stuk]:
    return [d.toewijs(d.toewijzing(0), d.toewijzing(1))]


def _identificatie_bezet(d: Dossier) -> Sequence[Stuk]:
    return [d.toewijs(d.toewijzing(0)), d.toewijs(d.toewijzing(1))]


def _opgeheven_gemeente(d: Dossier) -> Sequence[Stuk]:
    (stuk,) = _met(zet("Header/Afzender", OPGEHEVEN))(d)
    return [replace(stuk, verzender=OPGEHEVEN)]


def _nummer_van_een_ander(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    return [d.toewijs(t, bsn=d.andere_bsn), d.toewijs(t, n=1)]


def _verwijderd_na_declaratie(d: Dossier) -> Sequence[Stuk]:
    t = d.toewijzing()
    verwijderd = replace(t, einddatum=t.ingangsdatum, reden_wijziging="13", toewijzingsdatum=d.vandaag)
    return [d.toewijs(t), d.declareer(d.regel(t)), d.toewijs(verwijderd, n=1)]


def _code_niet_op_lijst(d: Dossier) -> Sequence[Stuk]:
    elders = d.bij(ZONDER_GEBIED, vorm=d.vorm_in(ZONDER_GEBIED))
    product = elders.ongelijst
    t = replace(elders.toewijzing(), code=product.code, categorie=product.categorie)
    return [elders.toewijs(t)]


# Of both releases.
_BEIDE: Final = (
    Fout("CS002", "Client", "Bsn", _TECHNISCH, _met(zet("Client/Bsn", _GEEN_BSN))),
    Fout(
        *("CS139", "Client", "Geboortedatum/DatumGebruik", _TECHNISCH),
        _met(zet(_GEBOREN, "1980-02-02"), na(_GEBOREN, _DATUM_GEBRUIK)),
    ),
    Fout(
        *("CS139", "Relatie", "Geboortedatum/DatumGebruik", _TECHNISCH),
        _met(_relatie(_geboren("1980-02-02", _DATUM_GEBRUIK))),
    ),
    Fout("TR002", "Client", "Geboortedatum/Datum", _TECHNISCH, _met(zet(_GEBOREN, "1900-01-02"))),
    Fout("TR134", "Client", "Geboortedatum/Datum", _TECHNISCH, _geboren_na_dagtekening),
    Fout("TR134", "Relatie", "Geboortedatum/Datum", _TECHNISCH, _relatie_geboren_na_dagtekening),
    Fout("CS318", "Client", "Naam", _TECHNISCH, _met(zet("Client/Naam/NaamGebruik", "6"))),
    Fout("CS050", "Client", "Naam/NaamGebruik", _TECHNISCH, _met(zet("Client/Naam/NaamGebruik", "2"))),
    Fout("CS050", "Relatie", "Naam/NaamGebruik", _TECHNISCH, _met(_relatie(naam_gebruik="2"))),
    Fout(
        *("CD007", "Client", "Communicatie/Taal", _TECHNISCH),
        _met(na("Client/Naam", "<Communicatie><b:Vorm>1</b:Vorm></Communicatie>")),
    ),
    Fout(
        *("TR006", "Contact", "Telefoon", _TECHNISCH),
        _met(_contact("02", "<Emailadres>voorbeeld@example.org</Emailadres>")),
    ),
    Fout("CD034", "Contact", "Adres/Postcode", _TECHNISCH, _met(_contact("03", _TELEFOON))),
    Fout("CD025", "Contact", "Adres/Huis", _TECHNISCH, _met(weg(f"{_ADRES}/Huis"), na(_ADRES, _TELEFOON))),
    Fout("CS089", "Contact", "Adres/Postcode", _TECHNISCH, _met(zet(f"{_ADRES}/Postcode", "ABCDEF"))),
    Fout("CD005", "Contact", "Adres/LandCode", _TECHNISCH, _met(weg(f"{_ADRES}/LandCode"))),
    Fout("CD009", "Contact", "Periode", _TECHNISCH, _met(na(_ADRES, _ALLEEN_BEGIN))),
    Fout("CS003", "Contact", "Periode/Einddatum", _TECHNISCH, _met(_contact("04", _TELEFOON + _PERIODE))),
    Fout("TR061", "Client", "Contactgegevens/Contact", _TECHNISCH, _met(zet(f"{_CONTACT}/Soort", "04"))),
    Fout("TR101", "Contact", "Soort", _TECHNISCH, _met(_contact("02", _TELEFOON), _contact("02", _TELEFOON))),
    Fout("TR101", "Relatie", "Nummer", _TECHNISCH, _met(_relatie(aantal=2))),
    Fout("TR134", _PRODUCT, "Toewijzingsdatum", _TECHNISCH, _toegewezen_na_dagtekening),
    Fout("TR101", _PRODUCT, "ToewijzingNummer", _TECHNISCH, _nummer_tweemaal),
    Fout(
        *("CD076", _PRODUCT, "Einddatum", _TECHNISCH),
        _met(zet(f"{_PRODUCT}/Omvang/Frequentie", "2"), weg(f"{_PRODUCT}/Einddatum")),
    ),
    Fout("CS003", _PRODUCT, "Einddatum", _TECHNISCH, _eindigt_voor_begin),
    Fout("CD041", _PRODUCT, "Omvang", _TECHNISCH, _met(weg(f"{_PRODUCT}/Omvang"))),
    Fout("CD080", _PRODUCT, "Omvang", _TECHNISCH, _met(weg(f"{_PRODUCT}/Product/Code"))),
    Fout(
        *("CS338", _PRODUCT, "Omvang", _TECHNISCH),
        _met(zet(f"{_PRODUCT}/Omvang/Eenheid", "83"), zet(f"{_PRODUCT}/Omvang/Frequentie", "1")),
    ),
    Fout("TR302", _PRODUCT, "Product", _TECHNISCH, _product_tweemaal),
    Fout("TR135", "Header", "BerichtIdentificatie/Dagtekening", "8848", _gedagtekend_in_de_toekomst),
    Fout("TR056", "Header", "BerichtIdentificatie/Identificatie", "9056", _identificatie_bezet),
    Fout("TR378", "Header", "Afzender", "S300", _opgeheven_gemeente),
    Fout("TR381", _PRODUCT, "Product/Code", "S329", _code_niet_op_lijst),
)
FOUTEN_301_23: Final = _BEIDE
FOUTEN_301: Final = (
    *_BEIDE,
    Fout(
        *("CD079", _PRODUCT, "Product", _TECHNISCH),
        _met(weg(f"{_PRODUCT}/Omvang"), weg(f"{_PRODUCT}/Product")),
    ),
    Fout(
        *("CD075", _PRODUCT, "Einddatum", _TECHNISCH),
        _met(
            *(_budget(), weg(f"{_PRODUCT}/Omvang"), weg(f"{_PRODUCT}/Product/Code")),
            weg(f"{_PRODUCT}/Einddatum"),
        ),
    ),
    Fout(
        *("CS335", _PRODUCT, "RedenWijziging", _TECHNISCH),
        _met(voor(f"{_PRODUCT}/Omvang", "<RedenWijziging>13</RedenWijziging>")),
    ),
    Fout(
        *("CS336", _PRODUCT, "RedenWijziging", _TECHNISCH),
        _met(voor(f"{_PRODUCT}/Omvang", "<RedenWijziging>01</RedenWijziging>")),
    ),
    Fout("CD077", _PRODUCT, "Omvang", _TECHNISCH, _met(_budget())),
    Fout("CD078", _PRODUCT, "Budget", _TECHNISCH, _met(_budget())),
    Fout("TR332", _PRODUCT, "ToewijzingNummer", "9332", _nummer_van_een_ander),
    Fout("TR385", _PRODUCT, "RedenWijziging", "9385", _verwijderd_na_declaratie),
)
