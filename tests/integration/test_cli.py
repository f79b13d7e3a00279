"""The commands of `hub`: what they print, what they leave behind, and how they end."""

import json
import os
import re
from datetime import date
from pathlib import Path

import databases
import pytest
from click.testing import Result
from databases import content
from going_live import hub

from builders import prestatie, set_text, wmo301, wmo323
from services.cli import example_set
from services.cli.example_loading import SLEUTELS, read_keys
from services.kernel.database import Database
from services.kernel.rules import ROOT
from services.kernel.settings import GEHEIMEN, Settings
from services.kernel.toegang import parties, sleutels

VANDAAG = "2026-02-15"
SOORTEN = ("WMO301", "WMO302", "WMO323", "WMO325")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of a hub but the day."""
    for name in [name for name in os.environ if name.startswith("BERICHTENHUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BERICHTENHUB_VANDAAG", VANDAAG)


@pytest.fixture(scope="module")
def prepared(dialect: databases.Dialect, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after `hub init --voorbeeld`; copy it before changing it."""
    data = tmp_path_factory.mktemp("hub") / "var"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BERICHTENHUB_VANDAAG", VANDAAG)
        made = hub("init", "--data", data, "--voorbeeld")
    assert made.exit_code == 0, made.output
    return data


@pytest.fixture
def data(prepared: Path, tmp_path: Path) -> Path:
    return databases.copy(prepared, tmp_path / "var")


# --- init ------------------------------------------------------------------------------------------------------------


@pytest.mark.dialects("sqlite")
def test_init_makes_a_file_per_service(prepared: Path) -> None:
    assert {"allocation.sqlite", "declaration.sqlite"} <= {file.name for file in prepared.iterdir()}


def test_init_makes_secrets_and_keys_for_their_owner_only(prepared: Path) -> None:
    assert {(prepared / name).stat().st_mode & 0o777 for name in (GEHEIMEN, SLEUTELS)} == {0o600}


def test_every_party_has_one_key_that_opens_both_services(prepared: Path) -> None:
    keys = read_keys(prepared)

    assert set(keys) == {row["code"] for row in example_set.rows("partijen.csv")}
    gemeenten = {"0503", "0603", "1783", "1842", "1926", "0530"}
    assert {"H5", *gemeenten, *(f"7500000{nr}" for nr in range(1, 6)), "beheer"} == set(keys)
    settings = Settings(data=prepared, **databases.settings_of(prepared))  # type: ignore[arg-type]
    for dienst in (settings.allocation_database, settings.declaration_database):
        database = Database(dienst)
        with database.read() as conn:
            found = {code: sleutels.vind(conn, parties.sleutel_hash(key)) for code, key in keys.items()}
        database.close()
        assert {code: gevonden and gevonden[1].code for code, gevonden in found.items()} == {
            code: code for code in keys
        }


def test_init_again_changes_nothing_and_says_so(data: Path) -> None:
    tables = ("partij", "sleutel", "contract", "tarief", "product", "productlijst", "mandaat", "periode", "begroting")
    before = [content(data, f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in tables]
    secrets = [(data / name).read_bytes() for name in (GEHEIMEN, SLEUTELS)]

    again = hub("init", "--data", data, "--voorbeeld")

    assert again.exit_code == 0
    assert "ongewijzigd" in again.output
    assert "niets gewijzigd" in again.output
    assert [content(data, f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in tables] == before
    assert [(data / name).read_bytes() for name in (GEHEIMEN, SLEUTELS)] == secrets


def test_init_again_leaves_what_a_person_changed(data: Path) -> None:
    databases.change(data, "UPDATE contract SET mapping = 'M' WHERE resultaatgebied = 'ORH'")

    hub("init", "--data", data, "--voorbeeld")

    assert content(data, "SELECT DISTINCT mapping FROM contract WHERE resultaatgebied = 'ORH'") == [("M",)]


def test_without_voorbeeld_there_are_periods_and_no_parties(tmp_path: Path) -> None:
    assert hub("init", "--data", tmp_path / "var").exit_code == 0

    years = content(tmp_path / "var", "SELECT min(jaar), max(jaar), count(*) FROM periode")
    assert years == [(2020, 2028, 9 * 13)]
    assert content(tmp_path / "var", "SELECT count(*) FROM partij") == [(0,)]


def test_rijswijk_is_the_one_gemeente_without_mandaat(prepared: Path) -> None:
    assert {row[0] for row in content(prepared, "SELECT gemeente FROM mandaat")} == {"0503", "1783", "1842", "1926"}


def test_only_75000001_lets_the_hub_make_its_302(prepared: Path) -> None:
    rows = content(prepared, "SELECT aanbieder, retour FROM retour_machtiging", "allocation")

    assert rows == [("75000001", "hub")]


# --- serve -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", ["serve", "tarief lijst", "journaal check", "verzilvering", "partij sleutel 75000001"]
)
def test_without_init_a_command_says_what_to_do(tmp_path: Path, command: str) -> None:
    refused = hub(*command.split(), "--data", tmp_path)

    assert refused.exit_code == 3
    assert "hub init" in refused.stderr
    assert "Traceback" not in refused.output


@pytest.mark.dialects("sqlite")
def test_without_a_database_serve_says_what_to_do(data: Path) -> None:
    (data / "declaration.sqlite").unlink()

    refused = hub("serve", "--data", data)

    assert refused.exit_code == 3
    assert "hub init" in refused.stderr


def test_a_wrong_setting_is_named_without_its_value(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERICHTENHUB_MAX_BYTES", "veel")

    refused = hub("serve", "--data", data)

    assert refused.exit_code == 2
    assert "BERICHTENHUB_MAX_BYTES" in refused.stderr
    assert "veel" not in refused.stderr


def test_declaration_alone_asks_where_allocation_is(data: Path) -> None:
    refused = hub("serve", "--data", data, "--service", "declaration")

    assert refused.exit_code == 2
    assert "BERICHTENHUB_ALLOCATION_URL" in refused.stderr


# --- example and check -----------------------------------------------------------------------------------------------


def test_an_example_written_to_a_folder_passes_check(tmp_path: Path) -> None:
    for soort in SOORTEN:
        made = hub("example", soort, "--release", "3.2", "--seed", 3, "--uit", tmp_path)
        assert made.exit_code == 0, made.output
    files = sorted(tmp_path.iterdir())

    checked = hub("check", *files, "--json")

    assert checked.exit_code == 0, checked.output
    assert [row["oordeel"] for row in json.loads(checked.stdout)] == ["goedgekeurd"] * len(SOORTEN)
    assert {row["berichtsoort"] for row in json.loads(checked.stdout)} == set(SOORTEN)


def test_an_example_without_a_folder_goes_to_the_output() -> None:
    made = hub("example", "WMO301", "--release", "3.2", "--seed", 1)

    assert made.stdout_bytes.startswith(b"<?xml")
    assert made.stdout_bytes.rstrip().endswith(b"</Bericht>")


def test_fout_without_a_folder_writes_the_message_and_tells_what_is_missing() -> None:
    made = hub("example", "WMO323", "--fout", "tr314", "--seed", 1)

    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("<?xml")
    assert "eraan voorafgaan: 2" in made.stderr


def test_fout_of_a_rule_in_more_places_says_so() -> None:
    made = hub("example", "JW325", "--fout", "CS325", "--seed", 1)

    assert "op 3 plaatsen" in made.stderr


def test_fout_of_an_unknown_rule_names_those_there_are() -> None:
    refused = hub("example", "WMO304", "--release", "2.3", "--fout", "TR999")

    assert refused.exit_code == 2
    assert "CS324" in refused.stderr


def test_fout_on_a_day_the_set_has_no_periods_for_says_so() -> None:
    refused = hub("example", "WMO303", "--release", "2.3", "--fout", "IV032", "--vandaag", "2031-05-01")

    assert refused.exit_code == 2
    assert "periode" in refused.stderr


@pytest.mark.parametrize("option", [("--gemeente", "0503"), ("--aanbieder", "75000001"), ("--factuur",)])
def test_fout_chooses_its_parties_itself(option: tuple[str, ...]) -> None:
    refused = hub("example", "WMO323", "--fout", "TR307", *option)

    assert refused.exit_code == 2
    assert "kiest zelf" in refused.stderr


@pytest.mark.parametrize("arguments", [("WMO999", "--release", "3.2"), ("WMO301", "--release", "9.9")])
def test_of_an_unknown_kind_there_is_no_example(arguments: tuple[str, ...]) -> None:
    refused = hub("example", *arguments)

    assert refused.exit_code == 2
    assert "WMO323 3.2" in refused.stderr


def test_check_gives_exactly_these_keys_and_ends_with_1_on_a_refusal(tmp_path: Path) -> None:
    good, level1, level2, nonsense = (tmp_path / f"{name}.xml" for name in ("goed", "een", "twee", "onzin"))
    good.write_bytes(wmo301())
    level1.write_bytes(set_text(wmo323(), "Eenheid", "stuks"))
    level2.write_bytes(wmo323(prestatie(), totaal=1))
    nonsense.write_bytes(b"geen xml")

    checked = hub("check", good, level1, level2, nonsense, "--json")

    rows = json.loads(checked.stdout)
    assert checked.exit_code == 1
    assert {tuple(row) for row in rows} == {
        ("bestand", "standaard", "release", "berichtsoort", "oordeel", "bevindingen")
    }
    assert [row["oordeel"] for row in rows] == ["goedgekeurd", "afgekeurd", "afgekeurd", "afgekeurd"]
    assert [row["berichtsoort"] for row in rows] == ["WMO301", "WMO323", "WMO323", None]
    assert [[b["regel"] for b in row["bevindingen"]] for row in rows] == [[], ["XSD"], ["TR358"], ["XSD"]]
    assert [b["retourcode"] for b in rows[2]["bevindingen"]] == ["0001"]


def test_check_in_words_names_rule_place_and_advice(tmp_path: Path) -> None:
    file = tmp_path / "bericht.xml"
    file.write_bytes(wmo323(prestatie(), totaal=1))

    checked = hub("check", file)

    assert checked.exit_code == 1
    assert "TR358 (0001)" in checked.output
    assert "/Bericht/Declaratie" in checked.output


# --- rules -----------------------------------------------------------------------------------------------------------


def test_regels_gives_every_rule_once_with_exactly_these_keys() -> None:
    rows = json.loads(hub("regels", "--json").stdout)

    keys = {"standaard", "release", "berichtsoort", "regel", "niveau", "retourcode", "status", "reden"}
    assert {frozenset(row) for row in rows} == {frozenset(keys)}
    assert {row["status"] for row in rows} == {"implemented", "excused"}
    assert all((row["reden"] is None) == (row["status"] == "implemented") for row in rows)
    names = ("standaard", "release", "berichtsoort", "regel", "niveau", "retourcode")
    once = [tuple(row[name] for name in names) for row in rows]
    assert len(set(once)) == len(once)
    assert ("iwmo", "3.2", "WMO323", "TR338", 3, "9338") in once


def test_no_rule_is_both_held_and_excused() -> None:
    rows = json.loads(hub("regels", "--json").stdout)
    held, excused = (
        {(row["release"], row["berichtsoort"], row["regel"]) for row in rows if row["status"] == status}
        for status in ("implemented", "excused")
    )

    assert not held & excused


def test_regels_as_markdown_is_stable_and_says_that_it_is_made() -> None:
    first, second = hub("regels", "--markdown").stdout, hub("regels", "--markdown").stdout

    assert first == second
    assert "hub regels --markdown" in first
    assert "| TR338 | 3 | 9338 | Prestatie |" in first


def test_docs_rules_md_is_what_regels_prints() -> None:
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == hub("regels", "--markdown").stdout


# --- loading and listing ---------------------------------------------------------------------------------------------

TARIEF_KOP = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit\n"


def test_tarief_laad_adds_a_tariff_and_lijst_shows_it(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "tarieven.csv"
    file.write_text(TARIEF_KOP + "0503,,SPF3,2028-01-01,2028-12-31,812.40,,2026-01-15,FICTIEF besluit 2028\n", "utf-8")

    loaded = hub("tarief", "laad", file, "--data", data)

    assert loaded.exit_code == 0, loaded.output
    assert "1 rijen" in loaded.output
    assert "812,40" in hub("tarief", "lijst", "--data", data, "--gemeente", "0503").output


def test_tarief_laad_as_a_trial_stores_nothing(data: Path, tmp_path: Path) -> None:
    before = content(data, "SELECT count(*) FROM tarief")
    file = tmp_path / "tarieven.csv"
    file.write_text(TARIEF_KOP + "0503,,SPF3,2028-01-01,2028-12-31,812.40,,2026-01-15,FICTIEF besluit 2028\n", "utf-8")

    tried = hub("tarief", "laad", file, "--data", data, "--proef")

    assert tried.exit_code == 0
    assert "niets opgeslagen" in tried.output
    assert content(data, "SELECT count(*) FROM tarief") == before


def test_tarief_laad_names_every_wrong_row_and_loads_nothing(data: Path, tmp_path: Path) -> None:
    before = content(data, "SELECT count(*) FROM tarief")
    file = tmp_path / "tarieven.csv"
    file.write_text(TARIEF_KOP + "503,,SPF3,2028-01-01,,duur,,2026-01-15,x\n", "utf-8")

    refused = hub("tarief", "laad", file, "--data", data)

    assert refused.exit_code == 1
    assert "kolom gemeente" in refused.stderr
    assert "kolom tarief" in refused.stderr
    assert content(data, "SELECT count(*) FROM tarief") == before


def test_tarief_laad_says_how_the_file_was_read_and_names_no_more_than_a_thousand_errors(
    data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "tarieven.csv"
    rij = "0503,,SPF3,2028-01-01,,-1,,2026-01-15,x\n"
    file.write_text("\ufeff" + (TARIEF_KOP + rij * 1_100).replace(",", ";"), "utf-8")

    refused = hub("tarief", "laad", file, "--data", data)

    assert "puntkomma als scheidingsteken, geen decimalen, met BOM" in refused.output
    assert "… en nog 100" in refused.stderr
    assert "1100 fout(en), niets geladen." in refused.stderr


def test_a_trial_of_a_change_shows_what_it_costs_per_gemeente_product_and_period(data: Path, tmp_path: Path) -> None:
    kop = "gemeente,aanbieder,bsn,toewijzingnummer,categorie,productcode,ingangsdatum,einddatum,volume,eenheid,"
    kop += "frequentie,budget,reden_wijziging,toewijzingsdatum,toewijzingstijd,release\n"
    lopend = tmp_path / "toewijzingen.csv"
    rij = "1842,75000001,999900006,77,02,SPF3,2025-12-29,2026-01-25,1,82,2,,,2025-12-01,10:00:00,3.2\n"
    lopend.write_text(kop + rij, "utf-8")
    assert hub("laad", "toewijzingen", lopend, "--data", data).exit_code == 0
    file = tmp_path / "tarieven.csv"
    file.write_text(TARIEF_KOP + "1842,,SPF3,2026-01-01,2026-12-31,2000.00,,2026-02-01,FICTIEF herstel\n", "utf-8")

    tried = hub("tarief", "laad", file, "--data", data, "--proef")

    assert tried.exit_code == 0, tried.output
    assert re.search(r"│ 1842 +│ SPF3 +│ 2026-P01 +│ +1 │ +[\d.]+,\d\d │", tried.output)
    assert "Proef, niets opgeslagen" in tried.output
    assert "0 regels op de werklijst" in tried.output


def test_tarief_indexeer_keeps_the_percentage_and_its_source(data: Path) -> None:
    vng = ("--percentage", "4,96", "--bron", "VNG advies", "--datum", "2027-10-02", "--vanaf", "2028-01-01")
    wat = ("--besluit", "FICTIEF 2028", "--gemeente", "0503", "--productcode", "SPF3", "--veelvoud", "4")

    made = hub("tarief", "indexeer", *vng, *wat, "--data", data)

    assert made.exit_code == 0, made.output
    assert content(data, "SELECT percentage, bron, datum, veelvoud FROM indexatie") == [
        (4960, "VNG advies", "2027-10-02", 4)
    ]
    own = "gemeente = '0503' AND productcode = 'SPF3' AND aanbieder IS NULL AND van >= '2027-01-01' ORDER BY van"
    [(oud,), (nieuw,)] = content(data, f"SELECT bedrag FROM tarief WHERE {own}")
    assert (nieuw % 4, round(nieuw / oud, 3)) == (0, 1.05)
    assert "FICTIEF 2028" in hub("tarief", "lijst", "--data", data, "--gemeente", "0503").output


@pytest.mark.parametrize("percentage", ["vier", "100"])
def test_tarief_indexeer_takes_no_other_percentage(data: Path, percentage: str) -> None:
    rest = ("--bron", "x", "--datum", "2027-10-02", "--vanaf", "2028-01-01", "--besluit", "x", "--data", data)

    assert hub("tarief", "indexeer", "--percentage", percentage, *rest).exit_code == 2


def test_the_example_has_kinds_of_contract_and_a_begroting_with_a_prognose_beside_it(prepared: Path) -> None:
    kinds = content(prepared, "SELECT DISTINCT soort FROM contract ORDER BY soort")
    assert [soort for (soort,) in kinds] == ["lokaal", "regionaal", "toetreder"]
    assert "voorjaarsnota" in hub("begroting", "lijst", "--data", prepared, "--gemeente", "0503").output
    shown = hub("prognose", "--jaar", 2026, "--data", prepared).output
    assert "week 53 (28-12-2026 t/m 03-01-2027)" in shown
    assert re.search(r"│ 1926 +│ SPF +│ +62\.400,00 │", shown)


def test_an_empty_worklist_is_an_empty_table(prepared: Path) -> None:
    assert hub("tarief", "herstel", "--data", prepared, "--status", "open").exit_code == 0


def test_kenmerk_laad_and_lijst(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "kenmerken.csv"
    file.write_text("gemeente,domein,nummer,cohort\n0503,wmo,1,oud\n", "utf-8")

    refused = hub("kenmerk", "laad", file, "--data", data)

    assert refused.exit_code == 1
    assert "Rij 2: de hub kent deze toewijzing niet" in refused.stderr
    assert hub("kenmerk", "lijst", "--data", data).exit_code == 0


def test_a_file_that_is_not_utf8_is_refused(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "tarieven.csv"
    file.write_bytes("besluit é".encode("latin-1"))

    refused = hub("tarief", "laad", file, "--data", data)

    assert (refused.exit_code, "geen UTF-8" in refused.stderr) == (2, True)


def test_contract_lijst_shows_the_mapping(prepared: Path) -> None:
    assert "declaratie" in hub("contract", "lijst", "--data", prepared, "--gemeente", "1842").output


def test_contract_laad_refuses_an_overlap(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "contracten.csv"
    kop = "aanbieder,gemeente,resultaatgebied,van,tot,release,vorm,gebroken,mapping\n"
    file.write_text(kop + "75000001,0503,SPF,2025-01-01,2025-12-31,3.2,declaratie,WEEK,E\n", "utf-8")

    refused = hub("contract", "laad", file, "--data", data)

    assert refused.exit_code == 1
    assert "overlappen" in refused.stderr


def test_periode_genereer_adds_years_and_lijst_shows_the_long_one(data: Path) -> None:
    assert hub("periode", "genereer", "--van", 2029, "--tot", 2030, "--data", data).exit_code == 0

    shown = hub("periode", "lijst", "--jaar", 2026, "--data", data).output
    assert "2026-P13" in shown
    assert "2027-01-03" in shown
    assert content(data, "SELECT max(jaar) FROM periode") == [(2030,)]


def test_partij_laad_adds_a_party_to_both_services_and_sleutel_opens_both(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "partijen.csv"
    file.write_text("code,soort,naam\nSOFT01,software,Softwarehuis (fictief)\n", "utf-8")

    assert hub("partij", "laad", file, "--data", data).exit_code == 0
    key = hub("partij", "sleutel", "SOFT01", "--data", data).stdout.strip()

    settings = Settings(data=data, **databases.settings_of(data))  # type: ignore[arg-type]
    for url in (settings.allocation_database, settings.declaration_database):
        database = Database(url)
        with database.read() as conn:
            gevonden = sleutels.vind(conn, parties.sleutel_hash(key))
        assert gevonden is not None
        sleutel, partij = gevonden
        assert (partij.code, sleutel.scopes) == ("SOFT01", {"send", "read", "report"})
        database.close()
    assert "SOFT01" in hub("partij", "lijst", "--data", data).output
    assert key not in (data / SLEUTELS).read_text(encoding="utf-8")


def test_partij_machtiging_lets_one_act_for_another(data: Path) -> None:
    made = hub("partij", "machtiging", "75000003", "75000002", "--van", "2026-01-01", "--data", data)

    assert made.exit_code == 0, made.output
    for dienst in ("allocation", "declaration"):
        rows = content(data, "SELECT gemachtigde, namens, van FROM machtiging", dienst)
        assert rows == [("75000003", "75000002", "2026-01-01")]


def kanaal(data: Path, *arguments: str) -> Result:
    return hub("partij", "kanaal", *arguments, "--data", data)


@pytest.mark.parametrize("dienst", ["allocation", "declaration"])
def test_partij_kanaal_stands_in_both_services_until_it_is_geen(data: Path, dienst: str) -> None:
    made = kanaal(data, "0503", "amqp")

    assert made.exit_code == 0, made.output
    assert "gemeente.0503" in made.output
    assert content(data, "SELECT partij, soort FROM kanaal", dienst) == [("0503", "amqp")]
    assert "amqp" in kanaal(data, "0503").output

    assert kanaal(data, "0503", "geen").exit_code == 0
    assert content(data, "SELECT partij FROM kanaal", dienst) == []


def test_partij_kanaal_webhook_shows_its_secret_and_another_when_asked_for_a_new_one(data: Path) -> None:
    def secret(*more: str) -> str:
        made = kanaal(data, "75000001", "webhook", "--url", "https://zorg.example/in", *more)
        assert made.exit_code == 0, made.output
        return made.stdout.strip().splitlines()[-1]

    first = secret()
    assert first.startswith("whsec_")
    assert secret() == first
    assert secret("--nieuw-geheim") not in ("", first)
    assert "whsec_" not in kanaal(data, "75000001").output
    assert content(data, "SELECT url, versie FROM kanaal") == [("https://zorg.example/in", 2)]


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (1, ("75999999", "amqp")),
        (2, ("75000001", "webhook")),
        (2, ("0503", "amqp", "--url", "https://zorg.example/")),
        (2, ("75000001", "webhook", "--url", "http://zorg.example/in")),
        (2, ("0503", "geen", "--nieuw-geheim")),
    ],
)
def test_partij_kanaal_refuses_what_cannot_be_and_changes_nothing(
    data: Path, code: int, arguments: tuple[str, ...]
) -> None:
    refused = kanaal(data, *arguments)

    assert refused.exit_code == code
    assert refused.stderr.startswith("Fout:")
    assert content(data, "SELECT partij FROM kanaal") == []


def test_partij_amqp_prints_what_gives_a_party_its_own_user_and_no_more(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BERICHTENHUB_RABBITMQ", "amqp://hub:geheim@127.0.0.1/h5%2Ftest")
    first, second = (hub("partij", "amqp", "0503", "--data", data).stdout.splitlines() for _ in range(2))

    assert first[0].startswith("rabbitmqctl add_user gemeente.0503 '")
    assert first[0] != second[0]
    assert first[1] == r"rabbitmqctl set_permissions -p 'h5/test' gemeente.0503 '^$' '^inkomend$' '^gemeente\.0503$'"
    assert "geheim" not in "".join(first)
    assert content(data, "SELECT partij FROM kanaal") == []


def test_partij_amqp_lets_rabbitmqctl_ask_for_the_password(data: Path) -> None:
    shown = hub("partij", "amqp", "0503", "--vraag-wachtwoord", "--data", data).stdout.splitlines()

    assert shown[0] == "rabbitmqctl add_user gemeente.0503"
    assert " -p '/' " in shown[1]


def test_consume_asks_where_the_broker_is(data: Path) -> None:
    refused = hub("consume", "--data", data)

    assert refused.exit_code == 2
    assert "BERICHTENHUB_RABBITMQ" in refused.stderr


def test_partij_retour_is_kept_by_allocation(data: Path) -> None:
    assert hub("partij", "retour", "75000002", "hub", "--van", "2026-01-01", "--data", data).exit_code == 0

    rows = content(data, "SELECT retour FROM retour_machtiging WHERE aanbieder = '75000002'", "allocation")
    assert rows == [("hub",)]


def test_partij_mandaat_without_a_file_shows_the_mandaten(prepared: Path) -> None:
    shown = hub("partij", "mandaat", "--data", prepared).output

    assert "WMO323" in shown
    assert "0603" not in shown


def test_an_unknown_party_gets_no_key(data: Path) -> None:
    refused = hub("partij", "sleutel", "75999999", "--data", data)

    assert (refused.exit_code, "niet bekend" in refused.stderr) == (1, True)


# --- the money -------------------------------------------------------------------------------------------------------


def test_journaal_check_ends_with_0_while_it_balances(prepared: Path) -> None:
    checked = hub("journaal", "check", "--data", prepared)

    assert (checked.exit_code, "Het journaal klopt." in checked.output) == (0, True)


def test_journaal_check_ends_with_1_on_money_that_was_never_awarded(data: Path) -> None:
    columns = "van, naar, bedrag, gemeente, aanbieder, domein, toewijzing, periode, stukken, bekend_op, geboekt_op"
    wie = "'te_betalen', 'gedeclareerd', 100, '0503', '75000001', 'wmo', 1001"
    values = f"{wie}, '2025-P01', 0, '2025-01-01', '2025-01-01'"
    databases.change(data, f"INSERT INTO journaal ({columns}) VALUES ({values})")

    checked = hub("journaal", "check", "--data", data)

    assert (checked.exit_code, "klopt niet" in checked.output) == (1, True)


def test_verzilvering_is_called_fictief_and_takes_a_peildatum(prepared: Path) -> None:
    shown = hub("verzilvering", "--data", prepared, "--groepeer", "gemeente,periode", "--peildatum", "2026-02-15")

    assert shown.exit_code == 0, shown.output
    assert "FICTIEF" in shown.output
    assert date.fromisoformat("2026-02-15").isoformat() in shown.output


def test_verzilvering_refuses_an_unknown_group(prepared: Path) -> None:
    assert hub("verzilvering", "--data", prepared, "--groepeer", "kleur").exit_code == 2
