"""A body that is too big for memory lies on disk encrypted, and reads as it was written."""

import io
from typing import Any

import pytest
from lxml import etree

from services.kernel.privacy import spool
from services.kernel.privacy.spool import Spool

CONTENT = b"<Bericht>" + bytes(range(32, 127)).replace(b"<", b"").replace(b"&", b"") * 100 + b"</Bericht>"


def filled(max_size: int, step: int = 1000) -> Spool:
    made = Spool(max_size)
    for at in range(0, len(CONTENT), step):
        made.write(CONTENT[at : at + step])
    made.seek(0)
    return made


@pytest.mark.parametrize("max_size", [0, 10, 999, 1000, 1001, len(CONTENT) - 1, len(CONTENT)])
@pytest.mark.parametrize("step", [7, 16, 1000, 100_000])
def test_what_was_written_is_read(max_size: int, step: int) -> None:
    with filled(max_size, step) as made:
        assert made.op_schijf == (max_size < len(CONTENT))
        assert made.read() == CONTENT


@pytest.mark.parametrize("at", [0, 1, 15, 16, 17, 5000, len(CONTENT) - 1, len(CONTENT)])
def test_a_reader_begins_anywhere(at: int) -> None:
    with filled(10) as made:
        assert made.seek(at) == made.tell() == at
        assert made.read(33) == CONTENT[at : at + 33]
        made.seek(0, io.SEEK_END)
        assert made.tell() == len(CONTENT)


def test_what_lies_on_disk_is_not_what_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    class Kept(io.BytesIO):
        """A file that is looked into."""

    disk = Kept()
    monkeypatch.setattr(spool, "TemporaryFile", lambda **_: disk)
    made: Any = filled(10)

    assert len(disk.getvalue()) == len(CONTENT)
    assert b"Bericht" not in disk.getvalue()
    assert not any(CONTENT[at : at + 16] in disk.getvalue() for at in range(0, len(CONTENT), 16))
    assert made.read() == CONTENT


def test_the_same_body_is_never_the_same_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    disks = [io.BytesIO(), io.BytesIO()]
    waiting = list(disks)
    monkeypatch.setattr(spool, "TemporaryFile", lambda **_: waiting.pop())
    made = [filled(10), filled(10)]

    assert disks[0].getvalue() != disks[1].getvalue()
    assert [each.read() for each in made] == 2 * [CONTENT]


def test_a_parser_reads_it() -> None:
    with filled(10) as made:
        assert etree.parse(made).getroot().tag == "Bericht"


def test_it_is_closed_with_its_file() -> None:
    made = filled(10)
    made.close()

    with pytest.raises(ValueError, match="closed"):
        made.read()
