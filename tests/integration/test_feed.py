"""The copy of the toewijzingen and the A it books: in order, with its position; refused and shortened is reversed."""

from datetime import date
from pathlib import Path

import httpx
import pytest
from declaration_hub import CONTRACTEN, Hub, make_hub

from builders import bsn, prestatie, wmo323
from services.declaration import tables
from services.declaration.feed import Onbereikbaar, feed_stand, http_bron, pull
from services.kernel import tables as kernel

# Thirteen periods of four weeks from 30 December 2024; the broken last week of the year belongs to the next.
PERIODES_2025 = [*(f"2025-P{nummer:02d}" for nummer in range(1, 14)), "2026-P01"]


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    return make_hub(tmp_path)


def test_a_pull_books_what_is_allocated(hub: Hub) -> None:
    hub.toewijs(einddatum="2025-03-23")

    assert pull(hub.dienst, hub.bron) == 1

    assert hub.toegewezen() == {"2025-P01": 48000, "2025-P02": 48000, "2025-P03": 48000}
    row = hub.rows(tables.journaal)[0]
    assert (row.van, row.naar, row.besluit, row.productcode) == ("begroting", "verplicht", "FICTIEF 2023", "SPF3")
    assert row.bekend_op == date(2025, 2, 10)


def test_the_position_moves_with_the_rows(hub: Hub) -> None:
    assert pull(hub.dienst, hub.bron) is None
    for nummer in range(1001, 1004):
        hub.toewijs(nummer=nummer)

    assert pull(hub.dienst, hub.bron) == 3
    assert feed_stand(hub.dienst) == 3
    assert pull(hub.dienst, hub.bron) == 3
    assert hub.count(tables.toewijzing) == 3


def test_a_feed_of_many_pages_is_read_to_its_end(hub: Hub) -> None:
    for nummer in range(1001, 2102):
        hub.toewijs(nummer=nummer, einddatum="2025-01-05")

    assert pull(hub.dienst, hub.bron) == 1101
    assert hub.toegewezen() == {"2025-P01": 1101 * 12000}


def test_a_pull_that_breaks_off_keeps_the_pages_it_had(hub: Hub) -> None:
    for nummer in range(1001, 1601):
        hub.toewijs(nummer=nummer, einddatum="2025-01-05")

    def breekt_af(na: int, limit: int) -> list[dict[str, object]]:
        if na:
            raise Onbereikbaar
        return hub.bron(na, limit)

    with pytest.raises(Onbereikbaar):
        pull(hub.dienst, breekt_af)
    assert feed_stand(hub.dienst) == 500
    assert pull(hub.dienst, hub.bron) == 600
    assert hub.toegewezen() == {"2025-P01": 600 * 12000}


def test_the_last_row_about_a_number_is_its_version(hub: Hub) -> None:
    hub.toewijs(volume=2, einddatum="2025-01-26")
    hub.toewijs(volume=1, einddatum="2025-01-26")

    pull(hub.dienst, hub.bron)

    assert hub.toegewezen() == {"2025-P01": 48000}
    assert hub.count(tables.journaal) == 1


def test_a_shortened_toewijzing_gives_the_rest_back(hub: Hub) -> None:
    hub.toewijs()
    pull(hub.dienst, hub.bron)
    before = hub.toegewezen()
    hub.toewijs(einddatum="2025-02-09", redenWijziging="12")

    pull(hub.dienst, hub.bron)

    assert list(before) == PERIODES_2025
    assert hub.toegewezen() == {"2025-P01": 48000, "2025-P02": 24000}


@pytest.mark.parametrize(
    "gone",
    [
        pytest.param({"status": "vervallen"}, id="refused by a 302"),
        pytest.param({"einddatum": "2025-01-01", "redenWijziging": "13"}, id="removed"),
    ],
)
def test_what_is_refused_or_removed_is_reversed(hub: Hub, gone: dict[str, str]) -> None:
    hub.toewijs()
    pull(hub.dienst, hub.bron)
    rows = hub.count(tables.journaal)
    hub.toewijs(**gone)

    pull(hub.dienst, hub.bron)

    assert hub.toegewezen() == {}
    assert hub.count(tables.journaal) == 2 * rows


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param({}, "9338", id="refused by a 302"),
        pytest.param({"einddatum": "2025-01-01", "redenWijziging": "13"}, "9384", id="removed"),
    ],
)
def test_TR384_what_was_removed_is_no_unknown_number(hub: Hub, content: dict[str, str], code: str) -> None:
    """Allocation calls both vervallen; only the content tells them apart."""
    hub.toewijs()
    hub.toewijs(status="vervallen", **content)

    outcome = hub.post(wmo323(prestatie(begin="2025-01-01", eind="2025-01-01", volume=1)))

    assert code in [b.retourcode for b in outcome.bevindingen]


def test_an_earlier_version_that_is_actual_again_is_booked_again(hub: Hub) -> None:
    hub.toewijs(einddatum="2025-01-26")
    hub.toewijs(einddatum="2025-01-26", volume=2)
    pull(hub.dienst, hub.bron)
    hub.toewijs(einddatum="2025-01-26", volume=1)

    pull(hub.dienst, hub.bron)

    assert hub.toegewezen() == {"2025-P01": 48000}


def test_a_number_that_moves_to_another_aanbieder_takes_its_money_along(hub: Hub) -> None:
    hub.toewijs(einddatum="2025-01-26")
    pull(hub.dienst, hub.bron)
    hub.toewijs(einddatum="2025-01-26", aanbieder="75000002")

    pull(hub.dienst, hub.bron)

    saldo = {"75000001": 0, "75000002": 0}
    for row in hub.rows(tables.journaal):
        saldo[row.aanbieder] += row.bedrag if row.naar == "verplicht" else -row.bedrag
    assert saldo == {"75000001": 0, "75000002": 48000}


def test_awards_on_a_toewijzing_that_is_refused_are_listed(hub: Hub) -> None:
    hub.toewijs()
    hub.post(wmo323())
    hub.toewijs(status="vervallen")

    pull(hub.dienst, hub.bron)

    signaal = hub.rows(tables.signaal)[0]
    assert (signaal.soort, signaal.prestatie, signaal.bedrag) == ("declaratie-zonder-grondslag", 1, 48000)
    # D stands until it is credited.
    assert hub.gedeclareerd() == {"2025-P01": 48000}


def test_awards_after_a_new_einddatum_are_listed_and_earlier_ones_are_not(hub: Hub) -> None:
    hub.toewijs()
    hub.post(wmo323())
    for einddatum, soorten in (("2025-01-31", []), ("2025-01-30", ["declaratie-zonder-grondslag"])):
        hub.toewijs(einddatum=einddatum)
        pull(hub.dienst, hub.bron)
        assert [row.soort for row in hub.rows(tables.signaal)] == soorten


def test_a_toewijzing_without_tariff_is_listed_and_not_counted_as_nothing(hub: Hub) -> None:
    hub.toewijs(code="FIN2", einddatum="2025-01-26")

    pull(hub.dienst, hub.bron)

    assert hub.toegewezen() == {}
    assert {row.soort for row in hub.rows(tables.signaal)} == {"ontbrekend-tarief", "geen-contract"}


def test_a_toewijzing_in_another_form_than_the_contract_is_listed(hub: Hub) -> None:
    hub.toewijs(eenheid="83", volume=12000)

    pull(hub.dienst, hub.bron)

    assert [row.soort for row in hub.rows(tables.signaal)] == ["afwijkende-vorm"]


def test_an_open_ended_toewijzing_runs_to_the_end_of_the_contract_or_the_table(hub: Hub) -> None:
    hub.toewijs(einddatum=None)

    pull(hub.dienst, hub.bron)

    # The table ends with 2027-P13, the contract a year later.
    assert min(hub.toegewezen()) == "2025-P01"
    assert max(hub.toegewezen()) == "2027-P13"


def test_no_bsn_comes_along(hub: Hub) -> None:
    hub.toewijs()
    hub.toewijs(nummer=1002, bsnHash=hub.hash(bsn(2)))

    pull(hub.dienst, hub.bron)

    assert [row.bsn for row in hub.rows(kernel.client)] == [None, None]


def test_a_client_of_the_feed_is_the_client_of_the_declaration(hub: Hub) -> None:
    hub.toewijs(bsnHash=hub.hash(bsn(2)))

    uitkomst = hub.post(wmo323(prestatie()))

    assert [bevinding.retourcode for bevinding in uitkomst.bevindingen] == ["8187"]


# --- over HTTP -------------------------------------------------------------------------------------------------------


def test_a_service_that_is_not_there_is_onbereikbaar() -> None:
    bron = http_bron("http://127.0.0.1:9", "d" * 32)

    with pytest.raises(Onbereikbaar):
        bron(0, 10)


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(503, json={"title": "bezet"}),
        httpx.Response(200, text="geen JSON"),
        httpx.Response(200, json=["geen lijst van ons"]),
    ],
)
def test_what_is_no_feed_is_onbereikbaar(monkeypatch: pytest.MonkeyPatch, reply: httpx.Response) -> None:
    _answer_with(monkeypatch, reply)

    with pytest.raises(Onbereikbaar):
        http_bron("http://allocation", "d" * 32)(0, 10)


def test_the_feed_is_asked_with_the_key_of_the_services(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _answer_with(monkeypatch, httpx.Response(200, json={"items": [{"nr": 8}], "volgende": None}))

    rows = http_bron("http://allocation:8000/allocation/", "d" * 32)(7, 10)

    assert rows == [{"nr": 8}]
    assert str(asked[0].url) == "http://allocation:8000/allocation/v1/feed?na=7&limit=10"
    assert asked[0].headers["Authorization"] == f"Bearer {'d' * 32}"


def _answer_with(monkeypatch: pytest.MonkeyPatch, reply: httpx.Response) -> list[httpx.Request]:
    """Let every client of httpx get this reply; the requests it was given."""
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return reply

    plain = httpx.Client

    def client(**settings: object) -> httpx.Client:
        return plain(transport=httpx.MockTransport(handle), **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(httpx, "Client", client)
    return asked


# --- what was known before the hub -----------------------------------------------------------------------------------


def bekend_op(hub: Hub) -> list[tuple[int, str, str]]:
    """(ToewijzingNummer, account, day) of what is booked, in order."""
    return [(row.toewijzing, row.naar, row.bekend_op.isoformat()) for row in hub.rows(tables.journaal)]


def test_what_was_known_before_the_hub_is_known_since_its_own_day(hub: Hub) -> None:
    hub.toewijs(einddatum="2025-01-26", bekendOp="2024-12-16")

    pull(hub.dienst, hub.bron)

    assert bekend_op(hub) == [(1001, "verplicht", "2024-12-16")]
    assert [row.geboekt_op for row in hub.rows(tables.journaal)] == [hub.dienst.nu()]


def test_each_version_of_before_the_hub_has_its_day_and_what_came_after_it_today(hub: Hub) -> None:
    hub.toewijs(einddatum="2025-01-26", bekendOp="2024-12-16")
    hub.toewijs(einddatum="2025-01-19", bekendOp="2025-01-08")
    hub.toewijs(einddatum="2025-01-12")

    pull(hub.dienst, hub.bron)

    assert bekend_op(hub) == [
        (1001, "verplicht", "2024-12-16"),
        (1001, "begroting", "2025-01-08"),
        (1001, "begroting", "2025-02-10"),
    ]


def test_what_is_new_beside_what_was_known_is_known_today(hub: Hub) -> None:
    hub.toewijs(einddatum="2025-01-26", bekendOp="2024-12-16")
    hub.toewijs(einddatum="2025-01-26", nummer=1002)

    pull(hub.dienst, hub.bron)

    assert bekend_op(hub) == [(1001, "verplicht", "2024-12-16"), (1002, "verplicht", "2025-02-10")]


@pytest.mark.parametrize("loads", ["one", "two"])
def test_a_period_that_goes_to_a_later_toewijzing_of_the_client_goes_on_its_day(tmp_path: Path, loads: str) -> None:
    """Under FULL the first one loses P02 when the second is known, and not before; also when both are read at once."""
    contract = "75000001,0503,SPF,2023-01-01,2028-12-31,2.3,declaratie,FULL,W"
    hub = make_hub(tmp_path, contracten=f"{CONTRACTEN.splitlines()[0]}\n{contract}\n")
    vier_weken = {"frequentie": "3", "release": "2.3"}
    hub.toewijs(einddatum="2025-02-05", bekendOp="2024-12-16", **vier_weken)
    if loads == "two":
        pull(hub.dienst, hub.bron)
    hub.toewijs(nummer=1002, ingangsdatum="2025-02-06", einddatum="2025-02-23", bekendOp="2025-01-20", **vier_weken)

    pull(hub.dienst, hub.bron)

    assert bekend_op(hub) == [
        *[(1001, "verplicht", "2024-12-16")] * 2,
        (1001, "begroting", "2025-01-20"),
        (1002, "verplicht", "2025-01-20"),
    ]


def test_what_was_known_before_the_hub_is_booked_by_its_days_in_whatever_order_it_is_read(tmp_path: Path) -> None:
    contract = "75000001,0503,SPF,2023-01-01,2028-12-31,2.3,declaratie,FULL,W"
    hub = make_hub(tmp_path, contracten=f"{CONTRACTEN.splitlines()[0]}\n{contract}\n")
    vier_weken = {"frequentie": "3", "release": "2.3", "einddatum": "2025-01-26"}
    hub.toewijs(nummer=1002, ingangsdatum="2025-01-13", bekendOp="2025-01-20", **vier_weken)
    hub.toewijs(nummer=1001, bekendOp="2024-12-16", **vier_weken)
    hub.toewijs(nummer=1003, ingangsdatum="2025-01-20", **vier_weken)

    pull(hub.dienst, hub.bron)

    assert sorted(bekend_op(hub), key=lambda row: row[2]) == [
        (1001, "verplicht", "2024-12-16"),
        (1001, "begroting", "2025-01-20"),
        (1002, "verplicht", "2025-01-20"),
        (1002, "begroting", "2025-02-10"),
        (1003, "verplicht", "2025-02-10"),
    ]
