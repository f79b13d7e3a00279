"""Who is calling: by a certificate that the proxy saw, by a key, or by both; and when a key was last used."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import select

from services.declaration.api import create_app
from services.kernel import tables, wiring
from services.kernel.database import Database
from services.kernel.settings import Settings, today
from services.kernel.toegang import credentials, parties, sessies, sleutels
from services.kernel.toegang.parties import Partij
from services.kernel.wiring import Dienst

PROXY = "10.0.0.1"
OIN, ANDER, ONBEKEND = "00000001001234567000", "00000001009876543000", "00000001000000000000"
DELFT = Partij("0503", "gemeente", "Delft")
EEN = Partij("75000001", "aanbieder", "Aanbieder een")


@pytest.fixture
def dienst(settings: Settings, db: Database, nu: Any) -> Iterator[Dienst]:
    changed = {"declaration_database": db.url, "proxy_subject_header": "X-Subject", "proxy_adressen": PROXY}
    made = wiring.wire("declaration", settings.model_copy(update=changed), lambda: nu)
    with made.database.write() as conn:
        for partij in (DELFT, EEN):
            parties.bewaar(conn, partij)
        credentials.herken_als(conn, "oin", OIN, "0503", frozenset({"read"}))
        credentials.herken_als(conn, "oin", ANDER, "75000001")
    yield made
    made.database.close()


class Caller:
    """The service as who has this address sees it."""

    def __init__(self, dienst: Dienst) -> None:
        self.app = create_app(dienst, lambda na, limit: [])

    def __call__(self, adres: str, key: str | None = None, *onderwerpen: str, path: str = "postbus") -> Response:
        headers = [("X-Subject", onderwerp) for onderwerp in onderwerpen]
        headers += [("Authorization", f"Bearer {key}")] if key else []
        return TestClient(self.app, client=(adres, 50000)).get(f"/v1/{path}", headers=headers)


@pytest.fixture
def ask(dienst: Dienst) -> Caller:
    return Caller(dienst)


@pytest.fixture
def key(dienst: Dienst) -> str:
    """A key of Delft."""
    with dienst.database.write() as conn:
        return parties.nieuwe_sleutel(conn, "0503", dienst.nu())


def trail(dienst: Dienst) -> list[tuple[str, str, str | None]]:
    a = tables.audit.c
    with dienst.database.read() as conn:
        return [tuple(row) for row in conn.execute(select(a.partij, a.oorzaak, a.detail).order_by(a.nr))]


# --- a certificate ---------------------------------------------------------------------------------------------------


def test_a_certificate_that_the_proxy_saw_names_a_party(ask: Caller) -> None:
    assert ask(PROXY, None, OIN).status_code == 200
    assert ask(PROXY, None, f"CN=delft.example,O=Gemeente Delft,serialNumber={OIN},C=NL").status_code == 200


def test_a_certificate_may_what_its_OIN_may(ask: Caller) -> None:
    assert ask(PROXY, None, OIN, path="kwaliteit").status_code == 403
    assert ask(PROXY, None, ANDER, path="kwaliteit").status_code == 200


@pytest.mark.parametrize("onderwerpen", [(ONBEKEND,), ("CN=delft.example",), (OIN, OIN), (OIN, ANDER)])
def test_a_certificate_that_names_nobody_is_401(ask: Caller, dienst: Dienst, onderwerpen: tuple[str, ...]) -> None:
    assert ask(PROXY, None, *onderwerpen).status_code == 401
    assert trail(dienst) == []


def test_an_empty_header_is_no_certificate(ask: Caller, key: str) -> None:
    assert ask(PROXY, key, "").status_code == 200
    assert 'error="' not in ask(PROXY, None, "").headers["WWW-Authenticate"]


def test_from_another_address_the_header_is_ignored_and_told_of_once(ask: Caller, dienst: Dienst, key: str) -> None:
    assert [ask("10.0.0.2", None, OIN).status_code for _ in range(3)] == [401, 401, 401]
    assert ask("10.0.0.2", key, ANDER).status_code == 200
    assert trail(dienst) == [("onbekend", "certificaat-niet-van-proxy", "10.0.0.2")]

    ask("10.0.0.3", None, OIN)
    assert trail(dienst)[1:] == [("onbekend", "certificaat-niet-van-proxy", "10.0.0.3")]


def test_an_address_that_a_caller_claims_is_not_believed(dienst: Dienst, ask: Caller) -> None:
    client = TestClient(ask.app, client=("10.0.0.2", 50000))

    assert client.get("/v1/postbus", headers={"X-Subject": OIN, "X-Forwarded-For": PROXY}).status_code == 401


# --- a certificate and a key -----------------------------------------------------------------------------------------


def test_with_a_key_of_the_same_party_the_key_decides_what_it_may(ask: Caller, key: str) -> None:
    assert ask(PROXY, key, OIN, path="kwaliteit").status_code == 200


@pytest.mark.parametrize("oin", [ANDER, ONBEKEND])
def test_with_a_key_of_another_party_it_is_401_and_in_the_trail(
    ask: Caller, dienst: Dienst, key: str, oin: str
) -> None:
    assert ask(PROXY, key, oin).status_code == 401
    assert trail(dienst) == [("0503", "certificaat-van-ander", None)]


def test_a_certificate_does_not_make_a_bad_key_good(ask: Caller) -> None:
    assert ask(PROXY, "bh_onbekend", OIN).status_code == 401


def test_an_OIN_that_is_forgotten_names_nobody(ask: Caller, dienst: Dienst) -> None:
    with dienst.database.write() as conn:
        credentials.vergeet(conn, "oin", OIN, "0503")
        credentials.vergeet(conn, "oin", ANDER, "0503")

    assert [ask(PROXY, None, oin).status_code for oin in (OIN, ANDER)] == [401, 200]


# --- a session of the page -------------------------------------------------------------------------------------------


def test_a_session_may_what_its_key_may_and_ends_with_it(ask: Caller, dienst: Dienst, key: str) -> None:
    token = sessies.maak(key, dienst.settings.dienst_sleutel, dienst.nu())
    assert ask(None, token, path="kwaliteit").status_code == ask(None, key, path="kwaliteit").status_code == 200

    with dienst.database.write() as conn:
        sleutels.intrek(conn, parties.sleutel_hash(key)[:12], dienst.nu())

    assert ask(None, token, path="kwaliteit").status_code == 401


def test_a_session_of_an_unknown_key_or_that_is_over_is_nobody(ask: Caller, dienst: Dienst, key: str) -> None:
    geheim, nu = dienst.settings.dienst_sleutel, dienst.nu()

    for token in (sessies.maak("bh_onbekend", geheim, nu), sessies.maak(key, geheim, nu - sessies.DUUR)):
        assert ask(None, token).status_code == 401


# --- a machtiging ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("utc", "status"),
    [
        (datetime(2025, 1, 31, 22, 59, 59, tzinfo=UTC), 403),
        (datetime(2025, 1, 31, 23, 0, tzinfo=UTC), 200),
        (datetime(2025, 6, 30, 21, 59, 59, tzinfo=UTC), 200),
        (datetime(2025, 6, 30, 22, 0, tzinfo=UTC), 403),
    ],
)
def test_a_machtiging_begins_and_ends_at_midnight_in_amsterdam(dienst: Dienst, utc: datetime, status: int) -> None:
    """From 1 February through 30 June: in winter midnight is at 23:00 UTC, in summer at 22:00."""
    with dienst.database.write() as conn:
        parties.bewaar(conn, Partij("SOFT01", "software", "Softwarehuis"))
        parties.machtig(conn, "SOFT01", "75000001", date(2025, 2, 1), date(2025, 6, 30))
        key = parties.nieuwe_sleutel(conn, "SOFT01", dienst.nu())
    later = replace(dienst, nu=lambda: utc, vandaag=partial(today, dienst.settings, lambda: utc))

    assert Caller(later)(PROXY, key, path="postbus?partij=75000001").status_code == status


# --- keys ------------------------------------------------------------------------------------------------------------


def test_a_key_is_rotated_with_both_good_for_a_while(dienst: Dienst, key: str) -> None:
    nu = dienst.nu()
    oud = parties.sleutel_hash(key)[:12]
    with dienst.database.write() as conn:
        sleutels.laat_vervallen(conn, oud, nu + timedelta(days=7))
        sleutels.laat_vervallen(conn, oud, nu + timedelta(days=9))
        found = sleutels.bij_id(conn, oud)

    assert found is not None
    assert found.stand(nu + timedelta(days=7) - timedelta(microseconds=1)) == "geldig"
    assert found.stand(nu + timedelta(days=7)) == "verlopen"


def test_a_key_is_named_by_its_whole_id_only(dienst: Dienst, key: str) -> None:
    with dienst.database.read() as conn:
        for other in ("", "%", "%" * 12, parties.sleutel_hash(key)[:11], "0" * 12):
            assert sleutels.bij_id(conn, other) is None


@pytest.mark.parametrize(("code", "scope"), [("0503", "admin"), ("75000001", "admin"), ("nobody", "read")])
def test_a_key_is_not_made_for_more_than_its_party_may(dienst: Dienst, code: str, scope: Any) -> None:
    with dienst.database.write() as conn, pytest.raises(ValueError, match="not for"):
        parties.nieuwe_sleutel(conn, code, dienst.nu(), scopes=[scope])


def test_a_key_that_had_more_loses_it_with_the_soort_of_its_party(dienst: Dienst, ask: Caller) -> None:
    with dienst.database.write() as conn:
        parties.bewaar(conn, Partij("X", "beheer", "Eerst beheer"))
        key = parties.nieuwe_sleutel(conn, "X", dienst.nu())
        parties.bewaar(conn, Partij("X", "software", "Daarna software"))

    assert ask(PROXY, key, path="postbus").status_code == 200
    assert ask(PROXY, key, path="toewijzingen/wmo/0503/1001/goedgekeurd").status_code == 403


def test_the_last_use_is_written_by_the_clock_and_once_an_hour(dienst: Dienst, ask: Caller, key: str) -> None:
    gebruik = ask.app.state.herkenner.gebruik
    for _ in range(5):
        ask(PROXY, key)
    assert used(dienst, key) is None

    assert (gebruik.schrijf(), used(dienst, key)) == (1, dienst.nu())
    ask(PROXY, key)
    assert gebruik.schrijf() == 0


def test_an_hour_later_a_use_is_noted_again(dienst: Dienst, key: str, nu: Any) -> None:
    gebruik = sleutels.Gebruik(dienst.database)
    with dienst.database.read() as conn:
        [first] = sleutels.lijst(conn)
    gebruik.noteer(first, nu)
    gebruik.schrijf()
    with dienst.database.read() as conn:
        [found] = sleutels.lijst(conn)

    gebruik.noteer(found, nu + timedelta(minutes=59, seconds=59))
    assert gebruik.schrijf() == 0
    gebruik.noteer(found, nu + timedelta(hours=1))
    assert (gebruik.schrijf(), used(dienst, key)) == (1, nu + timedelta(hours=1))


def used(dienst: Dienst, key: str) -> Any:
    with dienst.database.read() as conn:
        found = sleutels.vind(conn, parties.sleutel_hash(key))
    assert found is not None
    return found[0].gebruikt
