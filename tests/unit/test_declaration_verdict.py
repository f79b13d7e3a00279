"""The verdict: levels in order, credits first, running sums, and what a gemeente's own 325 decides."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from declaration_judging import (
    PRODUCTEN,
    SCHEMAS,
    WMO323,
    WMO325,
    antwoord_feiten,
    client_hash,
    debetregel,
    declaratie,
    feiten,
    tarieven,
    toewijzing,
)
from hypothesis import given, settings, strategies

from builders import bsn, prestatie, wmo323, wmo325
from services.declaration.contracts import Toewijzing
from services.declaration.message import Client, Declaratie, Prestatie, read_antwoord
from services.declaration.reply import build_325
from services.declaration.rules.feiten import Gebruik
from services.declaration.tariffs import Tarieven
from services.declaration.verdict import (
    Oordeel,
    check_antwoord,
    judge,
    judge_antwoord,
    judge_technisch,
    toets_niveau_2,
)
from services.kernel.reading import as_stream

CREDIT = prestatie(referentie="P0002", vorig="P0000", dc="C")


def test_everything_approved() -> None:
    oordeel = judge(declaratie(), feiten())

    assert (oordeel.oordeel, oordeel.toegekend) == ("goedgekeurd", 48000)
    assert (oordeel.toekenningen, oordeel.regel_codes, oordeel.bevindingen) == ({(1, 1): 48000}, {}, ())


def test_every_line_refused_is_still_processed() -> None:
    oordeel = judge(declaratie(prestatie(volume=5)), feiten())

    assert (oordeel.oordeel, oordeel.toegekend) == ("deels_afgekeurd", 0)
    assert (oordeel.regel_codes, oordeel.toekenningen) == ({(1, 1): ("9321",)}, {})


def test_a_finding_of_level_2_refuses_the_message() -> None:
    bericht = declaratie(totaal=1)

    oordeel = judge_technisch(toets_niveau_2(bericht))

    assert (oordeel.oordeel, oordeel.kop_codes, oordeel.toegekend) == ("afgekeurd", ("0001",), 0)
    assert [bevinding.regel for bevinding in oordeel.bevindingen] == ["TR358"]


def test_a_finding_in_the_Header_stops_before_the_Declaratie() -> None:
    oordeel = judge(declaratie(prestatie(volume=5)), feiten(identificatie_bezet=True, nummer_bezet=True))

    assert (oordeel.oordeel, oordeel.kop_codes, oordeel.declaratie_codes) == ("afgekeurd", ("9056",), ())
    assert (oordeel.regel_codes, oordeel.toekenningen) == ({}, {})
    assert [bevinding.pad for bevinding in oordeel.bevindingen] == ["/Bericht/Header"]


def test_a_finding_on_the_Declaratie_stops_before_the_lines() -> None:
    oordeel = judge(declaratie(prestatie(volume=5)), feiten(nummer_bezet=True, laatste_periode=date(2025, 2, 1)))

    assert (oordeel.oordeel, oordeel.kop_codes, oordeel.declaratie_codes) == ("afgekeurd", (), ("9333", "8214"))
    assert (oordeel.regel_codes, oordeel.toekenningen) == ({}, {})


def test_findings_stand_in_document_order_with_place_level_and_sentences() -> None:
    bericht = declaratie(prestatie(volume=5, bedrag=1), CREDIT)

    first, second, third = judge(bericht, feiten()).bevindingen

    assert [(b.regel, b.niveau, b.retourcode) for b in (first, second, third)] == [
        ("TR346", 4, "9346"),
        ("TR321", 3, "9321"),
        ("TR323", 3, "8017"),
    ]
    assert first.pad == "/Bericht/Declaratie/Clienten/Client[1]/Prestaties/Prestatie[1]"
    assert (first.element, first.regelnummer) == (
        "IngediendBedrag/Bedrag",
        bericht.clienten[0].prestaties[0].regelnummer,
    )
    assert first.melding
    assert first.advies


def test_an_approved_credit_awards_less_than_nothing() -> None:
    oordeel = judge(declaratie(CREDIT), feiten(debetregels={"P0000": debetregel()}))

    assert (oordeel.oordeel, oordeel.toegekend, oordeel.toekenningen) == ("goedgekeurd", -48000, {(1, 1): -48000})


def test_a_refused_client_leaves_the_others() -> None:
    bericht = declaratie(clienten={bsn(1): [prestatie()], bsn(2): [prestatie(referentie="B", toewijzing=1002)]})
    facts = feiten(toewijzing(client=client_hash(bsn(3))), toewijzing(nummer=1002, client=client_hash(bsn(2))))

    oordeel = judge(bericht, facts)

    assert (oordeel.client_codes, oordeel.regel_codes) == ({1: ("8187",)}, {(1, 1): ("0233",)})
    assert oordeel.toekenningen == {(2, 1): 48000}


def test_lines_of_a_refused_client_use_no_volume() -> None:
    """Two Clienten name toewijzing 1001, which is the second one's."""
    february = prestatie(referentie="B", begin="2025-02-01", eind="2025-02-28")
    bericht = declaratie(
        clienten={bsn(1): [prestatie()], bsn(2): [february]},
        begin="2025-02-01",
        eind="2025-02-28",
        dagtekening="2025-03-01",
    )
    total = toewijzing(client=client_hash(bsn(2)), volume=4, frequentie="6")

    oordeel = judge(bericht, feiten(total, vandaag=date(2025, 3, 1), tarieven=tarieven(12000)))

    assert oordeel.toekenningen == {(2, 1): 48000}


def test_of_lines_that_are_together_too_much_the_later_is_refused() -> None:
    january, february = prestatie(volume=5), prestatie(referentie="B", begin="2025-02-01", eind="2025-02-28")
    total = feiten(toewijzing(volume=8, frequentie="6"), vandaag=date(2025, 3, 1), tarieven=tarieven(12000))
    kop = {"begin": "2025-02-01", "eind": "2025-02-28", "dagtekening": "2025-03-01"}

    assert judge(declaratie(january, february, **kop), total).regel_codes == {(1, 2): ("9322",)}
    assert judge(declaratie(february, january, **kop), total).regel_codes == {(1, 2): ("9322",)}


def test_a_refused_line_uses_no_volume() -> None:
    wrong = prestatie(volume=6, bedrag=1)
    february = prestatie(referentie="B", begin="2025-02-01", eind="2025-02-28")
    total = feiten(toewijzing(volume=6, frequentie="6"), vandaag=date(2025, 3, 1), tarieven=tarieven(12000))

    oordeel = judge(declaratie(wrong, february, begin="2025-02-01", eind="2025-02-28", dagtekening="2025-03-01"), total)

    assert (oordeel.regel_codes, oordeel.toekenningen) == ({(1, 1): ("9346",)}, {(1, 2): 48000})


def test_budget_is_used_up_line_by_line() -> None:
    generic = toewijzing(categorie=None, code=None, volume=None, eenheid=None, frequentie=None, budget=60_000)
    lines = [prestatie(), prestatie(referentie="B", categorie="07", code="DAG2", volume=2, tarief=6000)]

    assert judge(declaratie(*lines), feiten(generic)).regel_codes == {}
    assert judge(declaratie(*lines), feiten(replace(generic, budget=59_999))).regel_codes == {(1, 2): ("9369",)}


def test_a_credit_later_in_the_document_makes_room_first() -> None:
    facts = feiten(
        gebruikt={1001: Gebruik({"82": 52}, 0)},
        debetregels={"P0000": debetregel()},
        open_debet={(1001, date(2025, 1, 1), date(2025, 1, 31), "02", "SPF3"): {"P0000"}},
    )

    oordeel = judge(declaratie(prestatie(), CREDIT), facts)

    assert (oordeel.oordeel, oordeel.toegekend) == ("goedgekeurd", 0)


# --- the worked examples of process.md §6.4: each month the most that may be declared, and one more ---

ORH = {"categorie": "01", "code": "ORH1"}
A = toewijzing(volume=4, eenheid="04", ingangsdatum=date(2026, 2, 10), einddatum=date(2026, 4, 16))
A_MONTHS = [("2026-02-10", "2026-02-28"), ("2026-03-01", "2026-03-31"), ("2026-04-01", "2026-04-16")]
B = toewijzing(volume=25000, eenheid="83", ingangsdatum=date(2026, 2, 10), einddatum=date(2026, 4, 3))
B_MONTHS = [*A_MONTHS[:2], ("2026-04-01", "2026-04-03")]
D = toewijzing(volume=2, eenheid="84", ingangsdatum=date(2025, 12, 17), einddatum=date(2026, 1, 14))
D_MONTHS = [("2025-12-17", "2025-12-31"), ("2026-01-01", "2026-01-14")]
E = replace(A, volume=15, frequentie="4")
F = replace(A, volume=80, frequentie="6")


def outcome(
    allocated: Toewijzing, months: Iterable[tuple[str, str]], volumes: Iterable[int], eenheid: str | None = None
) -> list[tuple[str, ...]]:
    """The codes of a line per month; () where it is approved."""
    what = {"categorie": allocated.categorie, "code": allocated.code, "eenheid": eenheid or allocated.eenheid}
    lines = [
        prestatie(referentie=f"R{begin}", begin=begin, eind=eind, volume=volume, **what)
        for (begin, eind), volume in zip(months, volumes, strict=True)
    ]
    bericht = declaratie(*lines, begin="2026-04-01", eind="2026-04-30", dagtekening="2026-05-01")
    facts = feiten(allocated, vandaag=date(2026, 5, 1), tarieven=Tarieven(()))
    regel_codes = judge(bericht, facts).regel_codes
    return [regel_codes.get((1, n), ()) for n in range(1, len(lines) + 1)]


@pytest.mark.parametrize(
    ("allocated", "months", "most"),
    [
        pytest.param(A, A_MONTHS, [12, 24, 12], id="A"),
        pytest.param(B, B_MONTHS, [50000, 150000, 0], id="B"),
        pytest.param(replace(A, **ORH), A_MONTHS, [24, 24, 24], id="C"),
        pytest.param(D, D_MONTHS, [6, 6], id="D"),
        pytest.param(E, A_MONTHS, [15, 15, 15], id="E"),
        pytest.param(F, A_MONTHS, [80, 80, 80], id="F"),
    ],
)
def test_TR321_worked_example(allocated: Toewijzing, months: list[tuple[str, str]], most: list[int]) -> None:
    for month, volume in zip(months, most, strict=True):
        assert outcome(allocated, [month], [volume]) == [()]
        assert "9321" in outcome(allocated, [month], [volume + 1])[0]


@pytest.mark.parametrize(
    ("allocated", "months", "fits", "too_much"),
    [
        pytest.param(A, A_MONTHS, [12, 24, 4], [12, 24, 5], id="A"),
        pytest.param(B, B_MONTHS, [50000, 150000, 0], None, id="B"),
        pytest.param(replace(A, **ORH), A_MONTHS, [24, 16, 0], [24, 16, 1], id="C"),
        pytest.param(D, D_MONTHS, [6, 4], [6, 5], id="D"),
        pytest.param(E, A_MONTHS, [15, 15, 15], None, id="E"),
        pytest.param(F, A_MONTHS, [70, 5, 5], [70, 5, 6], id="F"),
    ],
)
def test_TR322_worked_example(
    allocated: Toewijzing, months: list[tuple[str, str]], fits: list[int], too_much: list[int] | None
) -> None:
    assert outcome(allocated, months, fits) == [()] * len(months)
    if too_much is not None:
        assert outcome(allocated, months, too_much) == [*[()] * (len(months) - 1), ("9322",)]


def test_TR322_worked_example_A_twelve_twenty_four_and_twelve() -> None:
    assert outcome(A, A_MONTHS, [12, 24, 12]) == [(), (), ("9322",)]


def test_TR321_TR322_worked_example_A_in_minutes() -> None:
    assert outcome(A, A_MONTHS, [720, 1440, 240], "01") == [(), (), ()]
    assert outcome(A, A_MONTHS, [721, 1440, 720], "01") == [("9321",), (), ()]
    assert outcome(A, A_MONTHS, [720, 1440, 241], "01") == [(), (), ("9322",)]


# --- a gemeente's own 325 ---

LINES = {
    bsn(1): [prestatie(), prestatie(referentie="B", toewijzing=2, volume=2)],
    bsn(2): [prestatie(referentie="C", toewijzing=3, vorig="P0000", dc="C")],
}
HEEN = wmo323(clienten=LINES)


def answered(**anders: Any) -> Oordeel:
    antwoord = read_antwoord(as_stream(wmo325(HEEN, **anders)), WMO325, SCHEMAS)
    facts = antwoord_feiten(declaratie(clienten=LINES))
    assert toets_niveau_2(antwoord) == ()
    assert check_antwoord(antwoord, facts) == ()
    return judge_antwoord(antwoord, facts)


def test_an_antwoord_that_approves_everything() -> None:
    oordeel = answered()

    assert (oordeel.oordeel, oordeel.toegekend) == ("goedgekeurd", 24000)
    assert oordeel.toekenningen == {(1, 1): 48000, (1, 2): 24000, (2, 1): -48000}


def test_an_antwoord_that_refuses_lines_approves_the_others() -> None:
    oordeel = answered(refused={"B": ("9321", "9322"), "C": ("8017",)})

    assert (oordeel.oordeel, oordeel.toegekend) == ("deels_afgekeurd", 48000)
    assert oordeel.regel_codes == {(1, 2): ("9321", "9322"), (2, 1): ("8017",)}
    assert oordeel.toekenningen == {(1, 1): 48000}


def test_an_antwoord_that_refuses_a_client() -> None:
    oordeel = answered(client_codes={bsn(1): ("8187",)})

    assert oordeel.regel_codes == {(1, 1): ("0233",), (1, 2): ("0233",)}
    assert (oordeel.toekenningen, oordeel.toegekend) == ({(2, 1): -48000}, -48000)


def test_an_antwoord_that_refuses_the_declaratie() -> None:
    oordeel = answered(declaratie_codes=("9333",))

    assert (oordeel.oordeel, oordeel.declaratie_codes, oordeel.toegekend) == ("afgekeurd", ("9333",), 0)
    assert (oordeel.regel_codes, oordeel.toekenningen) == ({}, {})


def test_an_antwoord_that_refuses_the_message() -> None:
    oordeel = answered(header_codes=("0001",))

    assert (oordeel.oordeel, oordeel.kop_codes) == ("afgekeurd", ("0001",))


def test_an_antwoord_without_its_declaratie_is_not_judged() -> None:
    antwoord = read_antwoord(as_stream(wmo325(HEEN)), WMO325, SCHEMAS)

    with pytest.raises(ValueError, match="geen declaratie"):
        judge_antwoord(antwoord, antwoord_feiten(declaratie(clienten=LINES), declaratie=None))


# --- whatever is declared ---

BROKEN = [
    {},
    {"volume": 5},
    {"tarief": 11999},
    {"bedrag": 7},
    {"toewijzing": 9999},
    {"code": "SPF4"},
    {"eenheid": "84"},
    {"vorig": "P0000", "dc": "C"},
    {"vorig": "P000X", "dc": "C"},
]


def _line(n: int, kind: dict[str, Any], owner: int) -> dict[str, Any]:
    """Line n in order but for `kind`, on a toewijzing of client `owner`; a credit keeps its debit's number apart."""
    vorig = f"{kind['vorig']}-{n}" if "vorig" in kind else None
    return prestatie(**{"referentie": f"R{n}", "toewijzing": 10 * n + owner, **kind, "vorig": vorig})


@given(
    strategies.lists(
        strategies.tuples(strategies.sampled_from(BROKEN), strategies.sampled_from([1, 2, 3]), strategies.booleans()),
        min_size=1,
        max_size=12,
    )
)
@settings(deadline=None, max_examples=60)
def test_what_is_granted_is_the_sum_of_the_awards_and_the_answer_explains_the_rest(
    drawn: list[tuple[dict[str, Any], int, bool]],
) -> None:
    """TR342 holds for any mixture, and a gemeente that answered so would have decided the same."""
    clienten: dict[str, list[dict[str, Any]]] = {}
    for n, (kind, client, strange) in enumerate(drawn):
        owner = client if not strange else client % 3 + 1
        clienten.setdefault(bsn(client), []).append(_line(n, kind, owner))
    content = wmo323(clienten=clienten)
    bericht = declaratie(clienten=clienten)
    allocated = [
        toewijzing(nummer=10 * n + owner, client=client_hash(bsn(owner)))
        for n in range(len(drawn))
        for owner in (1, 2, 3)
    ]
    debets = {
        line.vorig: debetregel(toewijzing=line.toewijzing, client=client_hash(client.bsn))
        for client in bericht.clienten
        for line in client.prestaties
        if line.vorig is not None and line.vorig.startswith("P0000")
    }

    oordeel = judge(bericht, feiten(*allocated, debetregels=debets))

    assert sum(oordeel.toekenningen.values()) == oordeel.toegekend
    places = {line.plaats for line in bericht.prestaties}
    assert oordeel.toekenningen.keys() | oordeel.regel_codes.keys() == places
    assert not oordeel.toekenningen.keys() & oordeel.regel_codes.keys()
    reply = build_325(bericht, oordeel, BytesIO(content), "A0001", date(2025, 2, 10), SCHEMAS)
    antwoord = read_antwoord(as_stream(reply), WMO325, SCHEMAS)
    facts = antwoord_feiten(bericht)
    assert toets_niveau_2(antwoord) == ()
    assert check_antwoord(antwoord, facts) == ()
    decided = judge_antwoord(antwoord, facts)
    assert (decided.toegekend, decided.toekenningen) == (oordeel.toegekend, oordeel.toekenningen)
    assert (decided.oordeel, decided.regel_codes) == (oordeel.oordeel, oordeel.regel_codes)


def test_every_one_of_many_lines_is_judged() -> None:
    aantal = 20_000
    one = declaratie()
    (line,) = one.prestaties
    many = _many(one, line, aantal)
    known = {n: toewijzing(nummer=n) for n in range(aantal)}

    oordeel = judge(many, replace(feiten(), toewijzingen=known, producten=PRODUCTEN))

    assert oordeel.oordeel == "goedgekeurd"
    assert len(oordeel.toekenningen) == aantal


def _many(one: Declaratie, line: Prestatie, aantal: int) -> Declaratie:
    lines = tuple(replace(line, index=n + 1, referentienummer=str(n), toewijzing=n) for n in range(aantal))
    client: Client = replace(one.clienten[0], prestaties=lines)
    return replace(one, soort=WMO323, clienten=(client,))
