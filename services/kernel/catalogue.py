"""The catalogue of message kinds: one row per (standaard, release, soort), and nothing that a row does not say.

The row names who sends, who receives and what identifies a message. Idempotency, the JSON of a verdict, the 403 and the
address in the postbus follow from it, so that no code needs to know whether a Header holds Afzender or Aanbieder.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Berichtsoort:
    """One kind of message.

    `verzender` and `bestemming` name the Header element of the party that really sends and receives it: a 302 echoes
    the Header of its 301 unswapped, so its sender stands in Ontvanger. `identificatie` and `verwijst_naar` are paths
    below Header; `rol` is the kind of party the sender is.
    """

    standaard: str
    release: str
    naam: str
    codes: tuple[str, ...]
    dienst: str
    domein: str
    verzender: str
    bestemming: str
    identificatie: str
    rol: str
    antwoord: str | None = None
    antwoord_op: str | None = None
    verwijst_naar: str | None = None

    @property
    def namespace(self) -> str:
        return _namespace(self.standaard, self.release, self.naam.lower())

    @property
    def basis(self) -> str:
        """The namespace of the types every message of the release shares."""
        return _namespace(self.standaard, self.release, "basisschema")

    @property
    def schema_pad(self) -> str:
        return f"{self.standaard}/{self.release}/{self.naam}.xsd"


def _namespace(standaard: str, release: str, naam: str) -> str:
    return f"http://www.istandaarden.nl/{standaard}/{release.replace('.', '_')}/{naam}/schema"


CATALOGUE: tuple[Berichtsoort, ...] = (
    Berichtsoort(
        *("iwmo", "2.3", "WMO301", ("414",), "allocation", "wmo"),
        *("Afzender", "Ontvanger", "BerichtIdentificatie/Identificatie", "gemeente"),
        antwoord="WMO302",
    ),
    Berichtsoort(
        *("iwmo", "2.3", "WMO302", ("415",), "allocation", "wmo"),
        *("Ontvanger", "Afzender", "IdentificatieRetour", "aanbieder"),
        antwoord_op="WMO301",
        verwijst_naar="BerichtIdentificatie/Identificatie",
    ),
    # Both kinds in one row: 416 is a declaratie and 448 a factuur, and the answer has the code of its 303 plus one.
    Berichtsoort(
        *("iwmo", "2.3", "WMO303", ("416", "448"), "declaration", "wmo"),
        *("Aanbieder", "Gemeente", "DeclaratieFactuurIdentificatie/DeclarantFactuurNummer", "aanbieder"),
        antwoord="WMO304",
    ),
    Berichtsoort(
        *("iwmo", "2.3", "WMO304", ("417", "449"), "declaration", "wmo"),
        *("Gemeente", "Aanbieder", "RetourHeader/GemeenteReferentieNummer", "gemeente"),
        antwoord_op="WMO303",
        verwijst_naar="DeclaratieFactuurIdentificatie/DeclarantFactuurNummer",
    ),
    Berichtsoort(
        *("iwmo", "3.2", "WMO301", ("414",), "allocation", "wmo"),
        *("Afzender", "Ontvanger", "BerichtIdentificatie/Identificatie", "gemeente"),
        antwoord="WMO302",
    ),
    Berichtsoort(
        *("iwmo", "3.2", "WMO302", ("415",), "allocation", "wmo"),
        *("Ontvanger", "Afzender", "IdentificatieRetour", "aanbieder"),
        antwoord_op="WMO301",
        verwijst_naar="BerichtIdentificatie/Identificatie",
    ),
    Berichtsoort(
        *("iwmo", "3.2", "WMO323", ("484",), "declaration", "wmo"),
        *("Afzender", "Ontvanger", "BerichtIdentificatie/Identificatie", "aanbieder"),
        antwoord="WMO325",
    ),
    Berichtsoort(
        *("iwmo", "3.2", "WMO325", ("485",), "declaration", "wmo"),
        *("Afzender", "Ontvanger", "BerichtIdentificatie/Identificatie", "gemeente"),
        antwoord_op="WMO323",
        verwijst_naar="DeclaratieIdentificatie/Identificatie",
    ),
)

_BY_NAMESPACE = {soort.namespace: soort for soort in CATALOGUE}
_BY_NAME = {(soort.naam, soort.release): soort for soort in CATALOGUE}


def by_namespace(namespace: str) -> Berichtsoort | None:
    return _BY_NAMESPACE.get(namespace)


def find(naam: str, release: str) -> Berichtsoort:
    """The row of one kind; KeyError when the catalogue has none."""
    return _BY_NAME[naam, release]


def supported(dienst: str | None = None) -> tuple[Berichtsoort, ...]:
    """The rows of one service, or all of them."""
    return tuple(soort for soort in CATALOGUE if dienst in (None, soort.dienst))
