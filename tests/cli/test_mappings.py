"""Accounts of people who say which code of the ledger is which code of the warehouse."""

import csv
from pathlib import Path

from tests.cli.conftest import Terminal, two_orders_by_a_carrier_not_mapped
from tests.journey.conftest import Shop
from tieout.cases.mappings import KINDS

HEAD = "link,kind,ledger,warehouse\n"


def test_mappings_are_listed_and_narrowed_by_kind_and_link(shop: Shop, terminal: Terminal) -> None:
    assert len(terminal.run("mappings", "list", "--json").json) == 4
    (warehouse,) = terminal.run("mappings", "list", "--kind", "warehouse", "--link", "demo", "--json").json
    assert warehouse == {"link": "demo", "kind": "warehouse", "ledger": "01", "warehouse": "WH1"}
    assert "ROYALMAIL" in terminal.run("mappings", "list").out


def test_a_new_mapping_tells_how_many_exceptions_wait_for_it_and_the_command_that_replays_them(
    shop: Shop, terminal: Terminal
) -> None:
    two_orders_by_a_carrier_not_mapped(shop)
    ran = terminal.run("mappings", "set", "carrier", "3", "DPD")
    assert ran.code == 0
    assert "demo: carrier 3 is DPD" in ran.out
    assert 'replay: tieout cases replay --cause "carrier_not_mapped: 3"' in ran.out
    assert "2 open exceptions with the cause" in ran.out
    assert terminal.run("cases", "replay", "--cause", "carrier_not_mapped: 3").code == 0
    shop.sync()
    assert shop.open_cases() == []


def test_a_mapping_that_is_changed_tells_what_it_was_and_the_audit_trail_keeps_both(
    shop: Shop, terminal: Terminal
) -> None:
    changed = terminal.run("mappings", "set", "carrier", "1", "DHL", "--actor", "desk", "--json").json["changed"]
    assert changed == [{"link": "demo", "kind": "carrier", "ledger": "1", "before": "ROYALMAIL", "after": "DHL"}]
    assert shop.rows("SELECT actor, action, object, detail FROM audit") == [
        ("desk", "mapping set", "mapping/demo/carrier/1", '{"after": "DHL", "before": "ROYALMAIL"}')
    ]


def test_a_mapping_that_stands_so_already_is_no_change_and_leaves_no_trace(shop: Shop, terminal: Terminal) -> None:
    assert "nothing changed" in terminal.run("mappings", "set", "carrier", "1", "ROYALMAIL").out
    assert shop.rows("SELECT * FROM audit") == []


def test_a_mapping_that_is_taken_away_is_gone_and_the_audit_trail_keeps_what_it_was(
    shop: Shop, terminal: Terminal
) -> None:
    ran = terminal.run("mappings", "remove", "carrier", "3", "--link", "demo", "--actor", "desk")
    assert (ran.code, ran.out) == (0, "demo: carrier 3 is no longer mapped (before: DPD)\n")
    assert len(terminal.run("mappings", "list", "--kind", "carrier", "--json").json) == 2
    assert shop.rows("SELECT actor, action, object, detail FROM audit") == [
        ("desk", "mapping removed", "mapping/demo/carrier/3", '{"after": null, "before": "DPD"}')
    ]
    shop.order(5, body={"TransportationCode": 3})
    assert shop.open_cases() == ["carrier_not_mapped"]


def test_a_mapping_that_is_not_there_cannot_be_taken_away(shop: Shop, terminal: Terminal) -> None:
    for arguments, code, said in (
        (("carrier", "77"), 4, "carrier 77 of link demo is not mapped"),
        (("colour", "1"), 2, "'colour' is not a kind of mapping"),
        (("carrier", "1", "--link", "other"), 2, "no link is called 'other'"),
    ):
        ran = terminal.run("mappings", "remove", *arguments)
        assert (ran.code, ran.out) == (code, "")
        assert said in ran.err
    assert shop.rows("SELECT * FROM audit") == []


def test_an_unknown_kind_or_link_and_an_empty_code_are_refused(shop: Shop, terminal: Terminal) -> None:
    for arguments, said in (
        (("colour", "1", "RED"), "'colour' is not a kind of mapping; there are: warehouse, carrier, unit, quarantine"),
        (("carrier", " ", "DPD"), "the ledger code is empty"),
        (("carrier", "1", "DPD", "--link", "other"), "no link is called 'other'; there are: demo"),
    ):
        ran = terminal.run("mappings", "set", *arguments)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err


def test_what_is_exported_is_imported_unchanged(shop: Shop, terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("mappings", "set", "unit", 'PCK, "large"', "Kästchen")
    before = terminal.run("mappings", "export").out
    file = tmp_path / "mappings.csv"
    assert terminal.run("mappings", "export", file).code == 0
    ran = terminal.run("mappings", "import", file, "--json").json
    assert (ran["changed"], ran["unchanged"]) == ([], 5)
    assert terminal.run("mappings", "export").out == before == file.read_text()


FORMULAS = ("=1+1", "+49", "-1", "@SUM(A1)", "'=1", "''-1", "\uff1d1", "'plain", "'")


def test_no_code_is_a_formula_to_a_spreadsheet_and_yet_each_comes_back_as_it_was(
    shop: Shop, terminal: Terminal, tmp_path: Path
) -> None:
    for code in FORMULAS:
        assert terminal.bare("mappings", "set", "--config", str(terminal.file), "--", "unit", code, code).code == 0
    file = tmp_path / "mappings.csv"
    terminal.run("mappings", "export", file)
    cells = [cell for row in csv.reader(file.read_text().splitlines()) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\uff1d"))] == []
    assert "demo,unit,'-1,'-1" in file.read_text().splitlines()
    before = terminal.run("mappings", "list", "--json").json
    assert {one["ledger"] for one in before} >= set(FORMULAS)
    assert terminal.run("mappings", "import", file, "--json").json["unchanged"] == len(before)
    assert terminal.run("mappings", "list", "--json").json == before


def test_a_code_that_a_person_wrote_without_the_apostrophe_is_understood(terminal: Terminal) -> None:
    assert terminal.run("mappings", "import", "-", text=HEAD + "demo,carrier,-1,DPD\ndemo,unit,'st,EACH\n").code == 0
    assert terminal.run("mappings", "export").out == HEAD + "demo,carrier,'-1,DPD\ndemo,unit,'st,EACH\n"


def test_an_export_fills_an_empty_journal_to_the_same_mappings(terminal: Terminal) -> None:
    text = HEAD + "demo,carrier,1,DPD\ndemo,unit,Stück,EACH\n"
    assert terminal.run("mappings", "import", "-", text=text).code == 0
    assert terminal.run("mappings", "export").out == text


def test_a_file_with_faulty_rows_changes_nothing_and_every_faulty_row_is_named_with_its_line(
    shop: Shop, terminal: Terminal
) -> None:
    rows = ("demo,carrier,7,DPD", "demo,colour,1,RED", "", "demo,carrier,8", "other,carrier,9,DHL",
            "demo,carrier,7,DHL", "demo,unit,,EACH", f"demo,unit,{'x' * 81},EACH")  # fmt: skip
    ran = terminal.run("mappings", "import", "-", text=HEAD + "\n".join(rows) + "\n")
    assert ran.code == 2
    assert ran.err.splitlines() == [
        f"line 3: 'colour' is not a kind of mapping; there are: {', '.join(KINDS)}",
        "line 5: 3 columns instead of 4",
        "line 6: no link is called 'other'; there are: demo",
        "line 7: the same ledger code is mapped on line 2 already",
        "line 8: the ledger code is empty",
        "line 9: the ledger code is longer than 80 characters",
    ]
    assert len(terminal.run("mappings", "list", "--json").json) == 4


def test_a_file_that_is_not_such_a_file_is_refused_in_a_sentence(
    shop: Shop, terminal: Terminal, tmp_path: Path
) -> None:
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"\xff\xfe\x00")
    for file, text, said in (
        ("-", "a,b\n1,2\n", "line 1: the columns must be link,kind,ledger,warehouse, not a,b"),
        ("-", "", "line 1: the columns must be link,kind,ledger,warehouse, not empty"),
        ("-", HEAD + 'demo,carrier,"7"x,DPD\n', "it is not a CSV file"),
        (tmp_path / "missing.csv", None, "missing.csv cannot be read: No such file or directory"),
        (binary, None, "binary.csv cannot be read: it is not UTF-8 text"),
    ):
        ran = terminal.run("mappings", "import", file, text=text)
        assert ran.code == 2
        assert said in ran.err


def test_a_file_from_a_spreadsheet_with_its_mark_and_spaces_is_understood(terminal: Terminal) -> None:
    text = "\ufefflink, kind, ledger, warehouse\r\ndemo, carrier, 1, DPD\r\n"
    assert terminal.run("mappings", "import", "-", text=text).code == 0
    assert terminal.run("mappings", "export").out == HEAD + "demo,carrier,1,DPD\n"
