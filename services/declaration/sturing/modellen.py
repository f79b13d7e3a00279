"""What the replies of sturing look like, for the OpenAPI document."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_INEENS = "Altijd null: alle rijen komen ineens."
_GEMEENTE = "null: de hele regio."
_KLEIN = "null: onderdrukt, omdat het over minder dan vijf cliënten gaat of er een aantal uit volgt."


def _voorbeeld(**waarden: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"example": waarden})


class Stroomrij(BaseModel):
    gemeente: str | None = Field(description=_GEMEENTE)
    tijdvak: str = Field(description="2025-01, 2025-K1, 2025-P01 of 2025.")
    begin: date
    eind: date = Field(description="Van het lopende tijdvak vandaag.")
    standBegin: int | None = Field(description=f"Cliënten die het tijdvak ingaan. {_KLEIN}")
    instroom: int | None
    verhuisdIn: int | None = Field(description="Daarvan uit een andere gemeente van de regio.")
    uitstroom: int | None
    verhuisdUit: int | None = Field(description="Daarvan naar een andere gemeente van de regio.")
    tredeOmhoog: int | None
    tredeOmlaag: int | None
    gebiedErbij: int | None
    gebiedEraf: int | None
    aanbiederwissel: int | None
    redenen: dict[str, int | None] = Field(
        description="Uitstroom per reden (RedenBeeindiging), of natuurlijk-einde. Voor de regio alleen in haar eigen "
        "rij, en kleine redenen samen als overig."
    )
    standEind: int | None = Field(description="standBegin + instroom − uitstroom.")
    voorlopig: bool = Field(description="Wie wegging, kan binnen de tolerantie nog terugkomen.")

    model_config = _voorbeeld(
        gemeente="0503",
        tijdvak="2025-K1",
        begin="2025-01-01",
        eind="2025-03-31",
        standBegin=212,
        instroom=31,
        verhuisdIn=2,
        uitstroom=24,
        verhuisdUit=1,
        tredeOmhoog=9,
        tredeOmlaag=6,
        gebiedErbij=8,
        gebiedEraf=5,
        aanbiederwissel=7,
        redenen={"02": 3, "19": 12, "natuurlijk-einde": 9},
        standEind=219,
        voorlopig=False,
    )


class Stromen(BaseModel):
    items: list[Stroomrij]
    volgende: int | None = Field(description=_INEENS)


class Trederij(BaseModel):
    gemeente: str | None = Field(description=_GEMEENTE)
    dag: date
    resultaatgebied: str
    trede: int | None
    rang: int = Field(description="Volgorde in de producttabel.")
    clienten: int | None = Field(description=_KLEIN)

    model_config = _voorbeeld(gemeente="0503", dag="2025-03-31", resultaatgebied="SPF", trede=3, rang=13, clienten=41)


class Treden(BaseModel):
    items: list[Trederij]
    volgende: int | None = Field(description=_INEENS)


class Overgangrij(BaseModel):
    gemeente: str | None = Field(description=_GEMEENTE)
    resultaatgebied: str
    van: int | None = Field(description="De trede die was.")
    naar: int | None = Field(description="De trede die erop volgde.")
    richting: Literal["omhoog", "omlaag"] = Field(description="Naar rang.")
    clienten: int | None = Field(description=_KLEIN)

    model_config = _voorbeeld(gemeente="0503", resultaatgebied="SPF", van=2, naar=3, richting="omhoog", clienten=7)


class Overgangen(BaseModel):
    items: list[Overgangrij]
    volgende: int | None = Field(description=_INEENS)


class Aanbiederrij(BaseModel):
    gemeente: str
    aanbieder: str
    dag: date
    resultaatgebied: str
    trede: int | None
    rang: int = Field(description="Volgorde in de producttabel.")
    clienten: int

    model_config = _voorbeeld(
        gemeente="0503", aanbieder="75000001", dag="2025-03-31", resultaatgebied="SPF", trede=3, rang=8, clienten=12
    )


class Aanbieders(BaseModel):
    items: list[Aanbiederrij]
    volgende: int | None = Field(description=_INEENS)


class Stapelrij(BaseModel):
    gemeente: str | None = Field(description=_GEMEENTE)
    moment: Literal["op", "voor", "na"] = Field(description="voor en na de markering; op: zonder markering.")
    dag: date
    clienten: dict[str, int] = Field(
        description="Cliënten per aantal resultaatgebieden. Een aantal dat er niet bij staat is nul, of onderdrukt als "
        "gemiddeld null is."
    )
    totaal: int | None = Field(description=_KLEIN)
    gemiddeld: float | None = Field(
        description="Resultaatgebieden per cliënt; null: er is niemand, of er is iets onderdrukt."
    )

    model_config = _voorbeeld(
        gemeente="0503", moment="na", dag="2025-03-31", clienten={"1": 120, "2": 64}, totaal=184, gemiddeld=1.35
    )


class Stapelingen(BaseModel):
    items: list[Stapelrij]
    volgende: int | None = Field(description=_INEENS)


class Reeksrij(BaseModel):
    gemeente: str | None = Field(description=_GEMEENTE)
    periode: str
    clienten: int | None = Field(description=_KLEIN)
    gemiddeldToegewezen: int | None = Field(description="Eurocent per cliënt.")
    gemiddeldGedeclareerd: int | None = Field(description="Eurocent per cliënt, over dezelfde cliënten.")
    rijpheid: str

    model_config = _voorbeeld(
        gemeente="0503",
        periode="2025-P01",
        clienten=184,
        gemiddeldToegewezen=61250,
        gemiddeldGedeclareerd=54180,
        rijpheid="rijp",
    )


class Reeks(BaseModel):
    items: list[Reeksrij]
    volgende: int | None = Field(description=_INEENS)


class Definities(BaseModel):
    telregels: dict[str, str] = Field(description="Per begrip hoe het wordt geteld.")
    redenen: dict[str, dict[str, str]] = Field(description="Per domein wat een reden van uitstroom betekent.")

    model_config = _voorbeeld(
        telregels={"instroom": "Cliënten zonder ondersteuning in de tolerantie ervoor."},
        redenen={"wmo": {"02": "Overlijden"}, "jeugd": {"02": "Overlijden"}},
    )
