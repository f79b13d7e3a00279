"""Every rule of the reference is held or excused, with its retourcode; what is ours alone is named here."""

import csv
import re
from collections.abc import Callable

import pytest
from conformance.published import REFERENTIE

from services.cli.regels import Regelrij, regels

# Asked of each row of rules.csv: these levels, and these messages (a 302 is checked by matching and echo).
LEVELS = {"xslt", "berichtoverstijgend", "extern"}
JUDGED_32 = ("301", "323", "325")
STANDARDS = {"iwmo": "WMO", "ijw": "JW"}

# How answers are built and which rules are ours (docs/decisions/0004, 0008): no row of the reference is about them.
OURS_32 = {"325": {"IV087", "OP303"}, "323": {"HUB02"}, "301": set[str]()}
OURS_23 = {
    "303": {*(f"HUB0{n}" for n in range(1, 8)), "IV032", "IV053", "OP278", "8004"},
    "304": {"HUB08", "IV056", "OP065", "OP287"},
}
# Rows of release-2.3-declaration.md §3.1 that the schema holds, or that came later.
BY_SCHEMA = {"CS319", "CS320", "CS322"}
LATER = {"CS103"}
# Named in §2, at the type of Bsn.
IN_SECTION_2 = {"CS002": {"0001"}}
ONLY_304 = {"CS324", "TR320"}

Row = tuple[str, str | None]  # rule, retourcode


def ours(standaard: str, release: str, nummer: str) -> dict[Row, str]:
    """{(rule, retourcode): status} of one kind."""
    soort = STANDARDS[standaard] + nummer
    rows = [rij for rij in regels() if (rij.standaard, rij.release, rij.berichtsoort) == (standaard, release, soort)]
    return {(rij.regel, rij.retourcode): rij.status for rij in rows}


def told(rows: dict[Row, str]) -> str:
    held = sum(status == "implemented" for status in rows.values())
    return f"{held} implemented, {len(rows) - held} excused, {len(rows)} in all"


@pytest.mark.parametrize("standaard", STANDARDS)
@pytest.mark.parametrize("nummer", JUDGED_32)
def test_every_rule_of_3_2_is_held_or_excused(standaard: str, nummer: str, report: Callable[[str], None]) -> None:
    soort = STANDARDS[standaard] + nummer
    with open(REFERENTIE / "rules.csv", encoding="utf-8", newline="") as file:
        asked = {
            row["id"]
            for row in csv.DictReader(file)
            if row["control_level"] in LEVELS and soort in row["messages"].split(";")
        }
    rows = {row: status for row, status in ours(standaard, "3.2", nummer).items() if row[0] not in OURS_32[nummer]}

    report(f"rules of {soort} 3.2: {told(rows)}; {len(asked)} in the reference")
    assert {rule for rule, _ in rows} == asked


def in_section_3_1() -> dict[str, set[str]]:
    """{rule: retourcodes} of the table in release-2.3-declaration.md §3.1."""
    text = (REFERENTIE / "release-2.3-declaration.md").read_text(encoding="utf-8")
    section = text.partition("### 3.1")[2].partition("### 3.2")[0]
    found: dict[str, set[str]] = {}
    for line in section.splitlines():
        if line.startswith("| ") and (ids := re.findall(r"\b(?:CD|CS|TR)\d{3}\b", line.split("|")[1])):
            codes = re.findall(r"\b(?:\d{4}|S\d{3})\b", line.split("|")[3])
            # "TR307 / TR308" with "9307 / 9308": one code each, or one for all.
            each = codes if len(codes) == len(ids) else codes[:1] * len(ids)
            for rule, code in zip(ids, each or [""] * len(ids), strict=True):
                found.setdefault(rule, set()).add(code)
    return found


@pytest.mark.parametrize("standaard", STANDARDS)
def test_every_rule_of_2_3_is_held_or_excused(standaard: str, report: Callable[[str], None]) -> None:
    named = {rule: codes for rule, codes in in_section_3_1().items() if rule not in BY_SCHEMA | LATER}
    reference = named | IN_SECTION_2
    rows = {
        nummer: {row: s for row, s in ours(standaard, "2.3", nummer).items() if row[0] not in OURS_23[nummer]}
        for nummer in OURS_23
    }
    for nummer, found in rows.items():
        report(f"rules of {STANDARDS[standaard]}{nummer} 2.3: {told(found)}; {len(reference)} in the reference")

    assert {rule for found in rows.values() for rule, _ in found} == set(reference)
    assert {rule for rule, _ in rows["303"]} == set(reference) - ONLY_304
    # 8849 is the code of RetourDagtekening (§3.3); the table gives CS064 one code for both dates.
    for rule, code in rows["303"]:
        assert code in reference[rule], rule


def test_every_code_of_a_304_has_a_rule() -> None:
    text = (REFERENTIE / "release-2.3-declaration.md").read_text(encoding="utf-8")
    listed = text.partition("### 3.3")[2].partition("Other codes")[0]
    codes = set(re.findall(r"\b(?:\d{4}|S\d{3})\b", listed)) - {"0200", "0233", "8001"}

    assert codes <= {rij.retourcode for rij in regels() if rij.berichtsoort in ("WMO303", "WMO304")}


def test_nothing_is_both_held_and_excused() -> None:
    def of(status: str) -> set[tuple[str, str, str, str]]:
        chosen: list[Regelrij] = [rij for rij in regels() if rij.status == status]
        return {(rij.standaard, rij.release, rij.berichtsoort, rij.regel) for rij in chosen}

    assert of("implemented") & of("excused") == set()
