"""Which links may stand side by side, and which would send every order twice."""

from pathlib import Path

import pytest

from tests.cli.conftest import CONFIGURATION, SECRETS
from tieout.settings import SettingsError, read_settings

ADDRESS = "http://127.0.0.1:9"


def beside(folder: Path, **changed: str) -> Path:
    """A configuration of two links, `demo` and `other`, which differ in their names and in what is changed."""
    first = CONFIGURATION.replace(ADDRESS, "https://systems.example")
    second = first[first.index("[[link]]") :].replace('"demo"', '"other"')
    for name, value in changed.items():
        line = next(line for line in second.splitlines() if line.startswith(f"{name} = "))
        second = second.replace(line, f"{name} = {value}")
    file = folder / "tieout.toml"
    file.write_text(first + second)
    return file


@pytest.mark.parametrize(
    "changed",
    [{}, {"base_url": '"https://SYSTEMS.example:443/"'}, {"client_id": '"another"', "user": '"another"'}],
    ids=["alike", "the address written otherwise", "other users"],
)
def test_two_links_of_one_ledger_company_and_one_warehouse_account_are_refused(
    tmp_path: Path, changed: dict[str, str]
) -> None:
    with pytest.raises(SettingsError, match="links demo and other join the same ledger company") as refused:
        read_settings(beside(tmp_path, **changed), SECRETS)
    assert "every order would be sent twice; keep one of them" in str(refused.value)


@pytest.mark.parametrize("name", ["account", "tenant", "company"])
def test_one_ledger_with_two_warehouses_and_one_warehouse_with_two_ledgers_are_right(tmp_path: Path, name: str) -> None:
    settings = read_settings(beside(tmp_path, **{name: '"ANOTHER"'}), SECRETS)
    assert [link.name for link in settings.link] == ["demo", "other"]


def test_the_same_names_at_another_address_are_other_systems(tmp_path: Path) -> None:
    assert len(read_settings(beside(tmp_path, base_url='"https://elsewhere.example"'), SECRETS).link) == 2
