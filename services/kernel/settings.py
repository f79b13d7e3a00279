"""Settings: read once at the entrance, from BERICHTENHUB_* and the secrets in DATA/geheimen.json, and handed down."""

import json
import os
import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.kernel.privacy.sleutelring import Sleutelring, lees_ring, nieuwe_sleutel
from services.kernel.toegang.certificates import Netwerk, netwerken

GEHEIMEN = "geheimen.json"
RING = "sleutelring"
_SECRETS = ("bsn_sleutel", "dienst_sleutel", "zegel_sleutel", RING)
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
    zegel_sleutel: SecretStr = Field(description="Sleutel van de zegels op het auditspoor; uit geheimen.json.")
    sleutelring: SecretStr = Field(
        description="Sleutels waarmee BSN's en berichten versleuteld zijn, de huidige voorop; uit geheimen.json."
    )
    allocation_url: str | None = Field(None, description="Waar allocation staat; leeg: in hetzelfde proces.")
    declaration_url: str | None = Field(None, description="Waar declaration staat; leeg: in dit proces of nergens.")
    rabbitmq: SecretStr = Field(SecretStr(""), description="AMQP-URL van RabbitMQ; leeg: geen wachtrijen.")
    # Two services in one process stay below the thread pool of 40: feed, goedgekeurd and postbus always find a thread.
    gelijktijdig: int = Field(16, gt=0, le=19, description="Berichten die een dienst tegelijk beoordeelt.")
    tls: bool = Field(False, description="Alleen over https te bereiken: koekjes zijn Secure, antwoorden hebben HSTS.")
    zandbakken: int = Field(20, ge=0, description="Zandbakken die er tegelijk mogen zijn; 0: geen.")
    oauth_issuer: str = Field("", description="Uitgever (iss) van OAuth-tokens; leeg: er zijn er geen.")
    oauth_audience: str = Field("", description="Voor wie die tokens bedoeld moeten zijn (aud).")
    oauth_jwks_url: str = Field("", description="Waar de sleutels van de uitgever staan (JWKS).")
    oauth_claim: str = Field("client_id", min_length=1, description="Claim met de client, zie `hub partij client`.")
    proxy_subject_header: str = Field("", description="Header waarin de proxy het onderwerp van het certificaat zet.")
    proxy_adressen: str = Field("", description="Adressen of netwerken van die proxy, met een komma ertussen.")
    # A message of 25 MB over a line of 1 Mbit/s takes 200 seconds.
    ontvangst_seconden: float = Field(300, gt=0, description="Tijd om een bericht helemaal te sturen.")
    stilte_seconden: float = Field(20, gt=0, description="Zo lang mag een zender onderweg zwijgen.")
    # The largest provider hands in some hundreds of messages at the end of a month, and its software asks the postbus.
    berichten_per_minuut: int = Field(600, gt=0, description="Berichten die een partij per minuut mag indienen.")
    verzoeken_per_minuut: int = Field(3000, gt=0, description="Andere verzoeken van een partij per minuut.")
    onbekenden_per_minuut: int = Field(
        60, gt=0, description="Verzoeken zonder geldige sleutel die een adres per minuut mag doen."
    )
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

    @model_validator(mode="after")
    def _all_or_nothing(self) -> Self:
        """Half a setting would trust nobody, or everybody: neither may pass unseen."""
        oauth = (self.oauth_issuer, self.oauth_audience, self.oauth_jwks_url)
        if any(oauth) and not all(oauth):
            raise ValueError("BERICHTENHUB_OAUTH_ISSUER, _AUDIENCE en _JWKS_URL horen bij elkaar")
        if self.oauth_jwks_url and not _is_safe(self.oauth_jwks_url):
            raise ValueError("BERICHTENHUB_OAUTH_JWKS_URL begint niet met https://")
        if bool(self.proxy_subject_header) != bool(_adressen(self.proxy_adressen)):
            raise ValueError("BERICHTENHUB_PROXY_SUBJECT_HEADER en _ADRESSEN horen bij elkaar")
        return self

    def ring(self) -> Sleutelring:
        """The keys of what is encrypted; those of geheimen.json are read again when that file changes."""
        tekst = self.sleutelring.get_secret_value()
        file = self.data / GEHEIMEN
        return Sleutelring(tekst, file if _stored_secrets(self.data).get(RING) == tekst else None)

    def database_url(self, dienst: Literal["allocation", "declaration"]) -> str:
        return self.allocation_database if dienst == "allocation" else self.declaration_database


def _adressen(text: str) -> tuple[Netwerk, ...]:
    try:
        return netwerken(text)
    except ValueError:
        raise ValueError("BERICHTENHUB_PROXY_ADRESSEN is geen lijst van adressen") from None


def _is_safe(url: str) -> bool:
    """Keys over plain HTTP could be anybody's, unless they never leave this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost"))


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
    if name == RING:
        try:
            lees_ring(secret)
        except ValueError:
            raise GeheimOntbreekt(f"Geheim '{RING}' is geen rij van nummer:sleutel.") from None
    return secret


def write_secrets(data: Path) -> bool:
    """Give DATA/geheimen.json the secrets it lacks, readable by its owner only; False when it has them all.

    What stands in it is never replaced: the BSN hashes depend on bsn_sleutel, all that is encrypted on sleutelring.
    """
    stored = _stored_secrets(data)
    # What the environment says is used instead of the file, so the file needs none.
    missing = [name for name in _SECRETS if name not in stored and not os.environ.get(f"BERICHTENHUB_{name.upper()}")]
    if not missing:
        return False
    made = {name: str(nieuwe_sleutel()) if name == RING else secrets.token_urlsafe(32) for name in missing}
    replace_secrets(data, {**stored, **made})
    return True


def replace_secrets(data: Path, content: Mapping[str, str]) -> None:
    """Put this in the place of DATA/geheimen.json: all of it or nothing, also when the power fails half-way."""
    data.mkdir(parents=True, exist_ok=True)
    half = data / f"{GEHEIMEN}.{os.getpid()}"
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(json.dumps(content, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(half, data / GEHEIMEN)


def stored_ring(data: Path) -> dict[str, str]:
    """All that stands in DATA/geheimen.json, for whoever changes its ring; empty when the ring comes from elsewhere."""
    stored = _stored_secrets(data)
    elsewhere = bool(os.environ.get(f"BERICHTENHUB_{RING.upper()}"))
    return {} if elsewhere or RING not in stored else stored


def today(settings: Settings, nu: Callable[[], datetime]) -> date:
    """The fixed day of demo, sandbox and tests, or else the day it now is in Amsterdam."""
    return settings.vandaag or nu().astimezone(AMSTERDAM).date()
