"""Contracts, signalen, herstel and kenmerken: what is loaded, who sees what, and what never changes a cent."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from declaration_hub import CONTRACTEN, Hub, make_hub
from fastapi.testclient import TestClient

from builders import bsn, prestatie, wmo323
from services.declaration import tables
from services.declaration.afspraken import loading
from services.declaration.afspraken.kenmerken import laad_kenmerken
from services.declaration.afspraken.subcontractors import laad_onderaannemers
from services.declaration.api import create_app
from services.declaration.feed import pull
from services.kernel.loading import Laadfout
from services.kernel.toegang import parties

KOP = "aanbieder,gemeente,resultaatgebied,van,tot,release,vorm,gebroken,mapping"
SPF = "75000001,0503,SPF,2023-01-01,2028-12-31,3.2,declaratie,WEEK,W"


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    made = make_hub(tmp_path)
    made.toewijs()
    made.toewijs(gemeente="0603")
    pull(made.dienst, made.bron)
    return made


@pytest.fixture
def sleutels(hub: Hub) -> dict[str, str]:
    with hub.dienst.database.write() as conn:
        codes = [partij.code for partij in parties.lijst(conn)]
        return {code: parties.nieuwe_sleutel(conn, code, hub.dienst.nu()) for code in codes}


@pytest.fixture
def http(hub: Hub, sleutels: dict[str, str]) -> Iterator[Any]:
    with TestClient(create_app(hub.dienst, hub.bron)) as client:

        def ask(method: str, path: str, als: str, **request: Any) -> Any:
            headers = {"Authorization": f"Bearer {sleutels[als]}", **request.pop("headers", {})}
            return client.request(method, f"/v1/{path}", headers=headers, **request)

        yield ask


def items(reply: Any) -> list[dict[str, Any]]:
    assert reply.status_code == 200, reply.text
    return reply.json()["items"]


def laad_contracten(hub: Hub, tekst: str) -> None:
    with hub.dienst.database.write() as conn:
        loading.laad_contracten(conn, tekst, hub.moment)


# --- contracts -------------------------------------------------------------------------------------------------------


def test_a_contract_may_say_its_kind_its_options_and_its_lot(hub: Hub, http: Any) -> None:
    laad_contracten(hub, f"{KOP},soort,leveringsplicht,optie_tot,perceel\n{SPF},toetreder,ja,2030-12-31,Begeleiding\n")

    row = next(row for row in items(http("GET", "contracten", "0503")) if row["resultaatgebied"] == "SPF")
    assert (row["soort"], row["leveringsplicht"], row["optieTot"], row["perceel"]) == (
        *("toetreder", True, "2030-12-31", "Begeleiding"),
    )


def test_an_older_file_leaves_what_it_does_not_say(hub: Hub) -> None:
    laad_contracten(hub, f"{KOP},soort,leveringsplicht\n{SPF},lokaal,ja\n")

    laad_contracten(hub, CONTRACTEN)

    row = next(row for row in hub.rows(tables.contract) if (row.aanbieder, row.resultaatgebied) == ("75000001", "SPF"))
    assert (row.soort, row.leveringsplicht) == ("lokaal", True)


def test_without_these_columns_a_contract_is_regional_without_obligation(http: Any) -> None:
    row = items(http("GET", "contracten", "75000002"))[0]

    assert (row["soort"], row["leveringsplicht"], row["optieTot"], row["eindigtBinnenkort"]) == (
        *("regionaal", False, None, False),
    )


def test_a_gemeente_and_an_aanbieder_see_their_own_contracts_and_the_region_all(http: Any) -> None:
    assert {row["gemeente"] for row in items(http("GET", "contracten", "0603"))} == {"0603"}
    assert {row["aanbieder"] for row in items(http("GET", "contracten", "75000002"))} == {"75000002"}
    assert len(items(http("GET", "contracten", "H5"))) == 5


@pytest.mark.parametrize(("tot", "binnenkort"), [("2025-08-12", True), ("2025-08-13", False), ("2025-02-09", False)])
def test_a_contract_that_ends_within_half_a_year_is_marked(hub: Hub, http: Any, tot: str, binnenkort: bool) -> None:
    laad_contracten(hub, f"{KOP}\n{SPF.replace('2028-12-31', tot)}\n")

    rows = items(http("GET", "contracten", "0503", params={"aanbieder": "75000001"}))
    assert {row["eindigtBinnenkort"] for row in rows if row["tot"] == tot} == {binnenkort}


def test_pages_of_contracts_follow_each_other(http: Any) -> None:
    first = http("GET", "contracten", "beheer", params={"limit": 3}).json()
    rest = http("GET", "contracten", "beheer", params={"na": first["volgende"]}).json()

    assert (first["volgende"], len(rest["items"]), rest["volgende"]) == (3, 2, None)


def test_an_unknown_aanbieder_is_refused_with_its_row(hub: Hub) -> None:
    with pytest.raises(Laadfout, match="Rij 2, kolom aanbieder"):
        laad_contracten(hub, f"{KOP}\n{SPF.replace('75000001', '75999999')}\n")


# --- onderaannemers --------------------------------------------------------------------------------------------------

ONDER = "aanbieder,onderaannemer,gemeente,resultaatgebied,domein,toewijzing,van,tot\n"


def test_a_subcontractor_is_an_attribute_of_a_lot_or_of_one_toewijzing(hub: Hub, http: Any) -> None:
    voor = hub.rows(tables.journaal)
    with hub.dienst.database.write() as conn:
        laad_onderaannemers(
            conn,
            f"{ONDER}75000001,75000009,0503,SPF,,,2025-01-01,\n75000001,75000008,0503,,wmo,1001,2025-01-01,2025-06-30\n",
        )

    rows = items(http("GET", "onderaannemers", "75000001"))
    assert [(row["onderaannemer"], row["resultaatgebied"], row["toewijzing"]) for row in rows] == [
        ("75000009", "SPF", None),
        ("75000008", None, 1001),
    ]
    assert items(http("GET", "onderaannemers", "0603")) == []
    assert hub.rows(tables.journaal) == voor


@pytest.mark.parametrize(
    ("rij", "zegt"),
    [
        ("75000001,75000009,0503,FIN,,,2025-01-01,", "geen contract"),
        ("75000001,75000009,0503,,wmo,9999,2025-01-01,", "deze toewijzing niet"),
        ("75000001,75000009,0503,SPF,wmo,1001,2025-01-01,", "verwacht een resultaatgebied, of"),
        ("75000001,75000009,0503,,wmo,,2025-01-01,", "verwacht een resultaatgebied, of"),
        ("75000001,75000001,0503,SPF,,,2025-01-01,", "zijn eigen onderaannemer"),
        ("75999999,75000009,0503,SPF,,,2025-01-01,", "geen aanbieder van de hub"),
    ],
)
def test_a_wrong_subcontractor_is_refused_with_its_row(hub: Hub, rij: str, zegt: str) -> None:
    with pytest.raises(Laadfout, match=f"Rij 2.*{zegt}"), hub.dienst.database.write() as conn:
        laad_onderaannemers(conn, ONDER + rij + "\n")


# --- signalen --------------------------------------------------------------------------------------------------------


def soorten(http: Any, als: str = "0503", **query: Any) -> list[str]:
    return [row["soort"] for row in items(http("GET", "signalen", als, params=query))]


def test_a_toewijzing_beyond_the_end_of_its_contract_and_options_is_listed(hub: Hub, http: Any) -> None:
    hub.toewijs(einddatum="2029-06-30", toewijzingsdatum="2025-02-01")
    pull(hub.dienst, hub.bron)
    assert soorten(http, soort="na-contracteinde") == ["na-contracteinde"]

    laad_contracten(hub, f"{KOP},optie_tot\n{SPF},2029-06-30\n")
    assert soorten(http, soort="na-contracteinde") == []


def test_a_client_who_gets_another_area_elsewhere_is_listed_at_the_aanbieder_that_lacks_it(hub: Hub, http: Any) -> None:
    assert soorten(http, soort="niet-stapelbaar") == []
    fin = {"nummer": 1002, "aanbieder": "75000002", "code": "FIN2"}
    hub.toewijs(**fin)
    pull(hub.dienst, hub.bron)

    [row] = items(http("GET", "signalen", "0503", params={"soort": "niet-stapelbaar"}))
    assert (row["aanbieder"], row["toewijzing"]) == ("75000001", 1001)
    assert row["tekst"].endswith("FIN.")

    hub.toewijs(**fin, status="vervallen", toewijzingsdatum="2025-02-02")
    pull(hub.dienst, hub.bron)
    assert soorten(http, soort="niet-stapelbaar") == []


def test_everyone_sees_his_own_signalen_and_the_region_none(hub: Hub, http: Any) -> None:
    hub.toewijs(nummer=1003, code="FIN2", bsnHash=hub.hash(bsn(3)))
    hub.toewijs(nummer=1004, code="FIN2", bsnHash=hub.hash(bsn(4)), aanbieder="75000002")
    pull(hub.dienst, hub.bron)

    assert {row["toewijzing"] for row in items(http("GET", "signalen", "0503"))} == {1003, 1004}
    assert {row["toewijzing"] for row in items(http("GET", "signalen", "75000002"))} == {1004}
    assert items(http("GET", "signalen", "0603")) == []
    assert http("GET", "signalen", "H5").status_code == 403
    assert http("GET", "signalen", "0503", params={"soort": "onzin"}).status_code == 400


# --- herstel and tarieven --------------------------------------------------------------------------------------------


@pytest.fixture
def verhoogd(hub: Hub) -> Hub:
    hub.post(wmo323(prestatie()))
    later = hub.op(date(2025, 3, 3))
    with later.dienst.database.write() as conn:
        kop = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit"
        loading.laad_tarieven(conn, f"{kop}\n0503,,SPF3,2025-01-01,,528.00,,2025-03-03,FICTIEF herstel\n", later.moment)
    return later


@pytest.mark.usefixtures("verhoogd")
def test_the_worklist_is_seen_by_the_parties_it_is_of(http: Any) -> None:
    [row] = items(http("GET", "herstel", "75000001", params={"status": "open"}))
    assert (row["oud"], row["nieuw"], row["verschil"], row["aanZet"]) == (48000, 52800, 4800, "aanbieder")
    assert (row["prestatie"], row["besluit"]) == ("P0001", "FICTIEF herstel")
    assert len(items(http("GET", "herstel", "0503"))) == 1
    assert items(http("GET", "herstel", "0603")) == items(http("GET", "herstel", "75000002")) == []
    assert http("GET", "herstel", "H5").status_code == 403


@pytest.mark.usefixtures("verhoogd")
@pytest.mark.parametrize(("peildatum", "tarief"), [("2025-03-02", 48000), ("2025-03-03", 52800)])
def test_a_peildatum_shows_the_tariff_as_it_was_known_then(http: Any, peildatum: str, tarief: int) -> None:
    query = {"productcode": "SPF3", "dag": "2025-06-01", "peildatum": peildatum}
    assert [row["tarief"] for row in items(http("GET", "tarieven", "0503", params=query))] == [tarief]


@pytest.mark.usefixtures("verhoogd")
def test_a_peildatum_shows_to_each_reader_what_he_may_see(http: Any) -> None:
    seen = {als: items(http("GET", "tarieven", als, params={"peildatum": "2025-03-03"})) for als in ("0603", "H5")}

    assert {row["gemeente"] for row in seen["0603"]} == {"0603"}
    assert {row["gemeente"] for row in seen["H5"]} == {"0503", "0603"}
    # The first stretch of SPF3 ends where the raised one begins.
    spf = [row for row in seen["H5"] if (row["gemeente"], row["productcode"]) == ("0503", "SPF3")]
    assert [(row["van"], row["tot"], row["tarief"]) for row in spf] == [
        ("2023-01-01", "2024-12-31", 48000),
        ("2025-01-01", None, 52800),
    ]


# --- kenmerken -------------------------------------------------------------------------------------------------------

UREN = {"cohort": "nieuw", "minutenPerWeek": 185, "reden": "bezwaar", "normenkader": "2023"}


def test_a_gemeente_sets_kenmerken_on_its_own_toewijzing_and_A_stays(hub: Hub, http: Any) -> None:
    voor = hub.rows(tables.journaal)

    reply = http("PUT", "kenmerken/wmo/0503/1001", "0503", json=UREN)

    assert reply.status_code == 200, reply.text
    assert reply.json() == {
        "gemeente": "0503",
        "domein": "wmo",
        "nummer": 1001,
        **UREN,
        "overgangstermijnTot": None,
        "bron": None,
        "gezetDoor": "0503",
        "gezetOp": "2025-02-10T08:00:00+00:00",
    }
    assert items(http("GET", "kenmerken", "0503", params={"cohort": "nieuw"})) == [reply.json()]
    assert hub.rows(tables.journaal) == voor


def test_what_stood_is_kept_with_who_set_it(hub: Hub, http: Any) -> None:
    for cohort in ("nieuw", "nieuw", "oud"):
        http("PUT", "kenmerken/wmo/0503/1001", "0503", json={"cohort": cohort})

    historie = hub.rows(tables.kenmerk_historie)
    assert [(row.cohort, row.gezet_door) for row in historie] == [("nieuw", "0503"), ("oud", "0503")]
    assert [row.cohort for row in hub.rows(tables.kenmerk)] == ["oud"]


@pytest.mark.parametrize(
    ("pad", "als", "status"),
    [
        ("wmo/0503/9999", "0503", 404),
        ("jeugd/0503/1001", "0503", 404),
        ("wmo/0503/1001", "0603", 403),
        ("wmo/0503/1001", "75000001", 403),
        ("wmo/0503/1001", "H5", 403),
        ("wmo/0503/1001", "beheer", 200),
        ("zorg/0503/1001", "0503", 400),
    ],
)
def test_only_the_gemeente_of_a_known_toewijzing_sets_them(http: Any, pad: str, als: str, status: int) -> None:
    assert http("PUT", f"kenmerken/{pad}", als, json={"cohort": "oud"}).status_code == status


@pytest.mark.parametrize(
    "inhoud",
    [
        {"cohort": "anders"},
        {"minutenPerWeek": 185},
        {"minutenPerWeek": -1, "reden": "verzoek", "normenkader": "2023"},
        {"reden": "bezwaar"},
        {"kleur": "blauw"},
        [],
    ],
)
def test_kenmerken_that_do_not_fit_are_400_and_not_quoted(http: Any, inhoud: Any) -> None:
    reply = http("PUT", "kenmerken/wmo/0503/1001", "0503", json=inhoud)

    assert (reply.status_code, reply.json()["type"]) == (400, "/problemen/ongeldige-invoer")
    assert not any(woord in reply.text for woord in ("anders", "blauw", "kleur"))


def test_another_media_type_is_415_and_too_much_is_413(http: Any) -> None:
    path = "kenmerken/wmo/0503/1001"
    assert http("PUT", path, "0503", content="x", headers={"Content-Type": "text/plain"}).status_code == 415
    assert http("PUT", path, "0503", json={"bron": "x" * 5000}).status_code == 413


def test_an_aanbieder_reads_the_kenmerken_of_his_own_toewijzingen(http: Any) -> None:
    http("PUT", "kenmerken/wmo/0503/1001", "0503", json={"cohort": "oud"})

    assert len(items(http("GET", "kenmerken", "75000001"))) == 1
    assert items(http("GET", "kenmerken", "75000002")) == items(http("GET", "kenmerken", "0603")) == []
    assert http("GET", "kenmerken", "H5").status_code == 403


def test_pages_of_kenmerken_follow_each_other(hub: Hub, http: Any) -> None:
    with hub.dienst.database.write() as conn:
        laad_kenmerken(
            conn, "gemeente,domein,nummer,cohort\n0503,wmo,1001,oud\n0603,wmo,1001,oud\n", "x", hub.dienst.nu()
        )

    first = http("GET", "kenmerken", "beheer", params={"limit": 1}).json()
    rest = http("GET", "kenmerken", "beheer", params={"na": first["volgende"]}).json()
    assert first["volgende"] == "0503/wmo/1001"
    assert [(row["gemeente"], rest["volgende"]) for row in rest["items"]] == [("0603", None)]


def test_a_file_of_kenmerken_leaves_the_columns_it_lacks(hub: Hub, http: Any) -> None:
    http("PUT", "kenmerken/wmo/0503/1001", "0503", json=UREN)
    with hub.dienst.database.write() as conn:
        tekst = "gemeente;domein;nummer;overgangstermijn_tot\n0503;wmo;1001;2025-06-30\n"
        assert laad_kenmerken(conn, tekst, "beheer", hub.dienst.nu()).rijen == 1

    [row] = items(http("GET", "kenmerken", "0503"))
    assert (row["minutenPerWeek"], row["overgangstermijnTot"], row["gezetDoor"]) == (185, "2025-06-30", "beheer")


@pytest.mark.parametrize(
    ("rij", "zegt"),
    [
        ("0503,wmo,9999,oud,", "Rij 2: de hub kent deze toewijzing niet"),
        ("0503,wmo,1001,midden,", "Rij 2, kolom cohort"),
        ("0503,wmo,1001,oud,\n0503,wmo,1001,nieuw,", "Rij 3: deze toewijzing staat er al"),
        ("0503,wmo,1001,,bezwaar", "Rij 2: minuten per week, reden en normenkader gaan samen"),
    ],
)
def test_a_wrong_file_of_kenmerken_is_refused_whole(hub: Hub, rij: str, zegt: str) -> None:
    with pytest.raises(Laadfout, match=zegt), hub.dienst.database.write() as conn:
        laad_kenmerken(conn, f"gemeente,domein,nummer,cohort,reden\n{rij}\n", "beheer", hub.dienst.nu())
