"""What every command of `hub` does alike: help with an example, --json, and errors on stderr with a code that tells."""

import json
import re
import socket
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import databases
import laad_files
import pytest
import typer
from going_live import hub, init

from builders import wmo301
from services.cli import app, example_set
from services.cli.console import GEWEIGERD, NIET_BESCHIKBAAR, VERKEERD
from services.kernel.rules import ROOT

pytestmark = pytest.mark.dialects("sqlite")

# Their output is a story, or is JSON as it is.
WITHOUT_JSON = {"demo", "openapi"}
# They go on until they are told to stop; tests/e2e/test_processes.py runs them.
LONG_RUNNING = {"serve", "relay", "consume", "klok"}
# It needs a hub that runs: tests/e2e/test_send.py.
OVER_HTTP = {"send"}

CLI_MD = (ROOT / "docs" / "cli.md").read_text("utf-8")
INDEXATIE = "--percentage 4 --bron VNG --datum 2025-10-02 --vanaf 2027-01-01 --besluit B --proef"
# Command, its arguments ({} is the folder with files), how it ends, and a key of what it prints (of its first row).
ROWS = [
    ("init", "", 0, "gedaan"),
    ("backup", "{}/kopie", 0, "kopieen"),
    ("herstel", "{}/niets", GEWEIGERD, None),
    ("gezond", "relay", GEWEIGERD, "werkt"),
    ("check", "{}/goed.xml", 0, "oordeel"),
    ("regels", "", 0, "regel"),
    ("example", "WMO301 --uit {}/voorbeelden", 0, "bestanden"),
    ("example", "WMO323 --fout TR307 --uit {}/voorbeelden", 0, "bestanden"),
    ("verzilvering", "", 0, "percentage"),
    ("lijst", "", 0, "definitie"),
    ("lijst", "niet-gedeclareerd", 0, "tekst"),
    ("prognose", "--jaar 2025", 0, "items"),
    ("laad toewijzingen", "{}/toewijzingen.csv --proef", 0, "totalen"),
    ("laad prestaties", "{}/prestaties.csv", 0, "totalen"),
    ("tarief laad", "{}/tarieven.csv --proef", 0, "verschuivingen"),
    ("tarief indexeer", INDEXATIE, 0, "rijen"),
    ("tarief herstel", "", 0, None),
    ("tarief lijst", "", 0, "bekendVan"),
    ("contract laad", "{}/contracten.csv", 0, "rijen"),
    ("contract lijst", "", 0, "leveringsplicht"),
    ("contract producten", "{}/producten.csv", 0, "rijen"),
    ("contract productlijst", "{}/productlijsten.csv", 0, "rijen"),
    ("contract productenlijst", "", 0, "resultaatgebied"),
    ("contract onderaannemers", "{}/onderaannemers.csv", 0, "rijen"),
    ("begroting laad", "{}/begroting.csv", 0, "rijen"),
    ("begroting lijst", "", 0, "bedrag"),
    ("partij laad", "{}/partijen.csv", 0, "partijen"),
    ("partij lijst", "", 0, "code"),
    ("partij sleutel maak", "75000001", 0, "sleutel"),
    ("partij sleutel lijst", "75000001", 0, "laatstGebruikt"),
    ("partij sleutel intrek", "000000000000", GEWEIGERD, None),
    ("partij sleutel roteer", "000000000000", GEWEIGERD, None),
    ("partij oin", "0503 00000001001234567000", 0, "herkend"),
    ("partij client", "75000001 ecd", 0, "herkend"),
    ("partij machtigingen", "", 0, None),
    ("zandbak maak", "proef", 0, "sleutels"),
    ("zandbak lijst", "", 0, None),
    ("zandbak verwijder", "proef", GEWEIGERD, None),
    ("partij mandaat", "", 0, "soorten"),
    ("partij mandaat", "{}/mandaten.csv", 0, "rijen"),
    ("partij retour", "75000002 hub", 0, "retour"),
    ("partij machtiging", "0503 75000003", 0, "namens"),
    ("partij kanaal", "0503", 0, "bezorgdTot"),
    ("partij kanaal", "0503 amqp", 0, "wachtrij"),
    ("partij kanaal", "75000001 webhook --url https://zorg.example/in", 0, "geheim"),
    ("partij amqp", "0503", 0, "opdrachten"),
    ("geheim lijst", "", 0, "stand"),
    ("geheim roteer", "", 0, "waarden"),
    ("geheim verwijder", "00000000", GEWEIGERD, None),
    ("audit lijst", "", 0, "tijdstip"),
    ("audit check", "", 0, "klopt"),
    ("audit zegel", "", 0, "zegel"),
    ("bewaartermijn", "", 0, "gewist"),
    ("vergeet", "", VERKEERD, None),
    ("periode genereer", "--van 2029 --tot 2030", 0, "rijen"),
    ("periode laad", "{}/perioden.csv", 0, "rijen"),
    ("periode sluit", "2025-P01 --gemeente 0503 --besluit B", 0, "besluit"),
    ("periode lijst", "--jaar 2026", 0, "weken"),
    ("journaal check", "", 0, "klopt"),
    ("journaal rebuild", "", 0, "opgebouwd"),
    ("kenmerk laad", "{}/kenmerken.csv", 0, "rijen"),
    ("kenmerk lijst", "", 0, None),
    ("klok", "--eenmaal", 0, "gedaan"),
]
WITHOUT_DATA = {"gezond", "check", "regels", "example", "send", "demo", "openapi"}


def commands(command: Any, *before: str) -> Iterator[tuple[str, Any]]:
    """Every command by its whole name."""
    below = getattr(command, "commands", None)
    if below is None:
        yield " ".join(before), command
        return
    for name, each in below.items():
        yield from commands(each, *before, name)


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.fixture(scope="module")
def prepared(dialect: databases.Dialect, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub with one toewijzing that was read in."""
    folder = tmp_path_factory.mktemp("manners")
    file = folder / "toewijzingen.csv"
    file.write_text(laad_files.toewijzingen(), "utf-8")
    data = init(folder / "var")
    assert hub("laad", "toewijzingen", file, "--data", data).exit_code == 0
    return data


@pytest.fixture
def data(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BERICHTENHUB_VANDAAG", "2026-02-15")
    return databases.copy(prepared, tmp_path / "var")


def jaar_2029() -> list[tuple[int, date, date]]:
    """Thirteen times four weeks, from Monday 1 January."""
    begin, weken = date(2029, 1, 1), timedelta(weeks=4)
    return [(n, begin + (n - 1) * weken, begin + n * weken - timedelta(days=1)) for n in range(1, 14)]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A file for every command that loads one."""
    made = {
        "goed.xml": wmo301().decode(),
        "toewijzingen.csv": laad_files.toewijzingen({"toewijzingnummer": "1002"}),
        "prestaties.csv": laad_files.prestaties(),
        "onderaannemers.csv": "aanbieder,onderaannemer,gemeente,resultaatgebied,domein,toewijzing,van,tot\n"
        "75000001,75000002,0503,SPF,,,2026-01-01,\n",
        "kenmerken.csv": "gemeente,domein,nummer,cohort\n0503,wmo,1001,nieuw\n",
        "perioden.csv": "jaar,nummer,begin,eind\n" + "".join(f"2029,{n},{van},{tot}\n" for n, van, tot in jaar_2029()),
    }
    for name, text in made.items():
        (tmp_path / name).write_text(text, "utf-8")
    for name in ("tarieven", "contracten", "producten", "productlijsten", "begroting", "partijen", "mandaten"):
        (tmp_path / f"{name}.csv").write_bytes(example_set.path(f"{name}.csv").read_bytes())
    return tmp_path


def arguments_of(name: str, more: str, files: Path, data: Path) -> list[str]:
    takes_data = name not in WITHOUT_DATA or name == "gezond"
    return [*name.split(), *more.format(files).split(), *(("--data", str(data)) if takes_data else ()), "--json"]


def test_every_command_has_a_row_here_or_a_reason() -> None:
    rows = {name for name, *_ in ROWS}

    assert set(COMMANDS) - rows - WITHOUT_JSON - LONG_RUNNING - OVER_HTTP == set()
    assert rows <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_answers_help_with_an_example(name: str) -> None:
    helped = hub(*name.split(), "--help")

    assert helped.exit_code == 0
    assert re.search(rf"Voorbeeld: .*hub {name}", " ".join(helped.output.split()))


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - WITHOUT_JSON))
def test_every_command_that_prints_something_takes_json(name: str) -> None:
    assert "--json" in {option for parameter in COMMANDS[name].params for option in parameter.opts}


@pytest.mark.parametrize(("name", "more", "code", "key"), ROWS, ids=lambda value: str(value)[:30])
def test_json_is_all_that_stands_on_stdout(
    data: Path, files: Path, name: str, more: str, code: int, key: str | None
) -> None:
    ran = hub(*arguments_of(name, more, files, data))

    assert ran.exit_code == code, ran.output
    if key is None and code:
        assert ran.stdout == ""
        return
    told = json.loads(ran.stdout)
    assert not ran.stderr
    first = told[0] if isinstance(told, list) and told else told
    assert key is None or key in first
    # docs/cli.md names every key.
    assert {word for word in first if word not in documented(name)} == set()


def documented(name: str) -> set[str]:
    """Every word in code that docs/cli.md has about this command, and about the JSON of all."""
    about = re.findall(r"^### hub (.+?)$(.*?)(?=^##)", f"{CLI_MD}\n##", re.MULTILINE | re.DOTALL)
    shared = re.search(r"^\*\*JSON\.\*\*.*?$(?=\n\n)", CLI_MD, re.MULTILINE | re.DOTALL)
    assert shared
    return set(re.findall(r"`(\w+)`", dict(about)[name] + shared[0]))


def test_docs_cli_md_has_every_command_once_and_no_other() -> None:
    assert sorted(re.findall(r"^### hub (.+)$", CLI_MD, re.MULTILINE)) == sorted(COMMANDS)


def test_docs_cli_md_has_the_exit_codes_of_the_code() -> None:
    assert re.findall(r"^\| (\d) \|", CLI_MD, re.MULTILINE) == [
        str(code) for code in (0, GEWEIGERD, VERKEERD, NIET_BESCHIKBAAR)
    ]


def test_copies_put_back_are_told_in_json(data: Path, files: Path) -> None:
    assert hub("backup", files / "kopie", "--data", data).exit_code == 0
    for dienst in databases.DIENSTEN:
        (data / f"{dienst}.sqlite").unlink()

    restored = hub("herstel", files / "kopie", "--data", data, "--json")

    told = json.loads(restored.stdout)
    assert (restored.exit_code, told["journaal"]["klopt"]) == (0, True)
    assert set(told) <= documented("herstel")


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - WITHOUT_DATA - {"init"}))
def test_without_a_hub_a_command_says_on_stderr_what_is_missing(
    tmp_path: Path, files: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BERICHTENHUB_RABBITMQ", "amqp://x@127.0.0.1:9/")
    more = next((more for row, more, *_ in reversed(ROWS) if row == name), "")

    refused = hub(*arguments_of(name, more, files, tmp_path / "geen"))

    assert (refused.exit_code, refused.stdout) == (NIET_BESCHIKBAAR, "")
    assert "hub init" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("lijst", "niet-gedeclareert"), VERKEERD, "Bedoelde u niet-gedeclareerd?"),
        (("example", "WMO324"), VERKEERD, "WMO323"),
        (("example", "WMO323", "--fout", "TR3O7"), VERKEERD, "TR307"),
        (("tarief", "herstel", "--status", "opem"), VERKEERD, "Bedoelde u open?"),
        (("partij", "sleutel", "7500001"), GEWEIGERD, "Bedoelde u 75000001"),
        (("tarief", "laad", "weg.csv"), VERKEERD, "weg.csv"),
        (("check", "weg.xml"), VERKEERD, "Fout: weg.xml bestaat niet"),
        (("check",), VERKEERD, "Fout: BESTAND... ontbreekt."),
        (("chek", "weg.xml"), VERKEERD, "Fout: De opdracht chek bestaat niet. Bedoelde u 'check'? Zie: "),
        (
            ("verzilvering", "--gemeent", "0503"),
            VERKEERD,
            "Fout: De optie --gemeent bestaat niet. Bedoelde u --gemeente, ",
        ),
        (("verzilvering", "--groepeer", "foo"), VERKEERD, "het kan op gemeente, "),
        (("verzilvering", "--formaat", "pdf"), VERKEERD, "Fout: --formaat: 'pdf' kan niet; kies uit 'csv', 'xlsx'."),
        (("verzilvering", "--peildatum", "gisteren"), VERKEERD, "Fout: --peildatum: "),
        (("serve", "--port", "x"), VERKEERD, "Fout: --port: dit moet een geheel getal zijn."),
        (("send", ".", "--tegelijk", "99"), VERKEERD, "Fout: --tegelijk: dit is ten hoogste 16."),
        (("journaal", "chek"), VERKEERD, "Fout: De opdracht chek bestaat niet. Bedoelde u 'check'?"),
        (("journaal", "check", "alles"), VERKEERD, "Fout: Dit is te veel: alles."),
        (("lijst", "niet-gedeclareerd", "--json", "--formaat", "csv"), VERKEERD, "--formaat"),
        (("send", "weg.xml", "--url", "http://127.0.0.1:9", "--sleutel", "x"), VERKEERD, "weg.xml bestaat niet"),
        (("send", ".", "--url", "127.0.0.1", "--sleutel", "x"), VERKEERD, "--url"),
        (("send", ".", "--url", "http://127.0.0.1:9"), VERKEERD, "BERICHTENHUB_SLEUTEL"),
    ],
)
def test_an_error_names_what_was_meant_or_what_to_do(
    data: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    where = () if arguments[0] in WITHOUT_DATA else ("--data", data)

    refused = hub(*arguments, *where)

    assert (refused.exit_code, refused.stdout) == (code, "")
    assert says in refused.stderr


def test_an_option_without_its_value_says_so() -> None:
    assert "Fout: De optie --release heeft een waarde nodig." in hub("example", "WMO301", "--release").stderr


def test_check_takes_a_folder_and_says_when_there_is_nothing_in_it(tmp_path: Path) -> None:
    (tmp_path / "onder").mkdir()
    empty = hub("check", tmp_path)
    assert (empty.exit_code, empty.stdout) == (VERKEERD, "")
    assert "Er zijn geen XML-bestanden om te controleren." in empty.stderr
    for name in ("een.xml", "onder/twee.xml", "onder/geen.txt"):
        (tmp_path / name).write_bytes(wmo301())

    found = json.loads(hub("check", tmp_path, "--json").stdout)
    assert [Path(each["bestand"]).name for each in found] == ["een.xml", "twee.xml"]


def test_a_port_that_is_taken_names_the_option(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        refused = hub("serve", "--data", data, "--port", taken.getsockname()[1])

    assert (refused.exit_code, refused.stdout) == (NIET_BESCHIKBAAR, "")
    assert "--port" in refused.stderr


def test_the_version_is_that_of_the_package() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text("utf-8")

    version = re.search(r'^version = "(.*)"$', pyproject, re.MULTILINE)

    assert version
    assert hub("--version").stdout == f"berichtenhub {version[1]}\n"
