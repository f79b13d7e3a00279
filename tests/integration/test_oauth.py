"""Access tokens of the configured issuer: what is taken, what is not, and how its keys are kept."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from fastapi.testclient import TestClient
from httpx import Response
from joserfc.jwk import RSAKey
from token_issuer import AUDIENCE, CLIENT, ISSUER, Issuer, issuing, new_key

from services.declaration.api import create_app
from services.kernel import wiring
from services.kernel.database import Database
from services.kernel.settings import Settings
from services.kernel.toegang import credentials, parties
from services.kernel.toegang.oauth import TokenOngeldig, Uitgever, UitgeverOnbereikbaar
from services.kernel.toegang.parties import Partij

MINUTE = timedelta(minutes=1)


@dataclass
class Klok:
    """A clock that a test can set."""

    nu: datetime

    def __call__(self) -> datetime:
        return self.nu


@pytest.fixture
def issuer(nu: datetime) -> Iterator[Issuer]:
    with issuing(nu) as made:
        made.published = [new_key("ES256", "k1")]
        yield made


@pytest.fixture
def klok(nu: datetime) -> Klok:
    return Klok(nu)


@pytest.fixture
def uitgever(issuer: Issuer, klok: Klok) -> Uitgever:
    return Uitgever(ISSUER, AUDIENCE, issuer.url, "client_id", klok)


def token(issuer: Issuer, header: dict[str, Any] | None = None, **changes: Any) -> str:
    return issuer.token(issuer.published[0], "ES256", header, **changes)


# --- a token is verified ---------------------------------------------------------------------------------------------


@pytest.mark.dialects("sqlite")
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"])
def test_a_token_of_the_issuer_names_its_client(issuer: Issuer, uitgever: Uitgever, alg: str) -> None:
    key = new_key(alg, "k1")
    issuer.published = [key]

    read = uitgever.lees(issuer.token(key, alg, scope="read send"))
    assert (read.client, read.scopes) == (CLIENT, "read send")


@pytest.mark.dialects("sqlite")
@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elders.example"},
        {"aud": "https://elders.example"},
        {"aud": []},
        {"client_id": 1},
        {"client_id": ""},
        {"scope": ["read"]},
        {"jti": 1},
        *({name: None} for name in ("iss", "aud", "exp", "iat", "jti", "client_id")),
        *({"exp": value} for value in ("morgen", True, float("nan"))),
    ],
    ids=str,
)
def test_a_token_with_another_claim_is_no_good(issuer: Issuer, uitgever: Uitgever, changes: dict[str, Any]) -> None:
    with pytest.raises(TokenOngeldig):
        uitgever.lees(token(issuer, **changes))


@pytest.mark.dialects("sqlite")
@pytest.mark.parametrize(
    ("claim", "seconds", "good"),
    [
        ("exp", -29, True),
        ("exp", -30, False),
        ("nbf", 30, True),
        ("nbf", 31, False),
        ("iat", 30, True),
        ("iat", 31, False),
    ],
)
def test_two_clocks_may_differ_by_half_a_minute(
    issuer: Issuer, uitgever: Uitgever, nu: datetime, claim: str, seconds: int, good: bool
) -> None:
    made = token(issuer, **{claim: int(nu.timestamp()) + seconds})
    if good:
        assert uitgever.lees(made).client == CLIENT
        return
    with pytest.raises(TokenOngeldig):
        uitgever.lees(made)


@pytest.mark.dialects("sqlite")
def test_one_audience_of_several_is_enough(issuer: Issuer, uitgever: Uitgever) -> None:
    assert uitgever.lees(token(issuer, aud=["https://elders.example", AUDIENCE])).client == CLIENT


@pytest.mark.dialects("sqlite")
@pytest.mark.parametrize(
    "header", [{"typ": "JWT"}, {"typ": None}, {"kid": None}, {"kid": "k2"}, {"crit": ["x"], "x": 1}]
)
def test_a_token_with_another_header_is_no_good(issuer: Issuer, uitgever: Uitgever, header: dict[str, Any]) -> None:
    with pytest.raises(TokenOngeldig):
        uitgever.lees(unchecked(issuer, header))


def unchecked(issuer: Issuer, header: dict[str, Any], claims: str | None = None) -> str:
    """A token whose header (and claims) are put together by hand, with a good signature."""
    named = {"alg": "ES256", "kid": "k1", "typ": "at+jwt", **header}
    kept = {name: value for name, value in named.items() if value is not None}
    signed = f"{encoded(kept)}.{claims or claims_of(issuer)}"
    private: Any = issuer.published[0].private_key
    r, s = decode_dss_signature(private.sign(signed.encode(), ECDSA(SHA256())))
    return f"{signed}.{base64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def claims_of(issuer: Issuer) -> str:
    """The claims of a good token, as they stand in it."""
    return token(issuer).split(".")[1]


def encoded(value: Any) -> str:
    return base64(json.dumps(value).encode())


def base64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


@pytest.mark.dialects("sqlite")
def test_by_hand_a_good_header_is_good(issuer: Issuer, uitgever: Uitgever) -> None:
    assert uitgever.lees(unchecked(issuer, {})).client == CLIENT


@pytest.mark.dialects("sqlite")
def test_half_a_character_is_no_name_of_a_client(issuer: Issuer, uitgever: Uitgever) -> None:
    """JSON may have one half of a pair; no database and no log can write it."""
    claims = json.loads(urlsafe_b64decode(claims_of(issuer) + "=="))
    with pytest.raises(TokenOngeldig):
        uitgever.lees(unchecked(issuer, {}, encoded(claims | {"client_id": "\ud800"})))


@pytest.mark.dialects("sqlite")
def test_a_token_without_a_signature_is_no_good(issuer: Issuer, uitgever: Uitgever) -> None:
    for alg in ("none", "None", "NONE"):
        head = encoded({"alg": alg, "kid": "k1", "typ": "at+jwt"})
        with pytest.raises(TokenOngeldig):
            uitgever.lees(f"{head}.{claims_of(issuer)}.")


@pytest.mark.dialects("sqlite")
def test_a_public_key_is_no_shared_secret(issuer: Issuer, uitgever: Uitgever) -> None:
    """The old trick: HS256 with the text of the public key as the secret."""
    signed = f"{encoded({'alg': 'HS256', 'kid': 'k1', 'typ': 'at+jwt'})}.{claims_of(issuer)}"
    public = issuer.published[0].as_pem(private=False)

    with pytest.raises(TokenOngeldig):
        uitgever.lees(f"{signed}.{base64(hmac.digest(public, signed.encode(), 'sha256'))}")


@pytest.mark.dialects("sqlite")
def test_a_token_signed_by_somebody_else_is_no_good(issuer: Issuer, uitgever: Uitgever) -> None:
    with pytest.raises(TokenOngeldig):
        uitgever.lees(issuer.token(new_key("ES256", "k1"), "ES256"))


@pytest.mark.dialects("sqlite")
@pytest.mark.filterwarnings("ignore:Key size should be")
def test_an_RSA_key_of_1024_bits_signs_nothing(issuer: Issuer, uitgever: Uitgever) -> None:
    key = RSAKey.generate_key(1024, {"kid": "k1"})
    issuer.published = [key]

    with pytest.raises(TokenOngeldig):
        uitgever.lees(issuer.token(key, "RS256"))


@pytest.mark.dialects("sqlite")
def test_a_key_for_encryption_signs_nothing(issuer: Issuer, uitgever: Uitgever) -> None:
    [key] = issuer.published
    made = token(issuer)
    issuer.published = [type(key).import_key({**key.as_dict(private=False), "use": "enc"})]  # type: ignore[arg-type]

    with pytest.raises(TokenOngeldig):
        uitgever.lees(made)


@pytest.mark.dialects("sqlite")
@pytest.mark.parametrize("text", ["..", "a.b.c", "é.é.é", "bh_x", "e30.e30.e30", "." * 5])
def test_what_is_no_token_is_no_good(uitgever: Uitgever, text: str) -> None:
    with pytest.raises(TokenOngeldig):
        uitgever.lees(text)


# --- its keys are kept -----------------------------------------------------------------------------------------------


@pytest.mark.dialects("sqlite")
def test_the_keys_are_fetched_once(issuer: Issuer, uitgever: Uitgever) -> None:
    for _ in range(5):
        uitgever.lees(token(issuer))

    assert issuer.gevraagd == 1


@pytest.mark.dialects("sqlite")
def test_an_unknown_kid_fetches_them_again_no_more_than_once_a_minute(
    issuer: Issuer, uitgever: Uitgever, klok: Klok
) -> None:
    uitgever.lees(token(issuer))
    new = new_key("ES256", "k2")
    issuer.published.append(new)
    made = issuer.token(new, "ES256")

    klok.nu += MINUTE - timedelta(seconds=1)
    for _ in range(5):
        with pytest.raises(TokenOngeldig):
            uitgever.lees(made)
    assert issuer.gevraagd == 1

    klok.nu += timedelta(seconds=1)
    assert uitgever.lees(made).client == CLIENT
    assert issuer.gevraagd == 2


@pytest.mark.dialects("sqlite")
def test_a_key_that_is_withdrawn_is_good_for_an_hour_at_most(issuer: Issuer, uitgever: Uitgever, klok: Klok) -> None:
    made = token(issuer, exp=int(klok.nu.timestamp()) + 86400)
    uitgever.lees(made)
    issuer.published = [new_key("ES256", "k2")]

    klok.nu += timedelta(minutes=59)
    assert uitgever.lees(made).client == CLIENT
    klok.nu += timedelta(minutes=1)
    with pytest.raises(TokenOngeldig):
        uitgever.lees(made)


@pytest.mark.dialects("sqlite")
def test_when_the_issuer_is_away_its_keys_stay_good(issuer: Issuer, uitgever: Uitgever, klok: Klok) -> None:
    made = token(issuer, exp=int(klok.nu.timestamp()) + 86400)
    uitgever.lees(made)
    issuer.weg = True

    klok.nu += timedelta(hours=5)
    assert uitgever.lees(made).client == CLIENT
    assert issuer.gevraagd == 2


@pytest.mark.dialects("sqlite")
def test_without_keys_nothing_can_be_told_of_a_token(issuer: Issuer, uitgever: Uitgever, klok: Klok) -> None:
    issuer.weg = True
    for _ in range(3):
        with pytest.raises(UitgeverOnbereikbaar):
            uitgever.lees(token(issuer))
    assert issuer.gevraagd == 1

    issuer.weg = False
    klok.nu += MINUTE
    assert uitgever.lees(token(issuer)).client == CLIENT


# --- over HTTP -------------------------------------------------------------------------------------------------------


@pytest.fixture
def client(issuer: Issuer, settings: Settings, db: Database, klok: Klok) -> Iterator[TestClient]:
    changed = settings.model_copy(
        update={
            "declaration_database": db.url,
            "oauth_issuer": ISSUER,
            "oauth_audience": AUDIENCE,
            "oauth_jwks_url": issuer.url,
        }
    )
    dienst = wiring.wire("declaration", changed, klok)
    with dienst.database.write() as conn:
        parties.bewaar(conn, Partij("75000001", "aanbieder", "Aanbieder een"))
        credentials.herken_als(conn, "oauth", CLIENT, "75000001", frozenset({"read", "send"}))
    yield TestClient(create_app(dienst, lambda na, limit: []))
    dienst.database.close()


def ask(client: TestClient, made: str, path: str = "postbus") -> Response:
    return client.get(f"/v1/{path}", headers={"Authorization": f"Bearer {made}"})


def test_a_token_opens_what_its_client_may(client: TestClient, issuer: Issuer) -> None:
    made = token(issuer)

    assert [ask(client, made).status_code, ask(client, made, "kwaliteit").status_code] == [200, 403]


def test_the_same_token_is_good_until_it_expires(client: TestClient, issuer: Issuer, klok: Klok) -> None:
    made = token(issuer)
    assert [ask(client, made).status_code for _ in range(3)] == [200, 200, 200]

    klok.nu += timedelta(seconds=630)
    assert ask(client, made).status_code == 401


@pytest.mark.parametrize(
    ("scope", "status"), [("read", 200), ("openid read", 200), ("send", 403), ("report", 403), ("", 403)]
)
def test_the_scopes_of_a_token_narrow_and_never_widen(
    client: TestClient, issuer: Issuer, scope: str, status: int
) -> None:
    assert ask(client, token(issuer, scope=scope)).status_code == status
    assert ask(client, token(issuer, scope="report admin"), "kwaliteit").status_code == 403


def test_a_client_that_is_no_party_is_401(client: TestClient, issuer: Issuer) -> None:
    assert ask(client, token(issuer, client_id="iemand-anders")).status_code == 401


def test_a_token_that_is_no_good_is_401(client: TestClient, issuer: Issuer) -> None:
    reply = ask(client, token(issuer, aud="https://elders.example"))

    assert (reply.status_code, reply.json()["type"]) == (401, "/problemen/niet-ingelogd")
    assert 'error="invalid_token"' in reply.headers["WWW-Authenticate"]


def test_while_the_issuer_is_away_it_is_503(client: TestClient, issuer: Issuer) -> None:
    issuer.weg = True
    reply = ask(client, token(issuer))

    assert (reply.status_code, reply.json()["type"]) == (503, "/problemen/uitgever-onbereikbaar")
    assert reply.headers["Retry-After"] == "60"


def test_without_an_issuer_a_token_is_an_unknown_key(issuer: Issuer, settings: Settings, db: Database) -> None:
    dienst = wiring.wire("declaration", settings.model_copy(update={"declaration_database": db.url}))
    web = TestClient(create_app(dienst, lambda na, limit: []))

    assert ask(web, token(issuer)).status_code == 401
    assert issuer.gevraagd == 0
    dienst.database.close()
