"""An answer leaves only when its XSD accepts it, and echoes copy the XML letter for letter."""

import pytest
from lxml import etree

import builders
from services.kernel import answers
from services.kernel.catalogue import find
from services.kernel.reading import Schemas, as_stream, parse

SCHEMAS = Schemas()
WMO301, WMO302 = find("WMO301", "3.2"), find("WMO302", "3.2")


def test_an_echo_copies_text_letter_for_letter_in_the_namespaces_of_the_answer() -> None:
    message = builders.wmo301(builders.product(nummer="0001001", commentaar="  a\n<b> &amp; "))
    source = parse(as_stream(message)).getroot()[1]
    copied = answers.echo(answers.root(WMO302), source, WMO301, WMO302)
    assert [e.text for e in copied.iter() if len(e) == 0] == [e.text for e in source.iter() if len(e) == 0]
    assert {etree.QName(e).namespace for e in copied.iter()} == {WMO302.namespace, WMO302.basis}


def test_an_invalid_answer_is_a_broken_program_and_repeats_no_value() -> None:
    answer = answers.root(WMO302)
    answers.add(answers.add(answer, WMO302.namespace, "Header"), WMO302.namespace, "Afzender", "999900006")
    with pytest.raises(answers.OngeldigAntwoord) as caught:
        answers.finish(answer, WMO302, SCHEMAS)
    assert "999900006" not in str(caught.value)


def test_codes_are_listed_once_in_the_order_given() -> None:
    holder = answers.root(WMO302)
    answers.add_codes(holder, WMO302.namespace, ("9332", "0200", "9332"))
    assert [code.text for code in holder[0]] == ["9332", "0200"]
