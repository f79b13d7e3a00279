"""Settings: read once at the entrance, from BERICHTENHUB_* and the secrets in DATA/geheimen.json, and handed down."""

import json
import os
import secrets
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

GEHEIMEN = "geheimen.json"
_SECRETS = ("bsn_sleutel", "dienst_sleutel")
_SECRET_MINIMUM = 32
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class GeheimOntbreekt(RuntimeError):
    """A secret is nowhere to be found, or too short to be one."""


class Settings(BaseSettings):
    """Everything that differs from one installation to the next. Secrets have no default."""

    model_config = SettingsConfigDict(
        env_prefix="BERICHTENHUB_", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    data: Path = Field(Path("var"), description="Map met de databases en geheimen.json.")
    # Not shown with the other settings: a URL may have a password in it.
    allocation_database: str = Field("", repr=False, description="URL; zonder waarde allocation.sqlite in de datamap.")
    declaration_database: str = Field(
        "", repr=False, description="URL; zonder waarde declaration.sqlite in de datamap."
    )
    max_bytes: int = Field(25_000_000, gt=0, description="Grootste bericht dat wordt aangenomen, in bytes.")
    schemas: Path | None = Field(None, description="Map met de officiële XSD's, in plaats van die van de hub.")
    vandaag: date | None = Field(None, description="Vaste dagtekening voor demo, sandbox en test.")
    week53: Literal["P13_LONG", "P14_WEEK"] = Field("P13_LONG", description="Waar week 53 bij hoort.")
    bsn_sleutel: SecretStr = Field(description="Sleutel van de BSN-hash; uit geheimen.json.")
    dienst_sleutel: SecretStr = Field(description="Sleutel tussen de twee diensten; uit geheimen.json.")
    allocation_url: str | None = Field(None, description="Waar allocation staat; leeg: in hetzelfde proces.")
    declaration_url: str | None = Field(None, description="Waar declaration staat; leeg: in dit proces of nergens.")
    rabbitmq: SecretStr = Field(SecretStr(""), description="AMQP-URL van RabbitMQ; leeg: geen wachtrijen.")
    # Two services in one process stay below the thread pool of 40: feed, goedgekeurd and postbus always find a thread.
    gelijktijdig: int = Field(16, gt=0, le=19, description="Berichten die een dienst tegelijk beoordeelt.")
    zandbakken: int = Field(20, ge=0, description="Zandbakken die er tegelijk mogen zijn; 0: geen.")
    port: int = Field(8000, ge=0, le=65535, description="Poort van `hub serve`.")

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: dict[str, Any]) -> dict[str, Any]:
        values = dict(given)
        data = Path(values.get("data", "var"))
        stored = _stored_secrets(data)
        for name in _SECRETS:
            values[name] = _checked(name, values.get(name) or stored.get(name), data)
        for dienst in ("allocation", "declaration"):
            default = f"sqlite:///{data / dienst}.sqlite"
            values[f"{dienst}_database"] = values.get(f"{dienst}_database") or default
        return values

    def database_url(self, dienst: Literal["allocation", "declaration"]) -> str:
        return self.allocation_database if dienst == "allocation" else self.declaration_database


def _stored_secrets(data: Path) -> dict[str, str]:
    file = data / GEHEIMEN
    if not file.is_file():
        return {}
    try:
        stored: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError as fout:
        raise GeheimOntbreekt(f"{file} is geen JSON (regel {fout.lineno}).") from None
    return stored


def _checked(name: str, value: str | SecretStr | None, data: Path) -> str:
    """The secret itself; GeheimOntbreekt, without its value, when it is absent or too short."""
    secret = value.get_secret_value() if isinstance(value, SecretStr) else value
    variable = f"BERICHTENHUB_{name.upper()}"
    if not secret:
        raise GeheimOntbreekt(
            f"Geheim '{name}' ontbreekt: niet in {data / GEHEIMEN} en niet in {variable}. "
            f"Maak het aan met `hub init --data {data}`."
        )
    if len(secret) < _SECRET_MINIMUM:
        raise GeheimOntbreekt(f"Geheim '{name}' heeft minder dan {_SECRET_MINIMUM} tekens.")
    return secret


def write_secrets(data: Path) -> bool:
    """Make DATA/geheimen.json with fresh secrets, readable by its owner only; False when there is one already.

    The BSN hashes depend on bsn_sleutel: an existing file is never replaced.
    """
    data.mkdir(parents=True, exist_ok=True)
    content = json.dumps({name: secrets.token_urlsafe(32) for name in _SECRETS}, indent=2)
    try:
        descriptor = os.open(data / GEHEIMEN, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content + "\n")
    return True


def today(settings: Settings, nu: Callable[[], datetime]) -> date:
    """The fixed day of demo, sandbox and tests, or else the day it now is in Amsterdam."""
    return settings.vandaag or nu().astimezone(AMSTERDAM).date()
