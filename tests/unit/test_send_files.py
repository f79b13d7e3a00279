"""Which files `hub send` takes, what must wait for what, and where answers go."""

from pathlib import Path

import pytest
import typer

from builders import wmo301, wmo323
from services.cli.send_files import Zending, in_groepen, zoek_zendingen

TOEWIJZING, DECLARATIE = wmo301(), wmo323()


def put(map_: Path, **inhoud: bytes) -> None:
    """Files named by keyword, with XML behind them."""
    map_.mkdir(parents=True, exist_ok=True)
    for naam, tekst in inhoud.items():
        (map_ / f"{naam}.xml").write_bytes(tekst)


def namen(zendingen: list[Zending]) -> list[str]:
    return [zending.naam for zending in zendingen]


def test_a_folder_is_taken_as_a_person_counts_and_without_answers_of_before(tmp_path: Path) -> None:
    put(tmp_path, b10=TOEWIJZING, b9=TOEWIJZING)
    put(tmp_path / "c", b1=TOEWIJZING)
    (tmp_path / "b9.retour.xml").write_bytes(TOEWIJZING)
    (tmp_path / "lees.txt").write_text("niets")

    assert namen(zoek_zendingen([str(tmp_path)], None)) == ["b9.xml", "b10.xml", "c/b1.xml"]


def test_the_message_says_its_service_and_its_parties(tmp_path: Path) -> None:
    put(tmp_path, a=TOEWIJZING, b=DECLARATIE, c=b"onzin")

    gevonden = zoek_zendingen([str(tmp_path)], None)

    assert [zending.dienst for zending in gevonden] == ["allocation", "declaration", "allocation"]
    assert [zending.groep for zending in gevonden] == [("iwmo", "0503", "75000001")] * 2 + [()]
    assert [zending.verzender for zending in gevonden] == ["0503", "75000001", None]


def test_answers_stand_beside_or_in_one_folder_under_the_names_of_the_files(tmp_path: Path) -> None:
    put(tmp_path / "in" / "sub", a=TOEWIJZING)
    uit = tmp_path / "uit"

    (naast,), (apart,) = (zoek_zendingen([str(tmp_path / "in")], waar) for waar in (None, uit))

    assert naast.antwoord == tmp_path / "in" / "sub" / "a.antwoord.json"
    assert (apart.antwoord, apart.retour) == (uit / "sub" / "a.antwoord.json", uit / "sub" / "a.retour.xml")


@pytest.mark.parametrize("wat", [["a", "b"], ["weg"], ["leeg"]])
def test_two_answers_of_one_name_a_file_that_is_not_there_and_nothing_are_wrong_use(
    tmp_path: Path, wat: list[str]
) -> None:
    put(tmp_path / "a", x=TOEWIJZING)
    put(tmp_path / "b", x=TOEWIJZING)
    put(tmp_path / "leeg")

    with pytest.raises(typer.Exit) as einde:
        zoek_zendingen([str(tmp_path / naam) for naam in wat], tmp_path / "uit")

    assert einde.value.exit_code == 2


def test_a_file_that_is_named_twice_is_sent_once(tmp_path: Path) -> None:
    put(tmp_path, a=TOEWIJZING)

    assert len(zoek_zendingen([str(tmp_path), str(tmp_path / "a.xml")], None)) == 1


def test_what_is_between_the_same_parties_waits_for_each_other(tmp_path: Path) -> None:
    andere = TOEWIJZING.replace(b"75000001", b"75000002")
    put(tmp_path, a=DECLARATIE, b=andere, c=TOEWIJZING)
    zendingen = zoek_zendingen([str(tmp_path)], None)

    groepen = {
        keuze: [namen(groep) for groep in in_groepen(zendingen, keuze, 4)]  # type: ignore[arg-type]
        for keuze in ("partijen", "soort", "los")
    }

    assert groepen == {
        "partijen": [["a.xml", "c.xml"], ["b.xml"]],
        "soort": [["c.xml", "a.xml"], ["b.xml"]],
        "los": [["a.xml"], ["b.xml"], ["c.xml"]],
    }
    assert [namen(groep) for groep in in_groepen(zendingen, "partijen", 1)] == [["a.xml", "b.xml", "c.xml"]]
