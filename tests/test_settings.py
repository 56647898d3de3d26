"""What a configuration file means, and that every setting is documented."""

import os
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel

from tests.cli.conftest import CONFIGURATION, SECRETS
from tieout.alerts.config import AlertSettings, TeamSettings
from tieout.connectors.registry import SYSTEMS, System
from tieout.governor import Limits
from tieout.rules.facts import Policy
from tieout.settings import (
    EngineSettings,
    JournalSettings,
    LinkSettings,
    PollingSettings,
    Settings,
    SettingsError,
    WebSettings,
    WorkerSettings,
    read_settings,
)
from tieout.sync.freshness import Freshness

PAGES = Path(__file__).parent.parent / "docs"
DOCS = PAGES / "reference" / "configuration.md"
HOW_TO = {"clarus": "connect-clarus-wms.md", "sap-b1": "connect-sap-business-one.md"}
MODELS: tuple[type[BaseModel], ...] = (
    Settings,
    JournalSettings,
    EngineSettings,
    WebSettings,
    WorkerSettings,
    LinkSettings,
    PollingSettings,
    Policy,
    Limits,
    Freshness,
    AlertSettings,
    TeamSettings,
)


def written(folder: Path, text: str = CONFIGURATION) -> Path:
    """A configuration file in a folder."""
    file = folder / "tieout.toml"
    file.write_text(text)
    return file


def test_a_short_file_is_completed_by_the_defaults(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path), SECRETS)
    (link,) = settings.link
    assert (link.name, link.warehouse.system, link.ledger.system) == ("demo", "clarus", "sap-b1")
    assert link.policy == Policy()
    assert link.webhook_secret.get_secret_value() == SECRETS["HOOK"]


@pytest.mark.parametrize("said", ["2026-11-01", '"2026-11-01"'])
def test_the_day_from_which_orders_are_sent_is_a_date(tmp_path: Path, said: str) -> None:
    text = f"{CONFIGURATION}\n[link.policy]\norders_from = {said}\n"
    assert read_settings(written(tmp_path, text), SECRETS).link[0].policy.orders_from == date(2026, 11, 1)


def test_an_sqlite_journal_is_found_from_the_files_folder_wherever_the_command_is_run(tmp_path: Path) -> None:
    written(tmp_path)
    here = Path.cwd()
    os.chdir(tmp_path.parent)
    try:
        settings = read_settings(Path(tmp_path.name) / "tieout.toml", SECRETS)
    finally:
        os.chdir(here)
    assert settings.journal.url == f"sqlite:///{tmp_path / 'journal.sqlite'}"
    assert settings.engine_url == f"sqlite:///{tmp_path / 'journal-engine.sqlite'}"


def test_a_full_path_and_a_server_are_left_as_they_are(tmp_path: Path) -> None:
    for url in ("sqlite:////srv/tieout.sqlite", "postgresql+psycopg://host/tieout"):
        text = CONFIGURATION.replace("sqlite:///journal.sqlite", url)
        assert read_settings(written(tmp_path, text), SECRETS).journal.url == url


def test_a_secret_is_read_from_the_environment_or_from_a_file_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from the file\n")
    text = CONFIGURATION.replace('{ env = "BOOKS" }', '{ file = "password" }')
    settings = read_settings(written(tmp_path, text), SECRETS)
    assert settings.link[0].ledger.options.model_dump()["password"].get_secret_value() == "from the file"


def test_no_fault_and_no_settings_ever_show_a_secret(tmp_path: Path) -> None:
    assert SECRETS["HOOK"] not in repr(read_settings(written(tmp_path), SECRETS))
    text = CONFIGURATION.replace('{ env = "BOOKS" }', '"hushhush"').replace("sqlite:///journal", "x://me:hushhush@h/")
    with pytest.raises(SettingsError) as refused:
        read_settings(written(tmp_path, text), SECRETS)
    assert "hushhush" not in str(refused.value)
    assert {fault.place for fault in refused.value.faults} == {"link[0].ledger.password", "journal.url"}


def test_two_links_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = CONFIGURATION + CONFIGURATION[CONFIGURATION.index("[[link]]") :]
    with pytest.raises(SettingsError, match="two links are called demo"):
        read_settings(written(tmp_path, twice), SECRETS)


def test_two_faults_of_different_links_name_each_link_by_its_place(tmp_path: Path) -> None:
    second = CONFIGURATION[CONFIGURATION.index("[[link]]") :].replace('"demo"', '"other"')
    both = (CONFIGURATION + second).replace('tenant = "tieout"', "")
    with pytest.raises(SettingsError) as refused:
        read_settings(written(tmp_path, both), SECRETS)
    assert [str(fault) for fault in refused.value.faults] == [
        "link[0].warehouse.tenant: is missing",
        "link[1].warehouse.tenant: is missing",
    ]


def test_limits_and_ages_that_make_no_sense_are_told_with_their_places(tmp_path: Path) -> None:
    wrong = """
[link.ledger.limits]
per_second = 0
rest_s = 90
[link.warehouse.limits]
concurency = 2
[link.freshness]
order_s = -1
"""
    with pytest.raises(SettingsError) as refused:
        read_settings(written(tmp_path, CONFIGURATION + wrong), SECRETS)
    assert [str(fault).split(":")[0] for fault in refused.value.faults] == [
        "link[0].freshness.order_s",
        "link[0].ledger.limits.per_second",
        "link[0].warehouse.limits.concurency",
    ]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_setting_is_documented(model: type[BaseModel]) -> None:
    text = DOCS.read_text(encoding="utf-8")
    missing = [name for name in model.model_fields if not re.search(rf"(^|[\[.]){name}( =|\])", text, re.MULTILINE)]
    assert missing == []


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_every_setting_of_a_system_is_on_its_how_to_page(system: System) -> None:
    text = (PAGES / "how-to" / HOW_TO[system.name]).read_text(encoding="utf-8")
    missing = [name for name in system.settings.model_fields if not re.search(rf"\b{name}\b", text)]
    assert missing == []
    assert "`tieout check-config --connect`" in text


@pytest.mark.parametrize("page", ["reference/configuration.md", *(f"how-to/{name}" for name in HOW_TO.values())])
def test_what_the_pages_show_of_a_configuration_is_toml(page: str) -> None:
    text = (PAGES / page).read_text(encoding="utf-8")
    assert "```yaml" not in text
    for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
        tomllib.loads(block)
