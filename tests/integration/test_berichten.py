"""Messages are stored once, found back, and answered the same way twice."""

import zlib
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from geheimen import ring
from kennis import NIETS
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from services.kernel import berichten, catalogue, tables
from services.kernel.berichten import Bezet, Herhaling
from services.kernel.bevinding import LIJST_MAXIMUM, Bevinding
from services.kernel.database import Database
from services.kernel.inzage.zoeken import Zoekvraag, zoek
from services.kernel.privacy.sleutelring import Onleesbaar

Bewaar = Callable[..., int]
KEY = ("WMO323", "75000001", "B1")
OTHER = "b" * 64


def bevinding(nummer: int = 1) -> Bevinding:
    return Bevinding(3, "TR308", "9308", f"/Bericht/Prestatie[{nummer}]", "ProductPeriode", 12, "Te laat.", "Kort in.")


# --- replay ----------------------------------------------------------------------------------------------------------


def test_a_new_message_was_not_seen_before(db: Database) -> None:
    with db.read() as conn:
        assert berichten.zoek_eerder(conn, *KEY, "a" * 64) is None


def test_the_same_bytes_again_get_the_first_verdict(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        bewaar_bericht(
            conn, oordeel="deels_afgekeurd", ingediend=1200, toegekend=-800, feed_nr=7, bevindingen=(bevinding(),)
        )
        eerder = berichten.zoek_eerder(conn, *KEY, "a" * 64)

    assert isinstance(eerder, Herhaling)
    assert not eerder.uitkomst.nieuw
    assert (eerder.uitkomst.ingediend, eerder.uitkomst.toegekend, eerder.uitkomst.feed_nr) == (1200, -800, 7)
    assert eerder.uitkomst.bevindingen == (bevinding(),)


def test_the_same_bytes_again_get_the_refusal_again(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        bewaar_bericht(conn, oordeel="afgekeurd", telt=False)
        eerder = berichten.zoek_eerder(conn, *KEY, "a" * 64)

    assert isinstance(eerder, Herhaling)
    assert eerder.uitkomst.oordeel == "afgekeurd"


def test_other_bytes_under_a_used_key_find_it_taken(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        nr = bewaar_bericht(conn)
        eerder = berichten.zoek_eerder(conn, *KEY, OTHER)

    assert isinstance(eerder, Bezet)
    assert eerder.eerder.nr == nr


def test_other_bytes_after_a_refusal_are_judged_as_new(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        bewaar_bericht(conn, telt=False)

        assert berichten.zoek_eerder(conn, *KEY, OTHER) is None


def test_other_bytes_refused_for_the_taken_key_are_themselves_a_replay(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        bewaar_bericht(conn)
        bewaar_bericht(conn, sha256=OTHER, telt=False, oordeel="afgekeurd")
        eerder = berichten.zoek_eerder(conn, *KEY, OTHER)

    assert isinstance(eerder, Herhaling)
    assert eerder.uitkomst.oordeel == "afgekeurd"


@pytest.mark.parametrize(
    "key", [("WMO325", "75000001", "B1"), ("WMO323", "75000002", "B1"), ("WMO323", "75000001", "b1")]
)
def test_another_key_is_another_message(db: Database, bewaar_bericht: Bewaar, key: tuple[str, str, str]) -> None:
    with db.write() as conn:
        bewaar_bericht(conn)

        assert berichten.zoek_eerder(conn, *key, "a" * 64) is None


def test_the_database_itself_refuses_a_second_message_that_counts(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        bewaar_bericht(conn)
        with pytest.raises(IntegrityError):
            bewaar_bericht(conn, sha256=OTHER)


def test_the_database_itself_refuses_the_same_bytes_twice(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        bewaar_bericht(conn, telt=False)
        with pytest.raises(IntegrityError):
            bewaar_bericht(conn, telt=False)


# --- a verdict -------------------------------------------------------------------------------------------------------


def test_a_stored_verdict_is_the_json_it_was(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        bewaar_bericht(conn, bevindingen=(bevinding(),), ingediend=100, toegekend=0)
        eerder = berichten.vind_heenbericht(conn, *KEY)
        assert eerder
        found = berichten.uitkomst_van(conn, eerder).json("/declaration")

    assert list(found) == [
        *("id", "standaard", "release", "berichtsoort", "verzender", "bestemming", "identificatie", "oordeel"),
        *("ingediend", "toegekend", "feedNr", "aantalBevindingen", "bevindingen", "retour"),
    ]
    assert list(found["bevindingen"][0]) == [
        *("niveau", "regel", "retourcode", "pad", "element", "regelnummer", "melding", "advies")
    ]


def test_at_most_a_thousand_bevindingen_are_listed_and_all_are_counted(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        bewaar_bericht(conn, bevindingen=tuple(bevinding(i) for i in range(1, LIJST_MAXIMUM + 2)))
        eerder = berichten.zoek_eerder(conn, *KEY, "a" * 64)

    assert isinstance(eerder, Herhaling)
    found = eerder.uitkomst.json("/declaration")
    assert (len(found["bevindingen"]), found["aantalBevindingen"]) == (LIJST_MAXIMUM, LIJST_MAXIMUM + 1)


def test_the_answer_is_one_link_away(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        nr = bewaar_bericht(conn)
        bewaar_bericht(conn, "A1", soort="WMO325", verzender="0503", bestemming="75000001", antwoord_op=nr)
        eerder = berichten.vind_heenbericht(conn, *KEY)
        assert eerder
        retour = berichten.uitkomst_van(conn, eerder).json("/declaration")["retour"]

    assert retour == {"berichtsoort": "WMO325", "href": f"/declaration/v1/berichten/{eerder.id}/retour"}


def test_a_message_is_answered_once(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        nr = bewaar_bericht(conn)
        bewaar_bericht(conn, "A1", soort="WMO325", verzender="0503", antwoord_op=nr)
        with pytest.raises(IntegrityError):
            bewaar_bericht(conn, "A2", soort="WMO325", verzender="0503", antwoord_op=nr)


def test_a_message_without_answer_has_none(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        assert berichten.antwoord_van(conn, bewaar_bericht(conn)) is None


def test_an_answer_does_not_refer_to_a_refused_message(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        bewaar_bericht(conn, telt=False)

        assert berichten.vind_heenbericht(conn, *KEY) is None


def test_content_comes_back_byte_for_byte(db: Database, bewaar_bericht: Bewaar) -> None:
    content = b"<Bericht>\r\n" + bytes(range(32, 127)) * 1000 + b"</Bericht>"
    with db.write() as conn:
        nr = bewaar_bericht(conn, inhoud=content)

        assert berichten.inhoud(conn, nr) == content
        stored = conn.execute(select(tables.inhoud.c.bytes)).scalar_one()
    assert len(stored) < len(content) / 10


def test_content_is_stored_encrypted_and_opens_for_its_own_message_only(db: Database, bewaar_bericht: Bewaar) -> None:
    content = b"<Bsn>999900006</Bsn><Achternaam>Onvergetelijk</Achternaam>"
    with db.write() as conn:
        bewaar_bericht(conn, inhoud=content)
        id, stored = conn.execute(select(tables.bericht.c.id, tables.inhoud.c.bytes).join(tables.inhoud)).one()

    assert zlib.compress(content, 1)[2:12] not in stored
    assert berichten.pak_uit(ring(), id, stored) == content
    with pytest.raises(Onleesbaar, match="another row"):
        berichten.pak_uit(ring(), "een-ander-bericht", stored)


def test_content_that_was_not_kept_is_none(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        nr = bewaar_bericht(conn, inhoud=None)

        assert berichten.inhoud(conn, nr) is None
        assert conn.execute(select(func.count()).select_from(tables.inhoud)).scalar_one() == 0


def test_a_refusal_is_counted_without_its_content(db: Database, nu: datetime) -> None:
    with db.write() as conn:
        berichten.weiger(
            conn,
            ontvangen=nu,
            partij="75000001",
            type="xsd-ongeldig",
            sha256="a" * 64,
            soort=catalogue.find("WMO323", "3.2"),
            bevindingen=[bevinding()],
        )
        berichten.weiger(conn, ontvangen=nu, partij="75000001", type="geen-xml", sha256="b" * 64)
        rows = conn.execute(select(tables.weigering).order_by(tables.weigering.c.nr)).all()

    assert [(row.type, row.berichtsoort, row.aantal_bevindingen) for row in rows] == [
        ("xsd-ongeldig", "WMO323", 1),
        ("geen-xml", None, 0),
    ]


# --- search ----------------------------------------------------------------------------------------------------------


def test_a_search_gives_the_newest_first_in_pages(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        nrs = [bewaar_bericht(conn, f"B{i}") for i in range(5)]
        first = zoek(conn, Zoekvraag(), NIETS, None, None, 2)
        second = zoek(conn, Zoekvraag(), NIETS, None, first[-1].nr, 10)

    assert [item.nr for item in [*first, *second]] == nrs[::-1]


def test_a_search_shows_only_what_one_may_read(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        sent = bewaar_bericht(conn, "B1", verzender="75000001", bestemming="0503")
        received = bewaar_bericht(conn, "B2", verzender="75000002", bestemming="0603")
        bewaar_bericht(conn, "B3", verzender="75000003", bestemming="1783")

        found = zoek(conn, Zoekvraag(), NIETS, frozenset({"75000001", "0603"}), None, 10)
        assert {item.nr for item in found} == {sent, received}
        assert zoek(conn, Zoekvraag(), NIETS, frozenset(), None, 10) == []


@pytest.mark.parametrize(
    "vraag",
    [
        Zoekvraag(identificatie="B2"),
        Zoekvraag(berichtsoort="WMO301"),
        Zoekvraag(verzender="0503"),
        Zoekvraag(bestemming="75000003"),
        Zoekvraag(oordeel="afgekeurd"),
    ],
)
def test_a_search_asks_for_equal_values(db: Database, bewaar_bericht: Bewaar, vraag: Zoekvraag) -> None:
    with db.write() as conn:
        bewaar_bericht(conn)
        nr = bewaar_bericht(conn, "B2", soort="WMO301", verzender="0503", bestemming="75000003", oordeel="afgekeurd")

        assert [item.nr for item in zoek(conn, vraag, NIETS, None, None, 10)] == [nr]


def test_a_search_by_moment_includes_van_and_excludes_tot(db: Database, bewaar_bericht: Bewaar, nu: datetime) -> None:
    later = nu + timedelta(hours=1)
    with db.write() as conn:
        nr = bewaar_bericht(conn, "B1", ontvangen=nu, dagtekening=date(2025, 2, 3))
        bewaar_bericht(conn, "B2", ontvangen=later)
        found = zoek(conn, Zoekvraag(van=nu, tot=later), NIETS, None, None, 10)

    assert [(item.nr, item.ontvangen, item.dagtekening) for item in found] == [(nr, nu, date(2025, 2, 3))]


def test_a_message_of_others_is_not_found(db: Database, bewaar_bericht: Bewaar) -> None:
    with db.write() as conn:
        bewaar_bericht(conn)
        message_id = conn.execute(select(tables.bericht.c.id)).scalar_one()

        assert berichten.vind(conn, message_id, frozenset({"0503"})) is not None
        assert berichten.vind(conn, message_id, None) is not None
        assert berichten.vind(conn, message_id, frozenset({"0603"})) is None
