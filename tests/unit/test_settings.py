"""Settings come from the environment and geheimen.json, and a missing secret is said clearly."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from geheimen import VASTE_GEHEIMEN
from pydantic import ValidationError

from services.kernel.settings import GEHEIMEN, GeheimOntbreekt, Settings, today, write_secrets


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "DATA",
        "BSN_SLEUTEL",
        "DIENST_SLEUTEL",
        "ZEGEL_SLEUTEL",
        "SLEUTELRING",
        "VANDAAG",
        "ALLOCATION_DATABASE",
        "PORT",
    ):
        monkeypatch.delenv(f"BERICHTENHUB_{name}", raising=False)


def test_secrets_are_read_from_geheimen_json(tmp_path: Path) -> None:
    write_secrets(tmp_path)

    stored = json.loads((tmp_path / GEHEIMEN).read_text(encoding="utf-8"))
    assert Settings(data=tmp_path).bsn_sleutel.get_secret_value() == stored["bsn_sleutel"]
    assert stored["bsn_sleutel"] != stored["dienst_sleutel"]


def test_secrets_are_for_the_owner_of_the_file_only(tmp_path: Path) -> None:
    write_secrets(tmp_path)

    assert (tmp_path / GEHEIMEN).stat().st_mode & 0o777 == 0o600


def test_secrets_are_never_written_over(tmp_path: Path) -> None:
    assert write_secrets(tmp_path)
    before = (tmp_path / GEHEIMEN).read_bytes()

    assert not write_secrets(tmp_path)
    assert (tmp_path / GEHEIMEN).read_bytes() == before


def test_an_installation_of_before_gets_what_it_lacks_and_keeps_what_it_has(tmp_path: Path) -> None:
    (tmp_path / GEHEIMEN).write_text(json.dumps({"bsn_sleutel": "b" * 32, "dienst_sleutel": "d" * 32}), "utf-8")
    with pytest.raises(GeheimOntbreekt, match="hub init"):
        Settings(data=tmp_path)

    assert write_secrets(tmp_path)

    assert Settings(data=tmp_path).bsn_sleutel.get_secret_value() == "b" * 32
    assert (tmp_path / GEHEIMEN).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [GEHEIMEN]


def test_a_ring_that_is_none_is_refused_without_being_shown(tmp_path: Path) -> None:
    with pytest.raises(GeheimOntbreekt, match="sleutelring") as raised:
        Settings(data=tmp_path, **{**VASTE_GEHEIMEN, "sleutelring": "k" * 40})

    assert "kkk" not in str(raised.value)


def test_the_environment_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_secrets(tmp_path)
    monkeypatch.setenv("BERICHTENHUB_BSN_SLEUTEL", "e" * 32)

    assert Settings(data=tmp_path).bsn_sleutel.get_secret_value() == "e" * 32


def test_a_missing_secret_is_named_with_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(GeheimOntbreekt) as raised:
        Settings(data=tmp_path)

    assert "bsn_sleutel" in str(raised.value)
    assert str(tmp_path / GEHEIMEN) in str(raised.value)
    assert "BERICHTENHUB_BSN_SLEUTEL" in str(raised.value)


def test_a_short_secret_is_refused_without_being_shown(tmp_path: Path) -> None:
    with pytest.raises(GeheimOntbreekt) as raised:
        Settings(data=tmp_path, **{**VASTE_GEHEIMEN, "bsn_sleutel": "k" * 31})

    assert "kkk" not in str(raised.value)


def test_broken_secrets_are_refused_without_being_shown(tmp_path: Path) -> None:
    (tmp_path / GEHEIMEN).write_text('{"bsn_sleutel": "kkkkkkkk', encoding="utf-8")

    with pytest.raises(GeheimOntbreekt, match="geen JSON") as raised:
        Settings(data=tmp_path)

    assert "kkk" not in str(raised.value)


def test_an_invalid_setting_does_not_show_the_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_secrets(tmp_path)
    monkeypatch.setenv("BERICHTENHUB_PORT", "many")
    secret = json.loads((tmp_path / GEHEIMEN).read_text(encoding="utf-8"))["bsn_sleutel"]

    with pytest.raises(ValidationError) as raised:
        Settings(data=tmp_path)

    assert secret not in str(raised.value)
    assert "port" in str(raised.value)


def test_a_secret_is_not_in_the_text_of_the_settings(settings: Settings) -> None:
    assert "b" * 32 not in repr(settings)


def test_the_databases_stand_in_the_data_folder(settings: Settings) -> None:
    assert settings.database_url("allocation") == f"sqlite:///{settings.data}/allocation.sqlite"
    assert settings.database_url("declaration") == f"sqlite:///{settings.data}/declaration.sqlite"


def test_a_database_elsewhere_is_taken_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_secrets(tmp_path)
    monkeypatch.setenv("BERICHTENHUB_ALLOCATION_DATABASE", "postgresql://db/allocation")

    assert Settings(data=tmp_path).database_url("allocation") == "postgresql://db/allocation"


OAUTH = {
    "oauth_issuer": "https://inloggen.example",
    "oauth_audience": "https://hub.example",
    "oauth_jwks_url": "https://inloggen.example/jwks",
}
PROXY = {"proxy_subject_header": "X-Subject", "proxy_adressen": "10.0.0.1"}


def with_secrets(**values: str) -> Settings:
    return Settings(**VASTE_GEHEIMEN, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("values", [{}, OAUTH, PROXY, {**OAUTH, "oauth_jwks_url": "http://127.0.0.1:8080/jwks"}])
def test_who_is_believed_is_set_as_a_whole(values: dict[str, str]) -> None:
    assert with_secrets(**values).oauth_issuer == values.get("oauth_issuer", "")


@pytest.mark.parametrize(
    "values",
    [
        *({**OAUTH, name: ""} for name in OAUTH),
        *({**PROXY, name: ""} for name in PROXY),
        {**OAUTH, "oauth_jwks_url": "http://inloggen.example/jwks"},
        {**OAUTH, "oauth_jwks_url": "file:///jwks"},
        {**PROXY, "proxy_adressen": "proxy.example"},
        {**OAUTH, "oauth_claim": ""},
    ],
    ids=str,
)
def test_half_of_it_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        with_secrets(**values)


def test_settings_do_not_change(settings: Settings) -> None:
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("utc", "dag"),
    [
        (datetime(2025, 1, 31, 22, 59, tzinfo=UTC), date(2025, 1, 31)),
        (datetime(2025, 1, 31, 23, 0, tzinfo=UTC), date(2025, 2, 1)),
        (datetime(2025, 6, 30, 22, 0, tzinfo=UTC), date(2025, 7, 1)),
    ],
)
def test_today_is_the_day_in_amsterdam(settings: Settings, utc: datetime, dag: date) -> None:
    assert today(settings, lambda: utc) == dag


def test_today_is_what_the_settings_fix(settings: Settings, nu: datetime) -> None:
    fixed = settings.model_copy(update={"vandaag": date(2025, 12, 1)})

    assert today(fixed, lambda: nu) == date(2025, 12, 1)
