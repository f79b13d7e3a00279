"""docs/money.md tells what the hub computes: its worked examples, computed again."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from declaration_hub import Hub, make_hub
from toewijzingen import per_week

from builders import prestatie, wmo323
from services.cli.console import euro
from services.declaration.afspraken import gevolgen, loading
from services.declaration.afspraken.indexation import Indexatie
from services.declaration.afspraken.kenmerken import Kenmerken, zet
from services.declaration.cijfers.prognose import Post, deel_voor, gesplitst, rijen, samen
from services.declaration.contracts import Mapping
from services.declaration.feed import pull
from services.declaration.journal import toegewezen
from services.declaration.lijsten.herstel import lees_herstel
from services.declaration.tariffs import Tarief, Tarieven
from services.declaration.weeks import Periodes, Week53, periodes_van

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "money.md").read_text(encoding="utf-8").split())
PERIODES = Periodes(p for jaar in (2025, 2026, 2027) for p in periodes_van(jaar, Week53.P13_LONG))
VER = date(2028, 12, 31)


def tarief(van: str, tot: str | None, bedrag: int, eenheid: str | None = None) -> Tarief:
    looptijd = date.fromisoformat(van), date.fromisoformat(tot) if tot else None
    return Tarief("0503", None, "SPF3", *looptijd, bedrag, None, date(2024, 12, 1), "FICTIEF", eenheid)


def page(cent: int) -> str:
    """An amount as the page writes it: 1,728.00."""
    return euro(cent).replace(".", "_").replace(",", ".").replace("_", ",")


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    made = make_hub(tmp_path)
    made.toewijs()
    pull(made.dienst, made.bron)
    made.post(wmo323(prestatie()))
    return made.op(date(2025, 3, 3))


def test_hours_per_week_at_a_tariff_per_hour() -> None:
    uren = per_week("2025-04-09", "2025-06-25", volume=3, eenheid="04", frequentie="2")
    a = toegewezen(uren, None, PERIODES, Tarieven([tarief("2025-01-01", None, 6600, "uur")]), "SPF3", VER)

    per_periode = [page(bedrag) for bedrag in a.bedragen.values()]
    assert f"{', '.join(per_periode[:3])} and {per_periode[3]} in P4 to P7" in PAGE


def test_an_indexed_tariff() -> None:
    vng = ("VNG advies 2025", date(2024, 10, 2), date(2025, 1, 1), "FICTIEF")
    cent, week = (Indexatie(4960, *vng, veelvoud=veelvoud).bedrag(70159) for veelvoud in (1, 4))

    assert f"701.59 becomes {page(cent)}, or {page(week)}" in PAGE


def test_a_retroactive_change(hub: Hub) -> None:
    kop = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit"
    with hub.dienst.database.write() as conn:
        voor = gevolgen.stand(conn)
        loading.laad_tarieven(conn, f"{kop}\n0503,,SPF3,2025-01-01,,528.00,,2025-03-03,FICTIEF herstel\n", hub.moment)
        eerste = gevolgen.sinds(conn, voor).verschuivingen[0]
        [regel] = lees_herstel(conn, [])

    assert eerste.periode == "2025-P01"
    assert f"P1 gets {page(eerste.bedrag)} more" in PAGE
    verschil = page(regel.nieuw - regel.oud)
    assert f"{page(regel.oud)} → {page(regel.nieuw)}, verschil {verschil}" in PAGE


def test_kenmerken_leave_A_as_it_was(hub: Hub) -> None:
    with hub.dienst.database.write() as conn:
        uren = Kenmerken(minuten_per_week=185, reden="bezwaar", normenkader="2023")
        zet(conn, {("0503", "wmo", 1001): uren}, "0503", hub.dienst.nu())

    assert f"185 minutes a week on a toewijzing of {page(hub.toegewezen()['2025-P02'])} leave A" in PAGE


def test_a_prognose() -> None:
    bedragen = {1: (48000, 48000), 2: (48000, 38400), 3: (48000, 43200), 4: (48000, 0)}
    posten = [Post("0503", "SPF", "c1", f"2025-P{nr:02d}", a, d) for nr, (a, d) in bedragen.items()]
    rijp = {"2025-P01": "rijp", "2025-P02": "rijp"}
    [rij] = rijen(samen(posten), {("0503", "SPF"): 200000}, lambda _gemeente, label: rijp.get(label, "voorlopig"), 2025)

    assert f"960.00 allocated, {page(rij['gedeclareerdRijp'] or 0)} declared, {rij['verzilvering']:.0f} %" in PAGE
    assert f"864.00 + 432.00 + 432.00 = {page(rij['prognose'] or 0)}" in PAGE
    assert f"Begroting 2,000.00 leaves {page(rij['ruimte'] or 0)}" in PAGE
    assert f"not closed yet ({page(rij['vrijvalBijAfsluiten'] or 0)} above)" in PAGE


def test_a_long_P13_in_two_calendar_years() -> None:
    prijzen = Tarieven([tarief("2026-01-01", "2026-12-31", 50400), tarief("2027-01-01", None, 52000)])
    heel = per_week("2026-01-01", "2027-06-30")
    a = toegewezen(heel, Mapping.W, PERIODES, prijzen, "SPF3", VER).bedragen["2026-P13"]
    tabel, delen = gesplitst(PERIODES, 2026)
    voor = deel_voor(heel, Mapping.W, tabel, delen["2026-P13"], prijzen, VER)

    assert voor * a == Fraction(50400)
    assert f"a long P13 is {page(a)}: {page(int(a * voor))} in 2026 and {page(int(a - a * voor))} in 2027" in PAGE
