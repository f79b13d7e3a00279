"""The channel of a party: where it begins, how it advances, and how it is given up and taken up again."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Connection, select

from services.kernel import postbus
from services.kernel.database import Database
from services.kernel.delivery import kanalen
from services.kernel.delivery.kanalen import Kanaal
from services.kernel.tables import postbus as postbus_tabel
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij

Bewaar = Callable[..., int]
EEN = Partij("75000001", "aanbieder", "Aanbieder een")


@pytest.fixture
def vol(db: Database, bewaar_bericht: Bewaar, nu: datetime) -> Database:
    """A database in which aanbieder een has four rows, of which it confirmed the first two."""
    with db.write() as conn:
        parties.bewaar(conn, EEN)
        postbus.bezorg(conn, [(EEN.code, bewaar_bericht(conn))] * 4, nu)
        postbus.bevestig(conn, EEN.code, 1, nu)
        postbus.bevestig(conn, EEN.code, 2, nu)
    return db


def gelezen(conn: Connection) -> Kanaal:
    kanaal = kanalen.lees(conn, EEN.code)
    assert kanaal is not None
    assert kanalen.lees_alle(conn) == [kanaal]
    return kanaal


def test_a_new_channel_begins_at_the_first_row_nobody_has(vol: Database) -> None:
    with vol.write() as conn:
        kanalen.zet(conn, EEN.code, "amqp")

        kanaal = gelezen(conn)
        assert (kanaal.bezorgd_tot, kanaal.laatste, kanaal.heeft_werk) == (2, 4, True)
        assert (kanaal.partij, kanaal.soort, kanaal.url, kanaal.versie) == (EEN, "amqp", None, 1)


def test_a_new_channel_of_who_has_everything_begins_at_what_comes(vol: Database, nu: datetime) -> None:
    with vol.write() as conn:
        for nr in (3, 4):
            postbus.bevestig(conn, EEN.code, nr, nu)
        kanalen.zet(conn, EEN.code, "amqp")

        assert (gelezen(conn).bezorgd_tot, gelezen(conn).heeft_werk) == (4, False)


def test_a_channel_of_who_never_got_anything_begins_at_the_start(db: Database) -> None:
    with db.write() as conn:
        parties.bewaar(conn, EEN)
        kanalen.zet(conn, EEN.code, "amqp")

        assert (gelezen(conn).bezorgd_tot, gelezen(conn).laatste) == (0, 0)


def test_what_was_delivered_is_known_of_the_channel_and_of_the_row(vol: Database, nu: datetime) -> None:
    with vol.write() as conn:
        kanalen.zet(conn, EEN.code, "amqp")
        kanalen.mislukt(conn, EEN.code, "De wachtrij is vol.")
        assert (gelezen(conn).pogingen, gelezen(conn).fout) == (1, "De wachtrij is vol.")

        kanalen.bezorgd(conn, EEN.code, 2, 3, nu)

        assert (gelezen(conn).bezorgd_tot, gelezen(conn).pogingen, gelezen(conn).fout) == (3, 0, None)
        rows = conn.execute(select(postbus_tabel.c.bezorgd).order_by(postbus_tabel.c.nr)).scalars().all()
        assert rows == [None, nu, nu, None]


def test_a_channel_never_goes_back(vol: Database, nu: datetime) -> None:
    with vol.write() as conn:
        kanalen.zet(conn, EEN.code, "amqp")
        kanalen.bezorgd(conn, EEN.code, 3, 4, nu)
        kanalen.bezorgd(conn, EEN.code, 2, 3, nu)

        assert gelezen(conn).bezorgd_tot == 4


def test_what_was_given_up_has_no_work_until_it_is_set_again(vol: Database, nu: datetime) -> None:
    with vol.write() as conn:
        kanalen.zet(conn, EEN.code, "webhook", "https://a.example/")
        kanalen.mislukt(conn, EEN.code, "De webhook is niet te bereiken.", nu)
        assert (gelezen(conn).teruggevallen, gelezen(conn).heeft_werk) == (nu, False)

        kanalen.zet(conn, EEN.code, "webhook", "https://b.example/")

        kanaal = gelezen(conn)
        assert (kanaal.url, kanaal.bezorgd_tot, kanaal.pogingen, kanaal.fout) == ("https://b.example/", 2, 0, None)
        assert (kanaal.teruggevallen, kanaal.heeft_werk, kanaal.versie) == (None, True, 1)


def test_a_new_secret_is_a_new_version(vol: Database) -> None:
    with vol.write() as conn:
        kanalen.zet(conn, EEN.code, "webhook", "https://a.example/")
        kanalen.zet(conn, EEN.code, "webhook", "https://a.example/", nieuw_geheim=True)

        assert gelezen(conn).versie == 2


def test_without_a_channel_a_party_reads_by_itself(vol: Database) -> None:
    with vol.write() as conn:
        kanalen.zet(conn, EEN.code, "amqp")
        kanalen.haal_weg(conn, EEN.code)

        assert kanalen.lees(conn, EEN.code) is None
