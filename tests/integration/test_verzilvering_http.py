"""Closing a period, the exception lists and the files, over HTTP: who may, who sees what, and in which form."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from declaration_hub import Hub, make_hub
from fastapi.testclient import TestClient
from lxml import etree

from builders import bsn, prestatie, wmo323
from services.declaration import tables
from services.declaration.afspraken import loading
from services.declaration.api import create_app
from services.declaration.feed import pull
from services.declaration.lijsten.soorten import LIJSTEN, NIET_GEDECLAREERD
from services.kernel.toegang import parties

VANDAAG = date(2025, 6, 2)
AFSLUITING = "/v1/perioden/2025-P01/afsluiting"


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """On 2 June 2025, when period 1 is mature: six clients in Delft of whom one was declared for."""
    made = make_hub(tmp_path, VANDAAG)
    for n in range(6):
        made.toewijs(nummer=1001 + n, bsnHash=made.hash(bsn(1 + n)), einddatum="2025-02-23")
    made.post(wmo323(prestatie(eind="2025-01-31"), dagtekening="2025-05-30"))
    return made


@pytest.fixture
def http(hub: Hub) -> Iterator[TestClient]:
    with TestClient(create_app(hub.dienst, hub.bron)) as client:
        yield client


@pytest.fixture
def als(hub: Hub) -> dict[str, dict[str, str]]:
    """Per party the header with its key."""
    with hub.dienst.database.write() as conn:
        codes = [partij.code for partij in parties.lijst(conn)]
        return {
            code: {"Authorization": f"Bearer {parties.nieuwe_sleutel(conn, code, hub.dienst.nu())}"} for code in codes
        }


Als = dict[str, dict[str, str]]


# --- closing ---------------------------------------------------------------------------------------------------------


def close(http: TestClient, headers: dict[str, str], pad: str = AFSLUITING, **body: Any) -> httpx.Response:
    return http.post(pad, json={"besluit": "B 118", **body}, headers=headers)


def test_a_gemeente_closes_its_own_period_for_good(http: TestClient, als: Als) -> None:
    reply = close(http, als["0503"])

    assert reply.status_code == 201
    assert reply.json() == {
        "gemeente": "0503",
        "periode": "2025-P01",
        "besluit": "B 118",
        "door": "0503",
        "moment": "2025-06-02T08:00:00+00:00",
    }
    again = close(http, als["0503"])
    assert (again.status_code, again.json()["type"]) == (409, "/problemen/niet-af-te-sluiten")
    assert http.get(AFSLUITING, headers=als["H5"]).json()["items"] == [reply.json()]


def test_the_operator_closes_for_a_gemeente_that_it_names(http: TestClient, als: Als) -> None:
    assert close(http, als["beheer"]).status_code == 400
    assert close(http, als["beheer"], gemeente="0603").json()["door"] == "beheer"


@pytest.mark.parametrize("wie", ["75000001", "H5"])
def test_nobody_else_closes(http: TestClient, als: Als, wie: str) -> None:
    assert close(http, als[wie]).status_code == 403
    assert close(http, als["0603"], gemeente="0503").status_code == 403


@pytest.mark.parametrize("periode", ["2025-P06", "2031-P01"])
def test_a_period_that_runs_or_is_unknown_is_not_closed(http: TestClient, als: Als, periode: str) -> None:
    assert close(http, als["0503"], f"/v1/perioden/{periode}/afsluiting").status_code == 409


@pytest.mark.parametrize("besluit", ["", "   ", "a\x00b", "B\n118", "x" * 201])
def test_a_closing_needs_a_besluit_that_can_be_read(http: TestClient, als: Als, besluit: str) -> None:
    assert close(http, als["0503"], besluit=besluit).status_code == 400
    assert close(http, als["0503"], besluit=" B 118 ").json()["besluit"] == "B 118"


def test_a_closing_cannot_be_undone(hub: Hub, http: TestClient, als: Als) -> None:
    close(http, als["0503"])
    for change in ("UPDATE afsluiting SET besluit = 'x'", "DELETE FROM afsluiting"):
        with pytest.raises(Exception, match="append-only"), hub.dienst.database.write() as conn:
            conn.exec_driver_sql(change)


def test_a_row_is_closed_only_when_all_its_periods_are(http: TestClient, als: Als) -> None:
    close(http, als["0503"])
    per = http.get("/v1/verzilvering?groepeer=periode", headers=als["0503"]).json()["items"]
    assert [row["rijpheid"] for row in per[:2]] == ["afgesloten", "rijp"]
    (whole,) = http.get("/v1/verzilvering", headers=als["0503"]).json()["items"]
    assert whole["rijpheid"] == "rijp"
    (closed,) = http.get("/v1/verzilvering?rijpheid=afgesloten", headers=als["0503"]).json()["items"]
    assert (closed["rijpheid"], closed["toegewezen"]) == ("afgesloten", 6 * 48000)


def test_bevroren_and_peildatum_are_two_views_and_not_one(http: TestClient, als: Als) -> None:
    reply = http.get("/v1/verzilvering?bevroren=true&peildatum=2025-06-01", headers=als["0503"])
    assert reply.status_code == 400


# --- what stands beside a row ----------------------------------------------------------------------------------------


def test_what_was_not_asked_for_is_not_in_a_row(http: TestClient, als: Als) -> None:
    (row,) = http.get("/v1/verzilvering", headers=als["0503"]).json()["items"]
    assert len(row) == 18
    (more,) = http.get(
        "/v1/verzilvering?met=volledig,bevroren,ingediend,herstelactie&groepeer=cluster,cohort", headers=als["0503"]
    ).json()["items"]
    assert (more["cluster"], more["cohort"]) == ("begeleiding", None)
    # January claims 5 Sundays' weeks less the first days: four weeks in period 1, none beyond.
    assert more["volledig"]["aantalVolledig"] == 1
    assert more["herstelactie"] is None
    assert more["ingediend"]["ingediend"] == more["gedeclareerd"]
    assert more["bevroren"]["toegewezen"] == more["toegewezen"]


def test_a_cohort_is_read_from_what_the_gemeente_knows_of_a_toewijzing(hub: Hub, http: TestClient, als: Als) -> None:
    with hub.dienst.database.write() as conn:
        conn.execute(tables.kenmerk.insert().values(gemeente="0503", domein="wmo", nummer=1001, cohort="oud"))
    found = http.get("/v1/verzilvering?groepeer=cohort", headers=als["0503"]).json()["items"]
    assert [(row["cohort"], row["clienten"]) for row in found] == [("oud", 1), (None, 5)]


def test_the_region_gets_no_claims_beside_its_rows(http: TestClient, als: Als) -> None:
    (row,) = http.get("/v1/verzilvering?met=ingediend,volledig", headers=als["H5"]).json()["items"]
    assert row["clienten"] == 6
    assert row["ingediend"] is None
    assert row["volledig"]["aantalVolledig"] == 1


# --- lists -----------------------------------------------------------------------------------------------------------


def lijst(http: TestClient, headers: dict[str, str], naam: str, **query: Any) -> dict[str, Any]:
    reply = http.get(f"/v1/lijsten/{naam}", params=query, headers=headers)
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()
    return body


def test_every_list_says_what_is_on_it_and_what_to_do(http: TestClient, als: Als) -> None:
    items = http.get("/v1/lijsten", headers=als["0503"]).json()["items"]
    assert [item["lijst"] for item in items] == list(LIJSTEN)
    for item in items:
        body = lijst(http, als["0503"], item["lijst"])
        assert body["definitie"] == item["definitie"]
        assert body["watTeDoen"]


@pytest.mark.parametrize("query", [{}, {"gemeente": "0503"}, {"aanbieder": "75000001"}])
@pytest.mark.parametrize("wie", ["0503", "75000001", "beheer"])
def test_all_lists_are_counted_as_each_is_by_itself(
    http: TestClient, als: Als, wie: str, query: dict[str, str]
) -> None:
    reply = http.get("/v1/lijsten", params={"met": "aantal", **query}, headers=als[wie])
    items = reply.json().get("items", [])
    per_lijst = [http.get(f"/v1/lijsten/{naam}", params=query, headers=als[wie]) for naam in LIJSTEN]
    assert {reply.status_code} == {each.status_code for each in per_lijst}
    assert [(each["aantal"], each["verborgen"]) for each in items] == [
        (each.json()["aantal"], 0) for each in per_lijst if each.is_success
    ]


def test_the_region_counts_what_it_may_see_and_is_told_of_what_it_may_not(http: TestClient, als: Als) -> None:
    items = http.get("/v1/lijsten?met=aantal", headers=als["H5"]).json()["items"]
    geteld = {each["lijst"]: (each["aantal"], each["verborgen"]) for each in items}
    (niet,) = lijst(http, als["H5"], NIET_GEDECLAREERD)["items"]
    assert geteld[NIET_GEDECLAREERD] == (niet["aantal"], 0) == (5, 0)
    een = http.get("/v1/lijsten?met=aantal&aanbieder=75000002", headers=als["H5"]).json()["items"]
    assert {(each["aantal"], each["verborgen"]) for each in een} == {(0, 0)}


def test_without_the_scope_read_lists_have_a_name_and_no_count(hub: Hub, http: TestClient) -> None:
    with hub.dienst.database.write() as conn:
        sleutel = parties.nieuwe_sleutel(conn, "0503", hub.dienst.nu(), scopes=["send"])
    headers = {"Authorization": f"Bearer {sleutel}"}
    assert "aantal" not in http.get("/v1/lijsten", headers=headers).json()["items"][0]
    assert http.get("/v1/lijsten?met=aantal", headers=headers).status_code == 403


def test_an_unknown_list_is_404(http: TestClient, als: Als) -> None:
    assert http.get("/v1/lijsten/alles", headers=als["0503"]).status_code == 404


def test_two_mature_periods_without_a_claim_are_listed_and_one_is_not(hub: Hub, http: TestClient, als: Als) -> None:
    hub.toewijs(nummer=1010, bsnHash=hub.hash(bsn(10)), einddatum="2025-01-26")
    body = lijst(http, als["0503"], "niet-gedeclareerd")

    # Of 1001 period 1 was claimed; 1010 has one period.
    assert [item["toewijzing"] for item in body["items"]] == [1002, 1003, 1004, 1005, 1006]
    assert body["items"][0] == {
        "gemeente": "0503",
        "aanbieder": "75000001",
        "domein": "wmo",
        "toewijzing": 1002,
        "periode": "2025-P01",
        "prestatie": None,
        "bedrag": 96000,
        "tekst": "Niets ingediend in 2 rijpe perioden.",
    }


def test_a_list_comes_in_pages(http: TestClient, als: Als) -> None:
    first = lijst(http, als["0503"], "niet-gedeclareerd", limit=3)
    rest = lijst(http, als["0503"], "niet-gedeclareerd", limit=3, na=first["volgende"])
    assert (len(first["items"]), first["volgende"], len(rest["items"]), rest["volgende"]) == (3, 3, 2, None)
    assert first["aantal"] == 5


def test_who_is_not_concerned_sees_no_cases_and_the_region_only_how_many(http: TestClient, als: Als) -> None:
    assert lijst(http, als["0603"], "niet-gedeclareerd")["items"] == []
    assert lijst(http, als["75000002"], "niet-gedeclareerd")["items"] == []
    assert len(lijst(http, als["75000001"], "niet-gedeclareerd")["items"]) == 5
    body = lijst(http, als["H5"], "niet-gedeclareerd")
    assert (body["items"], body["aantal"]) == ([{"gemeente": "0503", "aantal": 5}], None)


def test_a_number_about_fewer_than_five_clients_is_not_told_to_the_region(hub: Hub, http: TestClient, als: Als) -> None:
    hub.toewijs(nummer=1002, bsnHash=hub.hash(bsn(2)), einddatum="2025-01-26", toewijzingstijd="11:00:00")
    assert lijst(http, als["H5"], "niet-gedeclareerd")["items"] == [{"gemeente": "0503", "aantal": None}]


def test_what_ends_within_eight_weeks_is_listed(hub: Hub, http: TestClient, als: Als) -> None:
    for nummer, eind in ((1020, "2025-06-01"), (1021, "2025-06-02"), (1022, "2025-07-28"), (1023, "2025-07-29")):
        hub.toewijs(nummer=nummer, bsnHash=hub.hash(bsn(20)), einddatum=eind)
    items = lijst(http, als["0503"], "loopt-af")["items"]
    assert [(item["toewijzing"], item["tekst"]) for item in items] == [
        (1021, "Eindigt op 2-6-2025."),
        (1022, "Eindigt op 28-7-2025."),
    ]


def test_a_grant_in_euros_that_is_not_the_tariff_is_listed(hub: Hub, http: TestClient, als: Als) -> None:
    hub.toewijs(nummer=1030, bsnHash=hub.hash(bsn(30)), eenheid="83", volume=12100)
    hub.toewijs(nummer=1031, bsnHash=hub.hash(bsn(31)), eenheid="83", volume=12000)
    (item,) = lijst(http, als["0503"], "afwijkend-tarief")["items"]
    assert (item["toewijzing"], item["bedrag"]) == (1030, 100)
    assert item["tekst"] == "Toegekend 121,00, volgens het tarief 120,00, vanaf 2025-P01."


# --- files -----------------------------------------------------------------------------------------------------------


def test_the_accept_header_asks_for_a_file(http: TestClient, als: Als) -> None:
    reply = http.get("/v1/verzilvering", headers=als["0503"] | {"Accept": "text/csv"})

    assert reply.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    kop, rij = reply.content.decode("utf-8-sig").splitlines()
    assert kop.startswith("Gemeente;Toegewezen bedrag;Gedeclareerd bedrag;Open;Verzilveringspercentage")
    assert rij.startswith("0503;5760,00;")


@pytest.mark.parametrize("pad", ["verzilvering?groepeer=periode,cohort&met=bevroren,ingediend", "lijsten/loopt-af"])
def test_formaat_asks_for_a_file_too(http: TestClient, als: Als, pad: str) -> None:
    deel = "&" if "?" in pad else "?"
    for formaat, begin in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        reply = http.get(f"/v1/{pad}{deel}formaat={formaat}", headers=als["0503"])
        assert reply.content.startswith(begin)
        assert f'.{formaat}"' in reply.headers["content-disposition"]
    assert http.get(f"/v1/{pad}{deel}formaat=json", headers=als["0503"]).json()["volgende"] is None


@pytest.mark.parametrize(
    "pad", ["verzilvering", "lijsten/loopt-af", "verzilvering/toewijzingen", "betaalbaar", "betaalbaar/totalen"]
)
def test_a_file_says_FICTIEF_until_no_example_tariff_is_left(hub: Hub, http: TestClient, als: Als, pad: str) -> None:
    naam = pad.removeprefix("lijsten/").removeprefix("verzilvering/").replace("/", "-")

    def file(formaat: str) -> httpx.Response:
        return http.get(f"/v1/{pad}?formaat={formaat}", headers=als["0503"])

    fictief = file("csv")
    assert fictief.headers["content-disposition"] == f'attachment; filename="FICTIEF-{naam}.csv"'
    assert sheet(file("xlsx")) == f"FICTIEF-{naam}"
    with hub.dienst.database.write() as conn:
        conn.execute(tables.tarief.update().values(besluit="Collegebesluit 2025"))
    echt = file("csv")
    assert echt.headers["content-disposition"] == f'attachment; filename="{naam}.csv"'
    assert sheet(file("xlsx")) == naam
    # Who reads columns finds the same ones.
    assert echt.content == fictief.content


def sheet(reply: httpx.Response) -> str:
    """The title of the one sheet of a workbook."""
    with zipfile.ZipFile(io.BytesIO(reply.content)) as archive:
        (found,) = etree.fromstring(archive.read("xl/workbook.xml")).iter("{*}sheet")
    return str(found.get("name"))


def test_json_comes_first_where_it_is_named_first(http: TestClient, als: Als) -> None:
    reply = http.get("/v1/verzilvering", headers=als["0503"] | {"Accept": "application/json, text/csv"})
    assert reply.json()["items"]


def test_a_list_as_a_file_is_whole_and_has_amounts_in_euro(http: TestClient, als: Als) -> None:
    reply = http.get("/v1/lijsten/niet-gedeclareerd?formaat=csv&limit=1", headers=als["0503"])
    regels = reply.content.decode("utf-8-sig").splitlines()
    assert len(regels) == 6
    assert regels[1] == "0503;75000001;wmo;1002;2025-P01;;960,00;Niets ingediend in 2 rijpe perioden."


def test_a_besluit_that_looks_like_a_formula_does_not_run(hub: Hub, http: TestClient, als: Als) -> None:
    pull(hub.dienst, hub.bron)
    kop = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit"
    with hub.dienst.database.write() as conn:
        loading.laad_tarieven(conn, f"{kop}\n0503,,SPF3,2025-01-01,2025-12-31,528.00,,2025-06-01,=1+1\n", hub.moment)
    reply = http.get("/v1/verzilvering?met=herstelactie&formaat=csv", headers=als["0503"])
    assert ";'=1+1" in reply.text
