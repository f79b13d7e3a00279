"""From findings to the codes on a 302, and the 302 itself."""

from datetime import date

import pytest
from allocation_judging import (
    CLIENT,
    PRODUCT_23,
    PRODUCTEN,
    SCHEMAS,
    WMO301,
    WMO301_23,
    WMO302,
    WMO302_23,
    breaks,
    feiten,
    retour,
    toewijzing,
)
from builders_23 import beperking, beschikking, product23, wmo301_23
from lxml import etree

from builders import client, contact, product, relatie, text, wmo301
from services.allocation.reply import build_302
from services.allocation.retour_rules import echo_bevindingen, retour_bevindingen, weigert
from services.allocation.rules import Feiten, Toewijzing, technische_bevindingen
from services.allocation.verdict import Oordeel, judge
from services.kernel.reading import as_stream

TAKEN = feiten(toewijzingen={1002: Toewijzing("75000001", "another", "02", "FIN1", date(2025, 1, 1))})
FULL = wmo301(
    product(),
    product(nummer=1002, code="FIN1", commentaar="  twee  spaties <&> "),
    client=client(contacten=[contact(), contact(soort="02")], relaties=[relatie(), relatie(nummer="R2")]),
)

FULL_23 = wmo301_23(
    product23(),
    product23(nummer=None, code="FIN1"),
    client=client(contacten=[contact(), contact(soort="02")], relaties=[relatie()]),
    beschikking=beschikking(
        grondslagen=["01"],
        commentaar="  twee  spaties <&> ",
        beperkingen=[beperking(scores=[("0101", "1"), ("0102", "2")]), beperking(categorie="2")],
    ),
)


def judged(xml: bytes, facts: Feiten) -> Oordeel:
    message = toewijzing(xml)
    return judge(message, technische_bevindingen(message), facts)


def answered(xml: bytes, facts: Feiten) -> bytes:
    oordeel = judged(xml, facts)
    return build_302(WMO301, WMO302, oordeel, as_stream(xml), "H1", date(2025, 2, 3), SCHEMAS)


def codes(xml: bytes, path: str) -> list[list[str | None]]:
    """The RetourCodes of each instance of a class."""
    found = etree.fromstring(xml).iterfind(f".//{{*}}{path}")
    return [[code.text for code in one.iterfind("{*}RetourCodes/{*}RetourCode")] for one in found]


def test_a_message_that_breaks_nothing_is_approved() -> None:
    oordeel = judged(FULL, feiten())

    assert (oordeel.oordeel, oordeel.kop_codes, oordeel.klasse_codes) == ("goedgekeurd", (), None)
    assert oordeel.bevindingen == ()


def test_level_2_refuses_with_0001_and_the_other_levels_are_not_judged() -> None:
    oordeel = judged(wmo301(client=client(bsn="999900007")), feiten(identificatie_bezet=True))

    assert (oordeel.oordeel, oordeel.kop_codes, oordeel.klasse_codes) == ("afgekeurd", ("0001",), None)
    assert [found.regel for found in oordeel.bevindingen] == ["CS002"]


def test_an_error_in_the_Header_refuses_with_its_codes_and_the_classes_are_not_judged() -> None:
    facts = feiten(identificatie_bezet=True, gemeente_bestaat=False, toewijzingen=TAKEN.toewijzingen)

    oordeel = judged(FULL, facts)

    assert (oordeel.kop_codes, oordeel.klasse_codes) == (("9056", "S300"), None)


def test_an_error_in_a_class_gives_0200_on_the_Header_and_its_code_on_the_class() -> None:
    oordeel = judged(FULL, TAKEN)

    assert oordeel.kop_codes == ("0200",)
    assert oordeel.klasse_codes == {f"{PRODUCTEN}/ToegewezenProduct[2]": ("9332",)}
    assert not oordeel.goedgekeurd


def test_a_refusal_on_level_2_echoes_the_Header_unswapped_and_no_Client() -> None:
    heen = wmo301(client=client(bsn="999900007"))

    answer = answered(heen, feiten())

    for path in ("Afzender", "Ontvanger", "BerichtIdentificatie/Identificatie", "BerichtIdentificatie/Dagtekening"):
        assert text(answer, f"Header/{path}") == text(heen, f"Header/{path}")
    assert text(answer, "Header/BerichtCode") == "415"
    assert text(answer, "Header/IdentificatieRetour") == "H1"
    assert text(answer, "Header/DagtekeningRetour") == "2025-02-03"
    assert text(answer, "Header/XsdVersieRetour/BerichtXsdVersie") == "1.0.0"
    assert text(answer, "Header/XsltVersie") is None
    assert codes(answer, "Header") == [["0001"]]
    assert retour(answer).client is None


def test_a_refused_class_comes_back_with_the_whole_Client_and_codes_in_every_class() -> None:
    answer = answered(FULL, TAKEN)

    assert codes(answer, "Header") == [["0200"]]
    assert codes(answer, "Client") == [["0200"]]
    assert codes(answer, "Relatie") == [["0200"], ["0200"]]
    assert codes(answer, "Contact") == [["0200"]] * 4
    assert codes(answer, "ToegewezenProduct") == [["0200"], ["9332"]]


def test_the_echo_is_the_Client_letter_for_letter() -> None:
    answer = etree.fromstring(answered(FULL, TAKEN))
    for added in list(answer.iterfind(".//{*}RetourCodes")):
        added.getparent().remove(added)

    def leaves(root: etree._Element) -> list[tuple[str, str | None]]:
        return [(etree.QName(e).localname, e.text) for e in root.find("{*}Client").iter() if len(e) == 0]

    assert leaves(answer) == leaves(etree.fromstring(FULL))


def test_the_answers_of_the_hub_keep_the_rules_for_a_302() -> None:
    for facts in (TAKEN, feiten(identificatie_bezet=True)):
        answer = retour(answered(FULL, facts))

        assert weigert(answer)
        assert retour_bevindingen(answer) == ()
        assert echo_bevindingen(answer, toewijzing(FULL)) == ()
    assert breaks(FULL) == set()


# --- 2.3 ---


def answered_23(heen: bytes, oordeel: Oordeel) -> bytes:
    return build_302(WMO301_23, WMO302_23, oordeel, as_stream(heen), "H1", date(2025, 2, 3), SCHEMAS)


def test_a_number_of_another_toewijzing_is_no_ground_to_refuse_a_301_of_2_3() -> None:
    taken = feiten(toewijzingen={1001: Toewijzing("75000002", "another", "02", "FIN1", date(2024, 12, 30))})

    assert judged(FULL_23, taken).goedgekeurd


def test_the_302_of_2_3_echoes_the_Header_and_has_no_XsdVersieRetour() -> None:
    heen = wmo301_23(client=client(bsn="999900007"))

    answer = answered_23(heen, judged(heen, feiten()))

    names = [etree.QName(one).localname for one in etree.fromstring(answer)[0]]
    assert names == [
        *("BerichtCode", "BerichtVersie", "BerichtSubversie", "Afzender", "Ontvanger", "BerichtIdentificatie"),
        *("IdentificatieRetour", "DagtekeningRetour", "RetourCodes"),
    ]
    assert (text(answer, "BerichtCode"), text(answer, "BerichtSubversie")) == ("415", "3")
    assert text(answer, "Header/BerichtIdentificatie/Identificatie") == "T0001"
    assert codes(answer, "Header") == [["0001"]]
    assert retour(answer).client is None


@pytest.mark.parametrize(
    "pad, path",
    [
        (CLIENT, "Client"),
        (f"{CLIENT}/Relaties/Relatie[1]", "Relatie"),
        (f"{CLIENT}/Relaties/Relatie[1]/Contact", "Relatie/{*}Contact"),
        (f"{CLIENT}/Contactgegevens/Contact[1]", "Contactgegevens/{*}Contact"),
        (f"{CLIENT}/Beschikking", "Beschikking"),
        (f"{CLIENT}/Beschikking/Beperkingen/Beperking[1]", "Beperking"),
        (f"{CLIENT}/Beschikking/Beperkingen/Beperking[1]/BeperkingScores/BeperkingScore[1]", "BeperkingScore"),
        (PRODUCT_23, "ToegewezenProduct"),
    ],
)
def test_in_the_302_of_2_3_every_class_has_codes_and_the_refused_one_its_own(pad: str, path: str) -> None:
    answer = answered_23(FULL_23, Oordeel(("0200",), {pad: ("S329",)}, ()))

    assert codes(answer, path)[0] == ["S329"]
    every = [code.text for code in etree.fromstring(answer).iterfind(".//{*}RetourCode")]
    # Header, Client, Relatie with its Contact, two Contacten, Beschikking, two Beperkingen, two scores, two products.
    assert sorted(every) == ["0200"] * 12 + ["S329"]
    assert weigert(retour(answer))
    assert (retour_bevindingen(retour(answer)), echo_bevindingen(retour(answer), toewijzing(FULL_23))) == ((), ())


def test_the_echo_of_2_3_is_the_Client_letter_for_letter() -> None:
    answer = answered_23(FULL_23, Oordeel(("0200",), {PRODUCT_23: ("S329",)}, ()))

    assert text(answer, "Beschikking/Commentaar") == "  twee  spaties <&> "
    assert _client_leaves(answer) == _client_leaves(FULL_23)


def _client_leaves(xml: bytes) -> list[tuple[str, str | None]]:
    """(name, text) of every leaf of the Client that is not a RetourCode."""
    leaves = (e for e in etree.fromstring(xml).find("{*}Client").iter() if len(e) == 0)
    return [(name, e.text) for e in leaves if (name := etree.QName(e).localname) != "RetourCode"]
