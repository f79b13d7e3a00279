"""Gedrag: what a party that nobody plays does with what reaches it. Rules as values, and which of them applies."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Annotated, Final, Literal

from lxml import etree
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.kernel.catalogue import CATALOGUE, Berichtsoort, find
from services.kernel.reading import OWN_SCHEMAS

# What the zandbak can answer in a party's name, and the soort of party that owes the answer.
PLICHTIG: Final = {
    soort.naam: "aanbieder" if soort.rol == "gemeente" else "gemeente" for soort in CATALOGUE if soort.antwoord
}
# What a gemeente with mandaat leaves to the hub.
DECLARATIES: Final = frozenset(soort.naam for soort in CATALOGUE if soort.antwoord and soort.dienst == "declaration")
# Of the others the hub reads no lines.
MET_REGELS: Final = DECLARATIES | {"WMO301", "JW301"}
_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
_STRIKT: Final = ConfigDict(frozen=True, extra="forbid")

RetourCode = Annotated[str, Field(pattern="^[0-9S][0-9]{3}$", description="RetourCode van de standaard.")]
Dagen = Annotated[int, Field(ge=0, le=366, description="Zoveel dagen na ontvangst, naar de datum van de zandbak.")]


class Accepteren(BaseModel):
    """Alles is goed: een 302 zonder RetourCode, of een 304 of 325 die alles toekent."""

    soort: Literal["accepteer"]
    naDagen: Dagen = 0

    model_config = _STRIKT


class BerichtWeigeren(BaseModel):
    """Het hele bericht is afgekeurd, met deze code."""

    soort: Literal["weiger-bericht"]
    retourcode: RetourCode
    naDagen: Dagen = 0

    model_config = _STRIKT


class Weigerregel(BaseModel):
    """Welke regel: van een 301 een ToegewezenProduct, van een 303 of 323 een Prestatie. Een van beide velden."""

    nummer: str | None = Field(
        None, min_length=1, max_length=40, description="ToewijzingNummer of ReferentieNummer.", examples=["REF0001"]
    )
    regel: int | None = Field(None, ge=1, description="De hoeveelste regel van het bericht, vanaf 1.", examples=[2])
    retourcode: RetourCode

    model_config = _STRIKT

    @model_validator(mode="after")
    def _een_van_beide(self) -> "Weigerregel":
        if (self.nummer is None) == (self.regel is None):
            raise ValueError("nummer of regel")
        return self


class RegelsWeigeren(BaseModel):
    """Deze regels zijn afgekeurd; wat niet genoemd is, is goed. Staat geen ervan in het bericht, dan is alles goed."""

    soort: Literal["weiger-regels"]
    regels: tuple[Weigerregel, ...] = Field(min_length=1, max_length=100)
    naDagen: Dagen = 0

    model_config = _STRIKT


class Vertragen(BaseModel):
    """Wat voor deze partij is, ligt pas na zoveel seconden (van de echte klok) in haar postbus."""

    soort: Literal["vertraag"]
    seconden: int = Field(ge=1, le=3600)

    model_config = _STRIKT


class Verdubbelen(BaseModel):
    """Wat voor deze partij is, ligt twee keer in haar postbus: twee rijen met hetzelfde berichtId."""

    soort: Literal["verdubbel"]

    model_config = _STRIKT


Antwoorden = Accepteren | BerichtWeigeren | RegelsWeigeren
Doe = Annotated[Antwoorden | Vertragen | Verdubbelen, Field(discriminator="soort")]


class Regel(BaseModel):
    """Wat een partij doet die niemand speelt. Van de regels die antwoorden, geldt de eerste die past."""

    partij: str = Field(min_length=1, max_length=8, description="Code van de partij.", examples=["75000001"])
    berichtsoort: str | None = Field(
        None, description="Alleen bij antwoorden: alleen op deze soort; zonder: alle.", examples=["WMO301"]
    )
    doe: Doe

    model_config = _STRIKT


def antwoordregel(regels: Iterable[Regel], plichtig: str, berichtsoort: str) -> Antwoorden | None:
    """What this party answers to a message of this soort; None: nothing, somebody may be playing it."""
    for regel in regels:
        past = regel.partij == plichtig and regel.berichtsoort in (None, berichtsoort)
        if past and isinstance(regel.doe, Antwoorden) and berichtsoort in _soorten(regel.doe):
            return regel.doe
    return None


def _soorten(doe: Antwoorden) -> Collection[str]:
    """The soorten that can be answered so."""
    return MET_REGELS if isinstance(doe, RegelsWeigeren) else PLICHTIG.keys()


def vertraging(regels: Iterable[Regel], partij: str) -> int:
    """Seconds that what is for this party waits; 0 without such a rule."""
    return next((r.doe.seconden for r in regels if r.partij == partij and isinstance(r.doe, Vertragen)), 0)


def verdubbelt(regels: Iterable[Regel], partij: str) -> bool:
    return any(regel.partij == partij and isinstance(regel.doe, Verdubbelen) for regel in regels)


def codes_per_regel(doe: RegelsWeigeren, nummers: Sequence[str | None]) -> dict[int, tuple[str, ...]]:
    """{place from 0: the codes it is refused with} of lines with these numbers, in document order."""
    codes: dict[int, tuple[str, ...]] = {}
    for plaats, nummer in enumerate(nummers):
        gekozen = [r.retourcode for r in doe.regels if r.regel == plaats + 1 or (r.nummer and r.nummer == nummer)]
        if gekozen:
            codes[plaats] = tuple(dict.fromkeys(gekozen))
    return codes


def fouten(regels: Sequence[Regel], partijen: dict[str, str]) -> Iterator[str]:
    """What cannot work in these rules, in Dutch; `partijen` is {code: soort} of the zandbak."""
    for nummer, regel in enumerate(regels, 1):
        soort = partijen.get(regel.partij)
        if soort is None:
            yield f"Regel {nummer}: deze partij is er niet in de zandbak."
        elif isinstance(regel.doe, Antwoorden):
            yield from (f"Regel {nummer}: {fout}" for fout in _antwoordfouten(regel, regel.doe, soort))
        elif regel.berichtsoort is not None:
            yield f"Regel {nummer}: een berichtsoort hoort alleen bij een antwoord."


def _antwoordfouten(regel: Regel, doe: Antwoorden, soort: str) -> Iterator[str]:
    eigen = [naam for naam, plichtig in PLICHTIG.items() if plichtig == soort and naam in _soorten(doe)]
    if not eigen:
        yield "alleen een aanbieder of een gemeente antwoordt."
        return
    if regel.berichtsoort is not None and regel.berichtsoort not in eigen:
        yield f"zo beantwoordt een {soort} alleen {', '.join(eigen)}."
        return
    namen = [regel.berichtsoort] if regel.berichtsoort else eigen
    toegestaan = frozenset[str]().union(*(_codes_van_antwoord(naam) for naam in namen))
    for code in _codes(doe):
        if code not in toegestaan:
            yield f"RetourCode {code} staat niet in de codelijst van het antwoord op {', '.join(namen)}."
        elif code in _KEURT_NIETS_AF:
            yield f"RetourCode {code} keurt niets af."


# 0200 (no remark), 0233 (not judged) and 8001 (awarded in full) refuse nothing by themselves.
_KEURT_NIETS_AF: Final = frozenset({"0200", "0233", "8001"})


def _codes(doe: Antwoorden) -> list[str]:
    if isinstance(doe, BerichtWeigeren):
        return [doe.retourcode]
    return [regel.retourcode for regel in doe.regels] if isinstance(doe, RegelsWeigeren) else []


@cache
def _codes_van_antwoord(naam: str) -> frozenset[str]:
    """The codes that the XSD of the answer to this soort allows, in any release of it."""
    heen = [soort for soort in CATALOGUE if soort.naam == naam]
    return frozenset[str]().union(*(_codelijst(find(soort.antwoord or "", soort.release)) for soort in heen))


def _codelijst(soort: Berichtsoort) -> frozenset[str]:
    schema = etree.parse(str((OWN_SCHEMAS / soort.schema_pad).with_name("basisschema.xsd")))
    waarden = schema.iterfind(f"{_XS}simpleType[@name='LDT_RetourCode']//{_XS}enumeration")
    return frozenset(str(waarde.get("value")) for waarde in waarden)
