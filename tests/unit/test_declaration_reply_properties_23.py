"""Whatever a 303 declares: its 304 explains the total (TR320), and a gemeente that sent it decided the same."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from builders_23 import prestatie23, wmo303
from declaration_judging import client_hash
from declaration_judging_23 import (
    P1,
    SCHEMAS,
    antwoord_feiten,
    contract,
    debetregel,
    feiten,
    read_303,
    read_304,
    toewijzing,
)
from hypothesis import given, settings, strategies

from builders import bsn
from services.declaration.reply import build_304
from services.declaration.rules.feiten import AFGEKEURD, DECLARATIE, FACTUUR, Feiten
from services.declaration.verdict import check_antwoord, judge, judge_antwoord, toets_niveau_2

TODAY = date(2025, 4, 10)

KINDS: list[dict[str, Any]] = [
    {},
    {"bedrag": 0},
    {"bedrag": 50001},
    {"bedrag": 123, "tarief": 48000},
    {"tarief": 47999},
    {"volume": 2},
    {"toewijzing": 9999},
    {"toewijzing": None},
    {"code": "SPF4"},
    {"eenheid": "16"},
    {"begin": "2024-12-31"},
    {"referentie": "SHARED", "code": "ORH1", "categorie": "01"},
    {"referentie": "SHARED"},
    {"vorig": "GOOD", "dc": "C"},
    {"vorig": "REFUSED", "dc": "C"},
    {"vorig": "NONE", "dc": "C"},
]
# What the judged debit is that a credit names; of NONE there is none.
DEBETS: dict[str, dict[str, Any]] = {
    "GOOD": {},
    "REFUSED": {"status": AFGEKEURD, "toegekend": 0, "per_periode": {}},
}
# Per line: its kind, its client, and whether it names a toewijzing of another client (8187).
DRAWN = strategies.lists(
    strategies.tuples(
        strategies.sampled_from(KINDS),
        strategies.sampled_from([1, 2, 3]),
        strategies.sampled_from([*[False] * 8, True]),
    ),
    min_size=1,
    max_size=12,
)


def _lines(drawn: list[tuple[dict[str, Any], int, bool]]) -> dict[str, list[dict[str, Any]]]:
    """{bsn: lines}, each line in order but for its kind; level 2 allows a kind with a number of its own only once."""
    clienten: dict[str, list[dict[str, Any]]] = {}
    used: set[tuple[str, int]] = set()
    for n, (drawn_kind, client, strange) in enumerate(drawn):
        kind = {} if (str(drawn_kind), client) in used else drawn_kind
        if "referentie" in kind:
            used.add((str(kind), client))
        owner = client % 3 + 1 if strange else client
        usual = {"referentie": f"R{n}", "toewijzing": 10 * n + owner, "btw_vrijstelling": "1"}
        vorig = f"{kind['vorig']}-{n}" if "vorig" in kind else None
        clienten.setdefault(bsn(client), []).append(prestatie23(**{**usual, **kind, "vorig": vorig}))
    return clienten


def _facts(aantal: int, clienten: dict[str, list[dict[str, Any]]], vorm: str) -> Feiten:
    """A toewijzing for every line, of every client; the debits that its credits name."""
    debets = {}
    for number, lines in clienten.items():
        for line in lines:
            kind, _, _ = (line["vorig"] or "").partition("-")
            if kind in DEBETS:
                own = {"vorm": vorm, "toewijzing": line["toewijzing"], "client": client_hash(number)}
                debets[line["vorig"]] = debetregel(**own, **DEBETS[kind])
    allocated = [
        toewijzing(nummer=10 * n + owner, client=client_hash(bsn(owner))) for n in range(aantal) for owner in (1, 2, 3)
    ]
    a = {(een.nummer, P1): 48000 for een in allocated}
    return feiten(*allocated, contracten=(contract(vorm=vorm),), debetregels=debets, toegewezen=a)


@pytest.mark.parametrize("vorm", [DECLARATIE, FACTUUR])
@given(drawn=DRAWN)
@settings(deadline=None, max_examples=60)
def test_every_answer_explains_its_total_and_a_gemeente_that_sent_it_decided_the_same(
    vorm: str, drawn: list[tuple[dict[str, Any], int, bool]]
) -> None:
    clienten = _lines(drawn)
    content = wmo303(clienten=clienten, factuur=vorm == FACTUUR)
    bericht = read_303(content)
    assert toets_niveau_2(bericht) == ()

    oordeel = judge(bericht, _facts(len(drawn), clienten, vorm))

    places = {line.plaats for line in bericht.prestaties}
    assert oordeel.toekenningen.keys() | oordeel.regel_codes.keys() == places
    assert not oordeel.toekenningen.keys() & oordeel.regel_codes.keys()
    assert oordeel.gedeeltelijk <= oordeel.toekenningen.keys()
    assert vorm == DECLARATIE or not oordeel.gedeeltelijk
    antwoord = read_304(build_304(bericht, oordeel, BytesIO(content), "HG1", TODAY, SCHEMAS))
    facts = antwoord_feiten(bericht, vandaag=TODAY)
    assert toets_niveau_2(antwoord) == ()
    assert check_antwoord(antwoord, facts) == ()
    decided = judge_antwoord(antwoord, facts)
    assert (decided.oordeel, decided.toegekend) == (oordeel.oordeel, oordeel.toegekend)
    assert (decided.regel_codes, decided.toekenningen) == (oordeel.regel_codes, oordeel.toekenningen)
    assert decided.gedeeltelijk == oordeel.gedeeltelijk
