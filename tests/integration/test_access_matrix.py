"""Every endpoint of both services for every kind of caller, by the table tests/access_matrix.csv.

docs/access.md says how to add a row.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import access_matrix
import databases
import pytest
from access_matrix import BEROEPEN, DIENST, ELKE, OPEN, Bemand, Rij
from httpx import Response
from sqlalchemy import func, select
from starlette.routing import compile_path

from services.kernel import tables
from services.kernel.toegang.parties import SCOPES_VAN

RIJEN = access_matrix.rijen()
DICHT = [rij for rij in RIJEN if rij.scope != OPEN]
MET_SCOPE = [rij for rij in DICHT if rij.scope != ELKE]

DOCS = Path(__file__).parents[2] / "docs" / "access.md"

Diensten = dict[str, Bemand]


@pytest.fixture(scope="module")
def diensten(dialect: databases.Dialect, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Diensten]:
    """Both services, each with one of everything. No row of the table changes what another finds."""
    folder = tmp_path_factory.mktemp("toegang")
    made = {
        "allocation": access_matrix.allocation(folder / "allocation"),
        "declaration": access_matrix.declaration(folder / "declaration"),
    }
    yield made
    for bemand in made.values():
        bemand.dienst.database.close()
    databases.remove(folder)


def seen(reply: Response) -> str:
    """A reply as a cell of the table: its status, and the number of items of a list."""
    json = reply.json() if reply.headers.get("content-type") == "application/json" else None
    items = json.get("items") if isinstance(json, dict) else None
    return str(reply.status_code) if items is None else f"{reply.status_code} {len(items)}"


def fits(cell: str, reply: Response) -> bool:
    return seen(reply) == cell if " " in cell else str(reply.status_code) == cell


def problem(reply: Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["type"]


# --- the table is whole ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("naam", ["allocation", "declaration"])
def test_every_endpoint_has_a_row_and_every_row_an_endpoint(diensten: Diensten, naam: str) -> None:
    asked = {str(rij): endpoint(diensten[naam], rij) for rij in RIJEN if rij.dienst == naam}

    assert [rij for rij, route in asked.items() if route is None] == []
    assert diensten[naam].routes() - set(asked.values()) == set(), "add a row to tests/access_matrix.csv"


def endpoint(bemand: Bemand, rij: Rij) -> tuple[str, str] | None:
    """(method, path) of the endpoint that a row asks; the one with fewest parameters, as the router takes it."""
    path = rij.pad.partition("?")[0]
    found = [(m, pad) for m, pad in bemand.routes() if m == rij.methode and compile_path(pad)[0].match(path)]
    return min(found, key=lambda route: route[1].count("{")) if found else None


@pytest.mark.parametrize("naam", ["allocation", "declaration"])
def test_the_document_tells_the_scope_of_the_table(diensten: Diensten, naam: str) -> None:
    paths = diensten[naam].app.openapi()["paths"]
    for rij in (rij for rij in DICHT if rij.dienst == naam and rij.pad.startswith("/v1/")):
        methode, pad = endpoint(diensten[naam], rij) or ("", "")
        scopes = [] if rij.scope == ELKE else [rij.scope]
        assert paths[pad.removeprefix("/v1")][methode.lower()]["security"] == [{"sleutel": scopes}], str(rij)


def test_docs_access_md_has_every_endpoint_with_its_scope(diensten: Diensten) -> None:
    endpoints: dict[tuple[str, str, str], set[str]] = {}
    for rij in RIJEN:
        methode, pad = endpoint(diensten[rij.dienst], rij) or ("", "")
        endpoints.setdefault((pad, methode, rij.scope), set()).add(rij.dienst)
    lines = [
        f"| `{methode} {pad}` | {scope} | {'both' if len(namen) == 2 else min(namen)} |"
        for (pad, methode, scope), namen in sorted(endpoints.items())
    ]

    section = DOCS.read_text(encoding="utf-8").partition("## Endpoints")[2].partition("\n## ")[0]
    assert [line for line in section.splitlines() if line.startswith("| `")] == lines


# --- who gets what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rij", RIJEN, ids=str)
def test_every_caller_gets_what_the_table_says(diensten: Diensten, rij: Rij) -> None:
    bemand = diensten[rij.dienst]
    replies = {naam: bemand.vraag(rij, bemand.sleutels[naam]) for naam in BEROEPEN}

    wrong = {naam: seen(reply) for naam, reply in replies.items() if not fits(rij.verwacht[naam], reply)}
    assert wrong == {}, rij.verwacht


@pytest.mark.parametrize("rij", DICHT, ids=str)
def test_nobody_gets_in_without_a_key_that_is_good(diensten: Diensten, rij: Rij) -> None:
    bemand = diensten[rij.dienst]
    wie = wie_mag(rij)
    verlopen = bemand.sleutel(wie, vervalt=bemand.dienst.nu() - timedelta(microseconds=1))

    for sleutel in (None, "bh_onbekend", verlopen, bemand.ingetrokken(wie)):
        assert problem(bemand.vraag(rij, sleutel)) == (401, "/problemen/niet-ingelogd"), sleutel


@pytest.mark.parametrize("rij", MET_SCOPE, ids=str)
def test_a_key_without_the_scope_is_refused_and_one_with_it_alone_is_not(diensten: Diensten, rij: Rij) -> None:
    bemand, wie = diensten[rij.dienst], wie_mag(rij)
    andere = SCOPES_VAN[access_matrix.PARTIJEN[wie].soort] - {rij.scope}

    zonder = bemand.vraag(rij, bemand.sleutel(wie, scopes=andere))
    assert problem(zonder) == (403, "/problemen/scope-ontbreekt")
    assert f'error="insufficient_scope", scope="{rij.scope}"' in zonder.headers["WWW-Authenticate"]
    assert fits(rij.verwacht[wie], bemand.vraag(rij, bemand.sleutel(wie, scopes=[rij.scope])))


def wie_mag(rij: Rij) -> str:
    """A party that the table lets in; the operator for what only the other service may."""
    return next((naam for naam in access_matrix.PARTIJEN if rij.verwacht[naam] != "403"), "beheer")


# --- what is left in the trail ---------------------------------------------------------------------------------------


def refusals(bemand: Bemand) -> list[tuple[Any, ...]]:
    a = tables.audit.c
    with bemand.dienst.database.read() as conn:
        rows = conn.execute(select(a.partij, a.actie, a.oorzaak, a.detail).order_by(a.nr))
        return [tuple(row) for row in rows]


def vraag(bemand: Bemand, verzoek: str, sleutel: str | None) -> Response:
    reply: Response = bemand.vraag(Rij(bemand.dienst.naam, ELKE, verzoek, {}), sleutel)
    return reply


def test_every_refusal_of_the_table_is_in_the_trail(diensten: Diensten) -> None:
    """403 is 403 wherever it was decided; one refusal is one row."""
    for rij in DICHT:
        bemand = diensten[rij.dienst]
        for naam in (naam for naam in BEROEPEN if rij.verwacht[naam] == "403"):
            before = len(refusals(bemand))
            bemand.vraag(rij, bemand.sleutels[naam])
            [(partij, actie, oorzaak, _)] = refusals(bemand)[before:]
            code = "dienst" if naam == DIENST else access_matrix.PARTIJEN[naam].code
            assert (partij, bool(actie)) == (code, True), f"{rij} {naam}"
            assert oorzaak in ("niet-namens", "niet-toegestaan", "scope-ontbreekt"), f"{rij} {naam}"


def test_the_trail_tells_whose_rows_were_asked_for(diensten: Diensten) -> None:
    bemand = diensten["declaration"]
    vraag(bemand, "GET /v1/betaalbaar?gemeente=0503", bemand.sleutels["rijswijk"])

    assert refusals(bemand)[-1] == ("0603", "getBetaalbaar", "niet-namens", "gemeente 0503")


def test_the_trail_tells_what_a_key_lacked(diensten: Diensten) -> None:
    bemand = diensten["declaration"]
    vraag(bemand, "GET /v1/verzilvering", bemand.sleutel("delft", scopes=["send"]))

    assert refusals(bemand)[-1] == ("0503", "getVerzilvering", "scope-ontbreekt", None)


@pytest.mark.parametrize(("hoe", "oorzaak"), [("verlopen", "sleutel-verlopen"), ("in", "sleutel-ingetrokken")])
def test_a_key_that_was_good_once_is_in_the_trail(diensten: Diensten, hoe: str, oorzaak: str) -> None:
    bemand = diensten["allocation"]
    sleutel = bemand.ingetrokken("een") if hoe == "in" else bemand.sleutel("een", vervalt=bemand.dienst.nu())
    vraag(bemand, "GET /v1/postbus", sleutel)

    assert refusals(bemand)[-1] == ("75000001", "getPostbus", oorzaak, None)


def test_unknown_keys_are_counted_and_leave_no_row(diensten: Diensten) -> None:
    bemand = diensten["allocation"]
    before = len(refusals(bemand)), unknown(bemand)
    for _ in range(3):
        vraag(bemand, "GET /v1/postbus", "bh_onbekend")
    vraag(bemand, "GET /v1/postbus", None)

    assert (len(refusals(bemand)), unknown(bemand)) == (before[0], before[1] + 3)


def unknown(bemand: Bemand) -> float:
    registry = bemand.app.state.waarneming.registry
    labels = {"dienst": bemand.dienst.naam, "oorzaak": "sleutel-onbekend"}
    return float(registry.get_sample_value("berichtenhub_niet_ingelogd_total", labels) or 0)


# --- what a list without a code holds --------------------------------------------------------------------------------


def test_an_operator_without_admin_sees_what_the_region_sees(diensten: Diensten) -> None:
    bemand = diensten["declaration"]
    sleutel = bemand.sleutel("beheer", scopes=["read", "report"])

    assert seen(vraag(bemand, "GET /v1/berichten", sleutel)) == "200 0"
    assert problem(vraag(bemand, "GET /v1/journaal", sleutel)) == (403, "/problemen/niet-namens")
    assert vraag(bemand, "GET /v1/verzilvering", sleutel).json()["items"][0]["toegewezen"] is None


def test_the_table_finds_what_it_looks_for(diensten: Diensten) -> None:
    """An empty database would pass many a row."""
    for bemand in diensten.values():
        with bemand.dienst.database.read() as conn:
            assert conn.execute(select(func.count()).select_from(tables.bericht)).scalar_one() == 2
