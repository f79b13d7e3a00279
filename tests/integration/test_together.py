"""One process with both services: its landing page, its clock, its databases."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import databases
import pytest
from geheimen import VASTE_GEHEIMEN
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from services import together
from services.declaration.feed import Onbereikbaar
from services.kernel.database import migrate
from services.kernel.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    data = tmp_path / "var"
    made = Settings(data=data, **VASTE_GEHEIMEN, **databases.settings_of(data))
    for naam in ("allocation", "declaration"):
        migrate(made.database_url(naam), naam)
    return made


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(together.build(settings)) as running:
        yield running


def test_the_page_links_the_documents_of_both(client: TestClient) -> None:
    page = client.get("/over")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for naam in ("allocation", "declaration"):
        assert f'href="/{naam}/v1/openapi.json"' in page.text
        assert client.get(f"/{naam}/v1/docs").status_code == 200


@pytest.mark.parametrize("naam", ["allocation", "declaration"])
def test_the_queues_and_webhooks_of_each_service_are_described_for_everyone(client: TestClient, naam: str) -> None:
    assert f'href="/{naam}/v1/asyncapi"' in client.get("/over").text
    assert client.get(f"/{naam}/v1/asyncapi.json").json()["asyncapi"] == "3.0.0"
    page = client.get(f"/{naam}/v1/asyncapi")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert 'lang="nl"' in page.text


def test_http_the_queue_and_the_clock_have_one_wiring(settings: Settings) -> None:
    hub = together.samenstel(settings)

    assert hub.verwerk.keys() == hub.diensten.keys() == {"allocation", "declaration"}
    assert [taak.naam for taak in hub.taken] == [
        "declaration: feed gelezen tot en met",
        "declaration: cijfers van perioden gemeld",
        "allocation: verlopen termijnen gemeld",
        "allocation: regels van het auditspoor verzegeld",
        "declaration: verlopen termijnen gemeld",
        "declaration: regels van het auditspoor verzegeld",
    ]
    hub.sluit()


def test_a_service_alone_has_its_own_story_and_tasks_alone(settings: Settings) -> None:
    hub = together.samenstel(settings, "allocation")

    assert hub.verwerk.keys() == hub.diensten.keys() == {"allocation"}
    assert [taak.naam for taak in hub.taken] == [
        "allocation: verlopen termijnen gemeld",
        "allocation: regels van het auditspoor verzegeld",
    ]
    hub.sluit()


@pytest.mark.parametrize("naam", ["allocation", "declaration"])
def test_each_service_has_its_document_and_its_health_below_its_own_path(client: TestClient, naam: str) -> None:
    document = client.get(f"/{naam}/v1/openapi.json").json()

    assert document["servers"] == [{"url": f"/{naam}/v1"}]
    assert client.get(f"/{naam}/healthz").json() == {"status": "ok", "dienst": naam}


def test_an_address_that_is_of_no_service_gets_a_problem(client: TestClient) -> None:
    reply = client.get("/onbekend")

    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["status"] == 404


def test_one_service_alone_has_the_same_path_and_not_the_other(settings: Settings) -> None:
    with TestClient(together.build(settings, "allocation")) as alone:
        assert alone.get("/allocation/healthz").status_code == 200
        assert alone.get("/declaration/healthz").status_code == 404
        assert "declaration" not in alone.get("/").text


def test_declaration_alone_must_be_told_where_allocation_is(settings: Settings) -> None:
    with pytest.raises(together.AllocationOnbekend):
        together.build(settings, "declaration")

    told = settings.model_copy(update={"allocation_url": "http://127.0.0.1:9/allocation"})
    with TestClient(together.build(told, "declaration")) as alone:
        assert alone.get("/declaration/healthz").status_code == 200


def test_the_clock_goes_on_after_what_passes_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allocation away, or the database busy: a minute later it is tried again."""
    monkeypatch.setattr("services.together.assembly._SECONDS", 0.001)
    stop = Event()
    failures = iter([Onbereikbaar(), OperationalError("", None, Exception())])
    done = []

    def taak() -> None:
        for fout in failures:
            raise fout
        done.append(True)
        stop.set()

    together.run_klok(stop, (taak,))

    assert done == [True]
