"""What the control of a zandbak takes and gives, with examples: the models of its OpenAPI document."""

from datetime import date
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from services.together.zandbak.gedrag import Regel
from services.together.zandbak.plaats import Mislukt

MAX_REGELS: Final = 50
_ACCEPTEER: Final[dict[str, Any]] = {"soort": "accepteer", "naDagen": 3}
_REGEL: Final[dict[str, Any]] = {"partij": "75000001", "berichtsoort": "WMO301", "doe": _ACCEPTEER}
_REGEL_NU: Final[dict[str, Any]] = {**_REGEL, "opmerking": None}


class Datum(BaseModel):
    datum: date = Field(description="De dag die het in de zandbak is.", examples=["2025-02-03"])

    model_config = ConfigDict(extra="forbid")


class Gedrag(BaseModel):
    regels: tuple[Regel, ...] = Field(max_length=MAX_REGELS)

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"regels": [_REGEL]}})


class Gedragregel(Regel):
    opmerking: str | None = Field(description="Wat de regel nu niet doet, en waarom.")

    model_config = ConfigDict(json_schema_extra={"example": _REGEL_NU})


class GedragNu(BaseModel):
    regels: list[Gedragregel]

    model_config = ConfigDict(json_schema_extra={"example": {"regels": [_REGEL_NU]}})


class Mandaat(BaseModel):
    mandaat: bool = Field(description="Of de hub namens de gemeente oordeelt; zonder antwoordt zij zelf.")

    model_config = ConfigDict(extra="forbid")


class Deelnemer(BaseModel):
    code: str
    soort: str
    naam: str
    mandaat: bool | None = Field(description="Of de hub namens deze gemeente oordeelt; null voor wie geen gemeente is.")
    antwoordt: bool = Field(description="Of de zandbak voor deze partij antwoordt.")


class Aantallen(BaseModel):
    allocationBerichten: int
    allocationPoststukken: int
    declarationBerichten: int
    declarationPoststukken: int


class Zandbakstand(BaseModel):
    naam: str
    datum: date
    begindatum: date = Field(description="De dag waarop de zandbak begon, en na een herstart weer begint.")
    laatsteDatum: date = Field(description="Verder kan de datum niet: tot daar zijn er tarieven.")
    partijen: list[Deelnemer]
    aantallen: Aantallen
    gedrag: list[Gedragregel]
    mislukt: list[Mislukt] = Field(description="Antwoorden die de zandbak niet kon geven, de nieuwste eerst.")

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "naam": "proef",
                "datum": "2025-02-10",
                "begindatum": "2025-02-03",
                "laatsteDatum": "2027-12-31",
                "partijen": [
                    {
                        "code": "0503",
                        "soort": "gemeente",
                        "naam": "Gemeente Delft (voorbeeld)",
                        "mandaat": True,
                        "antwoordt": False,
                    }
                ],
                "aantallen": {
                    "allocationBerichten": 2,
                    "allocationPoststukken": 2,
                    "declarationBerichten": 0,
                    "declarationPoststukken": 0,
                },
                "gedrag": [_REGEL_NU],
                "mislukt": [],
            }
        }
    )


class Persoon(BaseModel):
    bsn: str = Field(description="Test-BSN: begint met 9999 en voldoet aan de elfproef.")
    achternaam: str
    geboortedatum: date


class Aanbod(BaseModel):
    gemeente: str
    aanbieder: str
    release: str
    vorm: str
    producten: list[str] = Field(description="Productcodes die de aanbieder aan deze gemeente levert.")


class Personages(BaseModel):
    personen: list[Persoon]
    aantalBsns: int = Field(description="Zoveel test-BSN's zijn er; dit zijn de eerste.")
    aanbod: list[Aanbod]

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "personen": [{"bsn": "999900006", "achternaam": "Voorbeeld", "geboortedatum": "1935-01-01"}],
                "aantalBsns": 9090,
                "aanbod": [
                    {
                        "gemeente": "0503",
                        "aanbieder": "75000002",
                        "release": "3.2",
                        "vorm": "declaratie",
                        "producten": ["SPF1", "SPF2", "SPF3", "SPF4", "SPF5"],
                    }
                ],
            }
        }
    )
