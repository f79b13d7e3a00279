"""Reading a message: what is refused before parsing, and that one streaming pass gives the whole tree's verdict."""

import random
from datetime import date, time
from pathlib import Path

import pytest

import builders
from services.kernel import explaining, reading
from services.kernel.catalogue import find
from services.kernel.reading import Afwijzing, as_stream

SCHEMAS = reading.Schemas()
SOORT = find("WMO323", "3.2")
TAGS = frozenset({"Header", "Bsn", "Prestatie"})


def identified(content: bytes) -> str:
    return reading.identify(as_stream(content)).naam


def refusal(content: bytes) -> str:
    with pytest.raises(Afwijzing) as caught:
        reading.identify(as_stream(content))
    return caught.value.type


def streamed(content: bytes) -> list[str]:
    return [tag for tag, _ in reading.elements(as_stream(content), SOORT, TAGS, SCHEMAS)]


def read(content: bytes) -> list[str]:
    return reading.read(as_stream(content), SOORT, SCHEMAS, lambda _: streamed(content), explaining.explain)


def test_the_kind_follows_from_the_namespace() -> None:
    assert identified(builders.wmo301()) == "WMO301"
    assert identified(builders.wmo323(builders.prestatie())) == "WMO323"


def test_a_byte_order_mark_comments_and_instructions_may_precede_the_root() -> None:
    message = builders.wmo301().partition(b"?>")[2]
    assert identified(b"\xef\xbb\xbf<!-- <!DOCTYPE --><?x y?>" + message) == "WMO301"


@pytest.mark.parametrize(
    "prolog",
    [b"<!DOCTYPE Bericht>", b'<?xml version="1.0"?>\n<!-- c --><!DOCTYPE Bericht [<!ENTITY a "b">]>', b" <!doctype x>"],
)
def test_a_doctype_is_refused_before_parsing(prolog: bytes) -> None:
    assert refusal(prolog + builders.wmo301().partition(b"?>")[2]) == "doctype-geweigerd"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_another_encoding_is_refused(encoding: str) -> None:
    text = builders.wmo301().decode().partition("?>")[2]
    assert refusal(text.encode(encoding)) == "verkeerde-codering"


def test_a_declared_encoding_other_than_utf_8_is_refused() -> None:
    message = builders.wmo301().partition(b"?>")[2]
    assert refusal(b'<?xml version="1.0" encoding="ISO-8859-1"?>' + message) == "verkeerde-codering"
    assert identified(b"<?xml version='1.0' encoding='utf-8'?>" + message) == "WMO301"


@pytest.mark.parametrize("content", [b"", b"   ", b"hallo", b"<", b"{}", b"\xef\xbb\xbf"])
def test_what_is_not_xml_is_refused(content: bytes) -> None:
    assert refusal(content) == "geen-xml"


def test_an_unknown_release_is_refused_and_names_what_is_supported() -> None:
    with pytest.raises(Afwijzing) as caught:
        reading.identify(as_stream(builders.wmo301().replace(b"3_2", b"9_9")))
    assert caught.value.type == "onbekende-berichtsoort"
    assert "WMO301 (2.3 en 3.2)" in caught.value.detail
    assert "JW323 (3.2)" in caught.value.detail


def test_another_root_element_in_a_known_namespace_is_unknown() -> None:
    assert refusal(builders.wmo301().replace(b"Bericht", b"Brief")) == "onbekende-berichtsoort"


def test_a_truncated_message_is_not_xml_although_the_schema_aware_parser_stays_silent() -> None:
    whole = builders.wmo323(builders.prestatie())
    for length in range(600, len(whole) - 1, 97):
        with pytest.raises(Afwijzing) as caught:
            read(whole[:length])
        assert caught.value.type == "geen-xml"


def test_comments_do_not_cut_a_value() -> None:
    content = builders.wmo323(builders.prestatie()).replace(b"DN0001", b"DN<!-- -->00<?a?>01")
    numbers = [
        element.text
        for _, element in reading.elements(as_stream(content), SOORT, frozenset({"DeclaratieNummer"}), SCHEMAS)
    ]
    assert numbers == ["DN0001"]


def corrupted(content: bytes, rng: random.Random) -> bytes:
    position = rng.randrange(200, len(content))
    choice = rng.randrange(5)
    if choice == 0:
        return content[:position] + content[position + rng.randrange(1, 40) :]
    if choice == 1:
        return content[:position] + bytes([rng.randrange(256)]) + content[position:]
    if choice == 2:
        planted = rng.choice([b"&a;", b"&#0;", b"]]>", b"<", b"</a>", b"<a/>", b"&lt;", b"<!--"])
        return content[:position] + planted + content[position:]
    if choice == 3:
        return content[:position]
    return content + rng.choice([b"x", b"<a/>", b"\n<!-- -->", b"&amp;", b"</x>"])


def test_streaming_and_the_whole_tree_give_the_same_verdict_on_corrupted_messages() -> None:
    rng = random.Random(20261122)
    content = builders.wmo323(builders.prestatie(), builders.prestatie(referentie="P2", begin="2025-01-02"))
    accepted = 0
    for _ in range(600):
        broken = corrupted(content, rng)
        try:
            reading.identify(as_stream(broken))
            read(broken)
            streaming = True
            accepted += 1
        except Afwijzing:
            streaming = False
        try:
            tree = not explaining.explain(as_stream(broken), SOORT, SCHEMAS)
        except Afwijzing:
            tree = False
        assert streaming == tree, broken
    assert accepted > 5


def test_years_and_times_our_types_cannot_hold_are_out_of_range() -> None:
    assert reading.datum(" 2024-02-29 ") == date(2024, 2, 29)
    assert reading.tijd("23:59:59.999999") == time(23, 59, 59, 999999)
    for text in ("12026-01-01", "-0001-01-01", "0000-01-01"):
        with pytest.raises(reading.WaardeBuitenBereik):
            reading.datum(text)
    for text in ("24:00:00", "12:00:00.1234567", "10:00:00-05:00"):
        with pytest.raises(reading.WaardeBuitenBereik):
            reading.tijd(text)


def test_a_folder_of_other_schemas_is_used_and_what_it_lacks_is_ours(tmp_path: Path) -> None:
    folder = tmp_path / "iwmo" / "3.2"
    folder.mkdir(parents=True)
    for name in ("WMO323.xsd", "basisschema.xsd"):
        own = (reading.OWN_SCHEMAS / "iwmo" / "3.2" / name).read_text()
        (folder / name).write_text(own.replace('value="484"', 'value="999"'))
    theirs = reading.Schemas(tmp_path)
    assert explaining.explain(as_stream(builders.wmo323()), SOORT, theirs)[0].element == "BerichtCode"
    assert explaining.explain(as_stream(builders.wmo301()), find("WMO301", "3.2"), theirs) == ()
