"""What may still be claimed is what the verdict approves and nothing more: both sides, for every contract form."""

from collections.abc import Mapping as Values
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toewijzingen import per_week

from services.declaration.contracts import Contract, Gebroken, Mapping, Product, Toewijzing, mapping_of
from services.declaration.journal import toegewezen
from services.declaration.message import Declaratie, Prestatie, Prestatie303
from services.declaration.ruimte.ruimten import Bezig, Opdracht, Ruimte, ontwerp, ruimten
from services.declaration.rules.feiten import Feiten, Gebruik
from services.declaration.tariffs import Tarief, Tarieven
from services.declaration.verdict.oordeel import Regeloordeel
from services.declaration.verdict.regelboek import regelboek
from services.declaration.weeks import Periodes, Week53, maand_van, periodes_van
from services.kernel.catalogue import find

TABEL = Periodes(p for jaar in range(2024, 2028) for p in periodes_van(jaar, Week53.P13_LONG))
SPF3 = Product("SPF3", "SPF", 3, 13, "02")
TARIEVEN = Tarieven([
    Tarief("0503", None, "SPF3", date(jaar, 1, 1), date(jaar, 12, 31), 48000 + 1601 * n, None, date(2023, 1, 1), "F")
    for n, jaar in enumerate(range(2023, 2028))
])  # fmt: skip
VORM = {Mapping.W: ("82", "2"), Mapping.E: ("83", "2"), Mapping.P: ("82", "6"), Mapping.M: ("83", "4")}
VANDAAG = date(2028, 1, 3)
LAATSTE = date(2027, 12, 31)


def toewijzing(**changes: Any) -> Toewijzing:
    """One stuk SPF3 a week in 2025, granted long before."""
    return replace(per_week("2025-01-01", "2025-12-31", toewijzingsdatum=date(2024, 1, 2)), **changes)


def contract(release: str, gebroken: Gebroken = Gebroken.WEEK, vorm: str = "declaratie") -> Contract:
    return Contract("75000001", "0503", "SPF", date(2023, 1, 1), LAATSTE, release, vorm, gebroken, Mapping.W)


def opdracht_32(dag: date) -> Opdracht:
    return Opdracht(find("WMO323", "3.2"), "0503", "75000001", *maand_van(dag), VANDAAG)


def opdracht_23(label: str, factuur: bool = False) -> Opdracht:
    periode = TABEL.met_label(label)
    assert periode is not None
    soort = find("WMO303", "2.3")
    return Opdracht(soort, "0503", "75000001", periode.begin, periode.eind, VANDAAG, factuur)


def feiten_van(t: Toewijzing, van: Contract, **anders: Any) -> Feiten:
    """The world with this toewijzing, and A as it is booked for it."""
    vorm = mapping_of(t, van)
    a = toegewezen(t, vorm, TABEL, TARIEVEN, t.code, LAATSTE).bedragen
    feiten = Feiten(
        vandaag=VANDAAG,
        toewijzingen={t.nummer: t},
        client_van={t.client: t.client},
        contracten=[van],
        producten={"SPF3": SPF3},
        tarieven=TARIEVEN,
        periodes=TABEL,
        toegewezen={(t.nummer, label): bedrag for label, bedrag in a.items()},
        aanbieder="75000001" if van.release == "2.3" else None,
    )
    return replace(feiten, **anders)


def bekijk(
    opdracht: Opdracht, t: Toewijzing, feiten: Feiten, bezig: Values[int, Bezig] | None = None
) -> tuple[Ruimte, Declaratie]:
    leeg = ontwerp(opdracht, [t])
    (ruimte,) = ruimten(opdracht, leeg, feiten, bezig or {})
    return ruimte, leeg


def oordeel(leeg: Declaratie, feiten: Feiten, **regel: Any) -> Regeloordeel:
    """The verdict on the line of the draft, changed."""
    boek = regelboek(leeg)
    (lijn,) = leeg.prestaties
    return boek.judge_debet(replace(lijn, **regel), boek.stand(leeg, feiten))


def lijn_van(ruimte: Ruimte) -> dict[str, Any]:
    return {"volume": ruimte.volume, "bedrag": ruimte.bedrag, "tarief": ruimte.tarief}


def assert_the_room_is_exact(leeg: Declaratie, feiten: Feiten, ruimte: Ruimte) -> None:
    """Claimed whole it is approved for 100 %; one unit or one cent more is refused, or awarded no higher."""
    euros = ruimte.toewijzing.eenheid == "83"
    if not ruimte.volume or not ruimte.bedrag:
        assert ruimte.redenen
        prijs = 1 if euros else ruimte.tarief or 1
        assert oordeel(leeg, feiten, volume=1, bedrag=prijs, tarief=ruimte.tarief).toegekend is None
        return
    assert ruimte.redenen == ()
    assert oordeel(leeg, feiten, **lijn_van(ruimte)).toegekend == ruimte.bedrag
    meer = ruimte.bedrag + (1 if euros else ruimte.tarief or 1)
    een_meer = oordeel(leeg, feiten, volume=ruimte.volume + 1, bedrag=meer, tarief=ruimte.tarief)
    assert (een_meer.toegekend or 0) <= ruimte.bedrag
    if isinstance(next(iter(leeg.prestaties)), Prestatie303) or not euros:
        een_cent = oordeel(leeg, feiten, **{**lijn_van(ruimte), "bedrag": ruimte.bedrag + 1})
        assert (een_cent.toegekend or 0) <= ruimte.bedrag


looptijden = st.tuples(st.dates(date(2024, 6, 1), date(2026, 6, 30)), st.integers(0, 500)).map(
    lambda paar: (paar[0], paar[0] + timedelta(days=paar[1]))
)


@settings(max_examples=150, deadline=None)
@given(
    looptijd=looptijden,
    mapping=st.sampled_from(Mapping),
    volume=st.integers(1, 6),
    plek=st.integers(0, 500),
    gebruikt=st.integers(0, 40),
    categorie=st.sampled_from(["01", "02"]),
)
def test_a_month_of_release_3_2(
    looptijd: tuple[date, date], mapping: Mapping, volume: int, plek: int, gebruikt: int, categorie: str
) -> None:
    begin, eind = looptijd
    groot = volume * 12001 if VORM[mapping][0] == "83" else volume
    eenheid, frequentie = VORM[mapping]
    t = toewijzing(
        ingangsdatum=begin, einddatum=eind, volume=groot, eenheid=eenheid, frequentie=frequentie, categorie=categorie
    )
    al = gebruikt * groot
    product = replace(SPF3, categorie=categorie)
    gebruik = {1: Gebruik({eenheid: al}, al)}
    feiten = feiten_van(t, contract("3.2"), gebruikt=gebruik, producten={"SPF3": product})
    dag = begin + timedelta(days=min(plek, (eind - begin).days))

    ruimte, leeg = bekijk(opdracht_32(dag), t, feiten)

    assert (ruimte.begin, ruimte.eind) == (max(begin, maand_van(dag)[0]), min(eind, maand_van(dag)[1]))
    assert_the_room_is_exact(leeg, feiten, ruimte)


@settings(max_examples=150, deadline=None)
@given(
    looptijd=looptijden,
    gebroken=st.sampled_from(Gebroken),
    volume=st.integers(1, 3),
    eenheid=st.sampled_from(["82", "83"]),
    plek=st.integers(0, 500),
    deel=st.sampled_from([0, 1, 50, 99, 100]),
    stukken=st.integers(0, 20),
    factuur=st.booleans(),
)
def test_four_weeks_of_release_2_3(
    looptijd: tuple[date, date],
    gebroken: Gebroken,
    volume: int,
    eenheid: str,
    plek: int,
    deel: int,
    stukken: int,
    factuur: bool,
) -> None:
    begin, eind = looptijd
    groot = volume * 48001 if eenheid == "83" else volume
    t = toewijzing(ingangsdatum=begin, einddatum=eind, volume=groot, eenheid=eenheid, frequentie="3", release="2.3")
    van = contract("2.3", gebroken, "factuur" if factuur else "declaratie")
    periode = TABEL.van_week(begin + timedelta(days=min(plek, (eind - begin).days)))
    assert periode is not None
    vak = 1, periode.label
    kaal = feiten_van(t, van)
    al = stukken * groot
    feiten = replace(
        kaal,
        gedeclareerd={vak: kaal.toegewezen.get(vak, 0) * deel // 100},
        gebruikt={1: Gebruik({eenheid: al}, al)},
    )

    ruimte, leeg = bekijk(opdracht_23(periode.label, factuur), t, feiten)

    assert_the_room_is_exact(leeg, feiten, ruimte)


# --- why nothing may be claimed --------------------------------------------------------------------------------------


def codes(ruimte: Ruimte) -> list[str | None]:
    return [reden.retourcode for reden in ruimte.redenen]


def test_five_Sundays_are_five_pieces_at_the_price_of_a_week() -> None:
    t = toewijzing()
    ruimte, _ = bekijk(opdracht_32(date(2025, 3, 1)), t, feiten_van(t, contract("3.2")))

    assert (ruimte.maximum, ruimte.totaal, ruimte.gebruikt) == (5, 53, 0)
    assert (ruimte.volume, ruimte.tarief, ruimte.bedrag) == (5, 12801, 5 * 12801)
    assert isinstance(ruimte.voorstel, Prestatie)


def test_TR389_what_is_open_must_be_credited_first() -> None:
    t = toewijzing()
    sleutel = (1, *maand_van(date(2025, 3, 1)), "02", "SPF3")
    feiten = feiten_van(t, contract("3.2"), open_debet={sleutel: {"P1"}})

    ruimte, _ = bekijk(opdracht_32(date(2025, 3, 1)), t, feiten)

    assert (ruimte.volume, ruimte.bedrag, ruimte.voorstel, codes(ruimte)) == (0, 0, None, ["9389"])
    assert ruimte.redenen[0].melding


def test_a_stub_month_without_a_Sunday_says_9321() -> None:
    t = toewijzing(einddatum=date(2025, 4, 4))

    ruimte, _ = bekijk(opdracht_32(date(2025, 4, 1)), t, feiten_van(t, contract("3.2")))

    assert (ruimte.maximum, ruimte.volume, codes(ruimte)) == (0, 0, ["9321"])


def test_without_a_tariff_the_volume_is_known_and_the_amount_is_not() -> None:
    t = toewijzing()
    feiten = feiten_van(t, contract("3.2"), tarieven=Tarieven(()))

    ruimte, _ = bekijk(opdracht_32(date(2025, 3, 1)), t, feiten)

    assert (ruimte.volume, ruimte.bedrag, ruimte.voorstel) == (5, None, None)
    assert [reden.regel for reden in ruimte.redenen] == ["geen-tarief"]


def test_an_aspecific_toewijzing_leaves_its_budget_and_no_line() -> None:
    t = toewijzing(code=None, volume=None, eenheid=None, frequentie=None, budget=100000)
    feiten = feiten_van(t, contract("3.2"), gebruikt={1: Gebruik({"82": 3}, 36000)})

    ruimte, _ = bekijk(opdracht_32(date(2025, 3, 1)), t, feiten)

    assert (ruimte.volume, ruimte.bedrag, ruimte.voorstel) == (None, 64000, None)
    assert [reden.regel for reden in ruimte.redenen] == ["geen-productcode"]


def test_what_waits_for_an_answer_is_room_but_no_proposal() -> None:
    t = toewijzing()
    bezig = {1: Bezig(in_behandeling=5, in_behandeling_bedrag=60000)}

    ruimte, _ = bekijk(opdracht_32(date(2025, 3, 1)), t, feiten_van(t, contract("3.2")), bezig)

    assert (ruimte.volume, ruimte.voorstel) == (5, None)
    assert [reden.regel for reden in ruimte.redenen] == ["in-behandeling"]


def test_of_pieces_in_total_a_draft_claims_what_has_begun() -> None:
    t = toewijzing(volume=13, frequentie="6", ingangsdatum=date(2024, 12, 30), einddatum=date(2025, 12, 28))
    feiten = feiten_van(t, contract("3.2"), gebruikt={1: Gebruik({"82": 1}, 49601)})

    ruimte, _ = bekijk(opdracht_32(date(2025, 3, 1)), t, feiten)

    # By 31 March P1 to P4 have begun, and one piece is claimed.
    assert (ruimte.volume, ruimte.voorstel and ruimte.voorstel.volume) == (12, 3)


@pytest.mark.parametrize(
    ("gestuurd", "afgesproken", "code"), [(True, "declaratie", "8856"), (False, "factuur", "8855")]
)
def test_what_refuses_the_whole_message_refuses_every_line(gestuurd: bool, afgesproken: str, code: str) -> None:
    t = toewijzing(frequentie="3", release="2.3")
    feiten = feiten_van(t, contract("2.3", vorm=afgesproken))

    ruimte, _ = bekijk(opdracht_23("2025-P03", gestuurd), t, feiten)

    assert (ruimte.volume, codes(ruimte)) == (0, [code])
