"""A ring of keys encrypts each value for its own row, opens what older keys closed, and follows its file."""

from pathlib import Path

import pytest

from services.kernel.privacy.sleutelring import (
    OVERHEAD,
    Onleesbaar,
    Sleutelring,
    lees_ring,
    nieuwe_sleutel,
    schrijf_ring,
)
from services.kernel.settings import GEHEIMEN, RING, Settings, replace_secrets, stored_ring, write_secrets

OUD, NIEUW = nieuwe_sleutel(), nieuwe_sleutel()


def test_a_value_comes_back_as_it_was() -> None:
    ring = Sleutelring(str(NIEUW))

    dicht = ring.dicht(b"999900006", "client.bsn/a")

    assert b"999900006" not in dicht
    assert len(dicht) == len(b"999900006") + OVERHEAD
    assert ring.open(dicht, "client.bsn/a") == b"999900006"


def test_the_same_value_is_never_stored_the_same_way() -> None:
    ring = Sleutelring(str(NIEUW))

    assert ring.dicht(b"x", "a") != ring.dicht(b"x", "a")


@pytest.mark.parametrize("doel", ["client.bsn/b", "inhoud.bytes/a", ""])
def test_a_value_opens_for_nothing_but_its_own_row_and_column(doel: str) -> None:
    ring = Sleutelring(str(NIEUW))

    with pytest.raises(Onleesbaar, match="another row"):
        ring.open(ring.dicht(b"x", "client.bsn/a"), doel)


@pytest.mark.parametrize("plaats", [6, 20, -1])
def test_a_changed_value_does_not_open(plaats: int) -> None:
    ring = Sleutelring(str(NIEUW))
    dicht = bytearray(ring.dicht(b"999900006", "a"))
    dicht[plaats] ^= 1

    with pytest.raises(Onleesbaar):
        ring.open(bytes(dicht), "a")


@pytest.mark.parametrize("plat", [b"", b"999900006", b"x\x9c" + 40 * b"\x00", b"\x01" + 31 * b"\x00"])
def test_a_plain_value_in_the_database_is_not_taken_for_one_of_ours(plat: bytes) -> None:
    with pytest.raises(Onleesbaar, match="not encrypted"):
        Sleutelring(str(NIEUW)).open(plat, "a")


def test_an_older_key_opens_and_closes_nothing_new() -> None:
    van_toen = Sleutelring(str(OUD)).dicht(b"x", "a")
    ring = Sleutelring(schrijf_ring([NIEUW, OUD]))

    assert ring.open(van_toen, "a") == b"x"
    assert ring.dicht(b"x", "a")[1:5].hex() == ring.huidig == NIEUW.id


def test_without_its_key_a_value_says_which_key_it_needs() -> None:
    with pytest.raises(Onleesbaar, match=OUD.id):
        Sleutelring(str(NIEUW)).open(Sleutelring(str(OUD)).dicht(b"x", "a"), "a")


@pytest.mark.parametrize(
    "tekst",
    ["", "abc", f"{OUD} {OUD}", str(OUD)[:-1], f"{OUD},{NIEUW}", f"{OUD} plat"],
    ids=["nothing", "no key", "twice", "too short", "a comma", "a word"],
)
def test_what_is_no_ring_is_refused_without_being_shown(tekst: str) -> None:
    with pytest.raises(ValueError, match="a ring is") as raised:
        lees_ring(tekst)

    assert not tekst or tekst not in str(raised.value)


def test_a_running_process_follows_its_file(tmp_path: Path) -> None:
    write_secrets(tmp_path)
    ring = Settings(data=tmp_path).ring()
    dicht, stored = ring.dicht(b"x", "a"), stored_ring(tmp_path)

    replace_secrets(tmp_path, {**stored, RING: f"{NIEUW} {stored[RING]}"})

    assert ring.huidig == NIEUW.id
    assert ring.open(dicht, "a") == b"x"
    assert Settings(data=tmp_path).ring().open(ring.dicht(b"y", "b"), "b") == b"y"


@pytest.mark.parametrize("broken", ["", "{}", '{"sleutelring": "plat"}'])
def test_a_file_that_somebody_broke_does_not_stop_a_running_process(tmp_path: Path, broken: str) -> None:
    write_secrets(tmp_path)
    ring, stored = Settings(data=tmp_path).ring(), stored_ring(tmp_path)
    dicht = ring.dicht(b"x", "a")

    (tmp_path / GEHEIMEN).write_text(broken, "utf-8")
    assert ring.open(dicht, "a") == b"x"

    replace_secrets(tmp_path, {**stored, RING: f"{NIEUW} {stored[RING]}"})
    assert ring.huidig == NIEUW.id


def test_a_ring_of_the_environment_does_not_follow_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_secrets(tmp_path)
    monkeypatch.setenv("BERICHTENHUB_SLEUTELRING", str(OUD))
    ring = Settings(data=tmp_path).ring()

    assert ring.huidig == OUD.id
    assert stored_ring(tmp_path) == {}


def test_a_ring_does_not_show_its_keys() -> None:
    assert str(OUD).partition(":")[2] not in repr(Sleutelring(str(OUD)))
