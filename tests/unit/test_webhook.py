"""How a webhook is signed and where it may stand."""

import pytest
from pydantic import SecretStr

from services.kernel.delivery.connection import wachttijd
from services.kernel.delivery.kanalen import geheim
from services.kernel.delivery.webhook import OngeldigeUrl, eis_url, handtekening

# The examples of the specification and of its reference implementations.
EXAMPLES = [
    (
        *("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330),
        *(b'{"test": 2432232314}', "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ),
    (
        *("whsec_plJ3nmyCDGBKInavdOK15jsl", "msg_loFOjxBNrRLzqYUf", 1731705121),
        *(b'{"event_type":"ping","data":{"success":true}}', "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="),
    ),
]


@pytest.mark.parametrize(("secret", "id", "tijdstip", "inhoud", "expected"), EXAMPLES)
def test_a_signature_is_that_of_standard_webhooks(
    secret: str, id: str, tijdstip: int, inhoud: bytes, expected: str
) -> None:
    assert handtekening(secret, id, tijdstip, inhoud) == {
        "webhook-id": id,
        "webhook-timestamp": str(tijdstip),
        "webhook-signature": expected,
    }


def test_a_secret_belongs_to_one_party_one_version_and_one_hub() -> None:
    ours, others = SecretStr("d" * 32), SecretStr("e" * 32)
    made = [geheim(ours, "75000001", 1), geheim(ours, "75000001", 2), geheim(ours, "75000002", 1)]
    made.append(geheim(others, "75000001", 1))

    assert len(set(made)) == 4
    assert geheim(ours, "75000001", 1) == made[0]
    assert all(secret.startswith("whsec_") and len(secret) == 50 for secret in made)


@pytest.mark.parametrize(
    "url", ["https://zorg.example/hook", "https://zorg.example:8443/", "http://localhost:9/x", "http://127.0.0.1/"]
)
def test_a_webhook_stands_on_https_or_on_this_machine(url: str) -> None:
    assert eis_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://zorg.example/",
            "http://127.0.0.1.zorg.example/",
            "ftp://localhost/",
            "zorg.example/hook",
            "https://",
        ),
        *("https://naam:geheim@zorg.example/", "https://[", "https://zorg.example:99999/"),
    ],
)
def test_a_webhook_stands_nowhere_else(url: str) -> None:
    with pytest.raises(OngeldigeUrl):
        eis_url(url)


def test_waiting_doubles_to_a_minute_and_never_passes_it() -> None:
    assert all(0.25 * 2**n <= wachttijd(n) <= 0.5 * 2**n for n in range(7))
    assert all(30 <= wachttijd(n) <= 60 for n in (7, 12, 1000))
