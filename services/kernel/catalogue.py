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
    below Header; `rol` is the kind of party the sender is; `termijn` the working days within which `antwoord` is owed.
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
    termijn: int | None = None
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


@dataclass(frozen=True, slots=True)
class _Vorm:
    """How a kind and its answer write down who sends, who receives and what identifies; and how the answer refers."""

    heen: tuple[str, str, str]
    antwoord: tuple[str, str, str]
    verwijst_naar: str


@dataclass(frozen=True, slots=True)
class _Paar:
    """A kind and its answer, in both standards; `rol` sends the first, `termijn` is how many working days it may wait.

    The codes are of the kind and of its answer.
    """

    nummers: tuple[str, str]
    releases: tuple[str, ...]
    dienst: str
    rol: str
    vorm: _Vorm
    termijn: int
    iwmo: tuple[str, str]
    ijw: tuple[str, str]


_IDENTIFICATIE = "BerichtIdentificatie/Identificatie"
_NUMMER = "DeclaratieFactuurIdentificatie/DeclarantFactuurNummer"
# A retour echoes the Header of what it answers unswapped: who sends it stands in Ontvanger.
_RETOUR = _Vorm(
    ("Afzender", "Ontvanger", _IDENTIFICATIE), ("Ontvanger", "Afzender", "IdentificatieRetour"), _IDENTIFICATIE
)
# A 325 has a Header of its own, a 304 one with the parties by their kind.
_ANTWOORD = _Vorm(
    ("Afzender", "Ontvanger", _IDENTIFICATIE),
    ("Afzender", "Ontvanger", _IDENTIFICATIE),
    "DeclaratieIdentificatie/Identificatie",
)
_FACTUUR = _Vorm(
    ("Aanbieder", "Gemeente", _NUMMER), ("Gemeente", "Aanbieder", "RetourHeader/GemeenteReferentieNummer"), _NUMMER
)
_BEIDE = ("2.3", "3.2")

# The terms are those of process.md §2 and, for a 304, 20 working days.
# 305-308 and 315-320 belong to allocation: they tell of a toewijzing (care began, ended) or ask for one, and refer to
# it or are answered by it; no money is in them.
_PAREN = (
    _Paar(("301", "302"), _BEIDE, "allocation", "gemeente", _RETOUR, 3, ("414", "415"), ("436", "437")),
    # Two codes each: the first is a declaratie and the second a factuur, and the answer has its code plus one.
    _Paar(
        ("303", "304"),
        ("2.3",),
        "declaration",
        "aanbieder",
        _FACTUUR,
        20,
        ("416 448", "417 449"),
        ("432 450", "433 451"),
    ),
    _Paar(("305", "306"), _BEIDE, "allocation", "aanbieder", _RETOUR, 3, ("418", "419"), ("438", "439")),
    _Paar(("307", "308"), _BEIDE, "allocation", "aanbieder", _RETOUR, 3, ("420", "421"), ("440", "441")),
    _Paar(("315", "316"), _BEIDE, "allocation", "aanbieder", _RETOUR, 3, ("444", "445"), ("446", "447")),
    _Paar(("317", "318"), ("3.2",), "allocation", "aanbieder", _RETOUR, 3, ("480", "481"), ("486", "487")),
    # The gemeente's answer to a request; its own retour comes from the aanbieder.
    _Paar(("319", "320"), ("3.2",), "allocation", "gemeente", _RETOUR, 3, ("482", "483"), ("488", "489")),
    _Paar(("323", "325"), ("3.2",), "declaration", "aanbieder", _ANTWOORD, 10, ("484", "485"), ("490", "491")),
)
_STANDAARDEN = {"iwmo": ("WMO", "wmo"), "ijw": ("JW", "jeugd")}
_ANDERE = {"gemeente": "aanbieder", "aanbieder": "gemeente"}


def _rijen(paar: _Paar, standaard: str, release: str) -> tuple[Berichtsoort, Berichtsoort]:
    """The rows of a kind and of its answer."""
    letters, domein = _STANDAARDEN[standaard]
    heen, antwoord = (f"{letters}{nummer}" for nummer in paar.nummers)
    codes, codes_antwoord = (tuple(text.split()) for text in (paar.iwmo if standaard == "iwmo" else paar.ijw))
    vorm = paar.vorm
    return (
        Berichtsoort(
            *(standaard, release, heen, codes, paar.dienst, domein, *vorm.heen, paar.rol),
            antwoord=antwoord,
            termijn=paar.termijn,
        ),
        Berichtsoort(
            *(standaard, release, antwoord, codes_antwoord, paar.dienst, domein, *vorm.antwoord, _ANDERE[paar.rol]),
            antwoord_op=heen,
            verwijst_naar=vorm.verwijst_naar,
        ),
    )


CATALOGUE: tuple[Berichtsoort, ...] = tuple(
    rij
    for standaard in _STANDAARDEN
    for release in _BEIDE
    for paar in _PAREN
    if release in paar.releases
    for rij in _rijen(paar, standaard, release)
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
