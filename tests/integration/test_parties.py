"""Who somebody is by a key, for whom he may act, and which clients are the same."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from geheimen import ring
from pydantic import SecretStr
from sqlalchemy import Connection, select

from services.kernel import tables
from services.kernel.clients import bsn_hash, client_nrs, open_bsn
from services.kernel.database import Database
from services.kernel.privacy.sleutelring import Onleesbaar
from services.kernel.toegang import parties, sleutels
from services.kernel.toegang.parties import Partij

DELFT = Partij("0503", "gemeente", "Delft")
AANBIEDER = Partij("75000001", "aanbieder", "Aanbieder een")
SOFTWARE = Partij("SOFT01", "software", "Softwarehuis")
REGIO = Partij("H5", "regio", "Regio Haaglanden")
BEHEER = Partij("BEHEER", "beheer", "Beheer")
VANDAAG = date(2025, 2, 3)
DAY = timedelta(days=1)
SLEUTEL = SecretStr("b" * 32)


@pytest.fixture
def conn(db: Database) -> Iterator[Connection]:
    with db.write() as conn:
        for partij in (DELFT, AANBIEDER, SOFTWARE, REGIO, BEHEER):
            parties.bewaar(conn, partij)
        yield conn


def test_a_party_is_found_by_its_code(conn: Connection) -> None:
    assert parties.vind(conn, "0503") == DELFT
    assert parties.vind(conn, "0603") is None


def test_parties_are_listed_by_code(conn: Connection) -> None:
    assert [partij.code for partij in parties.lijst(conn)] == ["0503", "75000001", "BEHEER", "H5", "SOFT01"]


def test_a_party_stored_again_has_its_new_name(conn: Connection) -> None:
    parties.bewaar(conn, Partij("0503", "gemeente", "Gemeente Delft"))

    assert parties.vind(conn, "0503") == Partij("0503", "gemeente", "Gemeente Delft")


def test_a_party_is_of_a_known_soort(conn: Connection) -> None:
    with pytest.raises(ValueError, match="soort"):
        parties.bewaar(conn, Partij("x", "bank", "x"))  # type: ignore[arg-type]


def test_a_key_names_its_party(conn: Connection, nu: datetime) -> None:
    key = parties.nieuwe_sleutel(conn, "0503", nu)

    gevonden = sleutels.vind(conn, parties.sleutel_hash(key))
    assert gevonden is not None
    assert gevonden[1] == DELFT


def test_a_key_has_a_prefix_and_256_random_bits(conn: Connection, nu: datetime) -> None:
    keys = {parties.nieuwe_sleutel(conn, "0503", nu) for _ in range(10)}

    assert len(keys) == 10
    assert {len(key) for key in keys} == {len("bh_") + 43}


def test_a_key_itself_is_not_stored(conn: Connection, nu: datetime) -> None:
    key = parties.nieuwe_sleutel(conn, "0503", nu)

    stored = conn.execute(select(tables.sleutel)).one()
    assert key not in map(str, stored)


@pytest.mark.parametrize("key", ["", "bh_", "bh_x", "é", "999900006"])
def test_an_unknown_key_names_nobody(conn: Connection, key: str) -> None:
    assert sleutels.vind(conn, parties.sleutel_hash(key)) is None


def test_the_key_between_the_services_is_only_that_key() -> None:
    assert parties.is_dienst("b" * 32, SLEUTEL)
    assert not parties.is_dienst("b" * 31, SLEUTEL)
    assert not parties.is_dienst("é", SLEUTEL)


def test_a_party_acts_for_itself_and_for_nobody_else(conn: Connection) -> None:
    assert parties.mag_namens(conn, DELFT, "0503", VANDAAG)
    assert not parties.mag_namens(conn, DELFT, "0603", VANDAAG)


@pytest.mark.parametrize(
    ("van", "tot", "allowed"),
    [
        (VANDAAG, VANDAAG, True),
        (VANDAAG, None, True),
        (VANDAAG - DAY, VANDAAG - DAY, False),
        (VANDAAG + DAY, None, False),
    ],
)
def test_a_machtiging_holds_on_its_first_day_through_its_last(
    conn: Connection, van: date, tot: date | None, allowed: bool
) -> None:
    parties.machtig(conn, "SOFT01", "75000001", van, tot)

    assert parties.mag_namens(conn, SOFTWARE, "75000001", VANDAAG) is allowed
    assert ("75000001" in (parties.leesbaar_voor(conn, SOFTWARE, VANDAAG) or ())) is allowed


def test_a_machtiging_works_one_way(conn: Connection) -> None:
    parties.machtig(conn, "SOFT01", "75000001", VANDAAG)

    assert not parties.mag_namens(conn, AANBIEDER, "SOFT01", VANDAAG)


def test_a_machtiging_can_be_ended(conn: Connection) -> None:
    parties.machtig(conn, "SOFT01", "75000001", VANDAAG - DAY)
    parties.machtig(conn, "SOFT01", "75000001", VANDAAG - DAY, VANDAAG - DAY)

    assert not parties.mag_namens(conn, SOFTWARE, "75000001", VANDAAG)


@pytest.mark.parametrize(
    ("partij", "codes"),
    [
        (DELFT, frozenset({"0503"})),
        (REGIO, frozenset()),
        (parties.DIENST, frozenset()),
        (BEHEER, None),
    ],
)
def test_what_a_party_may_read(conn: Connection, partij: Partij, codes: frozenset[str] | None) -> None:
    assert parties.leesbaar_voor(conn, partij, VANDAAG) == codes


def test_the_same_bsn_is_the_same_client(conn: Connection) -> None:
    first = client_nrs(conn, ["999900006", "999900018"], SLEUTEL, bewaar_bsn=True)
    again = client_nrs(conn, ["999900031", "999900018", "999900018"], SLEUTEL, bewaar_bsn=True)

    assert again["999900018"] == first["999900018"]
    assert len({*first.values(), *again.values()}) == 3


def test_a_bsn_is_kept_only_where_it_may_be(conn: Connection) -> None:
    client_nrs(conn, ["999900006"], SLEUTEL, bewaar_bsn=False)

    assert conn.execute(select(tables.client.c.bsn)).scalars().all() == [None]


def test_a_bsn_is_stored_encrypted_and_opens_for_its_own_client_only(conn: Connection) -> None:
    client_nrs(conn, ["999900006", "999900018"], SLEUTEL, bewaar_bsn=True)

    stored = {row.hash: row.bsn for row in conn.execute(select(tables.client))}
    een, ander = (bsn_hash(bsn, SLEUTEL) for bsn in ("999900006", "999900018"))
    assert b"999900006" not in stored[een]
    assert open_bsn(ring(), een, stored[een]) == "999900006"
    with pytest.raises(Onleesbaar, match="another row"):
        open_bsn(ring(), een, stored[ander])


def test_what_is_no_bsn_is_not_stored_as_one(conn: Connection) -> None:
    with pytest.raises(ValueError, match="nine digits"):
        client_nrs(conn, ["12345678"], SLEUTEL, bewaar_bsn=True)


def test_nobody_asks_for_no_client(conn: Connection) -> None:
    assert client_nrs(conn, [], SLEUTEL, bewaar_bsn=True) == {}


def test_another_key_makes_another_hash() -> None:
    assert bsn_hash("999900006", SLEUTEL) != bsn_hash("999900006", SecretStr("c" * 32))
    assert len(bsn_hash("999900006", SLEUTEL)) == 64
