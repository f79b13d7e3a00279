"""What every reply of a process says to a browser, and what the page of the API needs."""

import pytest
from starlette.testclient import TestClient

from services import together
from services.kernel.settings import Settings

pytestmark = pytest.mark.dialects("sqlite")
REPLIES = ["/allocation/v1/postbus", "/declaration/v1/nergens", "/allocation/v1/openapi.json"]

FILES = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript", "start.js": "text/javascript"}


@pytest.fixture
def client(settings: Settings) -> TestClient:
    return TestClient(together.build(settings), raise_server_exceptions=False)


@pytest.mark.parametrize("path", [*REPLIES, "/allocation/healthz", "/allocation/v1/docs", "/allocation/v1/asyncapi"])
def test_every_reply_has_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/", "/inloggen", "/nergens", "/static/pagina.css"])
def test_the_page_runs_its_own_files_and_nothing_else(client: TestClient, path: str) -> None:
    """Its forms need an Origin, which a browser leaves out without any referrer."""
    headers = client.get(path, follow_redirects=False).headers

    assert "default-src 'none'; script-src 'self'; style-src 'self';" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", REPLIES)
def test_what_no_page_is_may_load_nothing(client: TestClient, path: str) -> None:
    policy = client.get(path).headers["Content-Security-Policy"]

    assert "script-src" not in policy
    assert "style-src" not in policy


def test_a_browser_is_told_to_stay_with_tls_only_where_we_were_told_there_is(settings: Settings) -> None:
    path, told = "/allocation/v1/openapi.json", {"X-Forwarded-Proto": "https"}
    assert "Strict-Transport-Security" not in TestClient(together.build(settings)).get(path, headers=told).headers

    over_tls = TestClient(together.build(settings.model_copy(update={"tls": True}))).get(path)
    assert over_tls.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(("aantal", "status"), [(90, 200), (101, 431)])
def test_a_request_with_more_headers_than_any_has_is_refused(client: TestClient, aantal: int, status: int) -> None:
    reply = client.get("/allocation/v1/openapi.json", headers={f"X-Kop-{nummer}": "x" for nummer in range(aantal)})

    assert reply.status_code == status
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_only_the_document_may_be_read_by_pages_of_others(client: TestClient) -> None:
    asked = {"Origin": "https://elders.example"}
    allowed = {path: client.get(path, headers=asked).headers.get("Access-Control-Allow-Origin") for path in REPLIES}

    assert allowed == dict.fromkeys(REPLIES) | {"/allocation/v1/openapi.json": "*"}


def test_a_preflight_is_not_answered(client: TestClient) -> None:
    asked = {"Origin": "https://elders.example", "Access-Control-Request-Method": "POST"}
    reply = client.options("/declaration/v1/berichten", headers=asked)

    assert reply.status_code == 405
    assert "Access-Control-Allow-Origin" not in reply.headers


@pytest.mark.parametrize("naam", ["allocation", "declaration"])
def test_the_page_of_the_api_has_all_it_needs_from_us(client: TestClient, naam: str) -> None:
    page = client.get(f"/{naam}/v1/docs")

    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "<script>" not in page.text
    assert "//" not in page.text.replace("<!doctype html>", "")
    for name, kind in (
        ("swagger-ui.css", "text/css"),
        ("swagger-ui-bundle.js", "text/javascript"),
        ("start.js", "text/javascript"),
    ):
        assert f'"docs/{name}"' in page.text
        reply = client.get(f"/{naam}/v1/docs/{name}")
        assert (reply.status_code, reply.headers["content-type"].partition(";")[0]) == (200, kind)
        assert reply.headers["Cache-Control"] == "public, max-age=86400"
    assert client.get(f"/{naam}/v1/docs/LICENSE").status_code == 404
