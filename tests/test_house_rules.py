"""The house rules: who may know whom, how long things may grow, and what must never be in the repository."""

import ast
import re
import statistics
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from tieout.domain.reasons import REASONS, Reason

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "tieout"
FILES = sorted(SOURCE.rglob("*.py"))
FILE_LINES, FUNCTION_LINES, MEDIAN_LINES = 500, 60, 10

CONTRACT = "connectors.contract"
TEXTS = "connectors.texts"
LOWER = ("sync", "rules", CONTRACT, "governor", "journal", "domain")
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "domain": ("domain",),
    "rules": ("rules", "domain"),
    "journal": ("journal", "domain"),
    "engine": ("engine",),
    "twins": ("twins",),
    "governor": ("governor", "domain"),
    "connectors": (CONTRACT, TEXTS, "governor", "domain"),
    "sync": LOWER,
    "views": ("views", *LOWER),
    "cases": ("cases", *LOWER),
    "alerts": ("alerts", "views", *LOWER),
}
"""What each part may know of tieout. A connector may also know its own folder; parts not named here are entry points,
which `test_only_entry_points_put_the_parts_together` and `test_a_connector_is_known_to_nobody_by_name` judge."""
ENTRY_POINTS = ("cli", "bootstrap", "settings")
PUTS_TOGETHER = ("bootstrap", "connectors.registry")

FORBIDDEN = {
    "an absolute machine path": "/(?:" + "|".join(("wo" + "rk", "ho" + "me", "Us" + "ers", "ro" + "ot")) + ")/[a-z]",
    "a registry host": "|".join(("py" + r"pi\.org", "python" + r"hosted\.", "npm" + r"js\.", "art" + "ifactory")),
    "a postponed matter": "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X:")),
    "a test put aside": "|".join((r"mark\.sk" + "ip", r"pytest\.sk" + r"ip\(", "xf" + "ail")),
}


def name_of(path: Path) -> str:
    """A file's module name below `tieout`, such as `journal.store`."""
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


def absolute(node: ast.ImportFrom, path: Path) -> str:
    """The full name of the module imported from, also where it is written with dots."""
    if not node.level:
        return node.module or ""
    package = ("tieout", *path.relative_to(SOURCE).parent.parts)
    base = package[: len(package) - node.level + 1]
    return ".".join((*base, *filter(None, [node.module])))


def imported(path: Path) -> set[str]:
    """Every module of tieout that a file imports, below `tieout`; also inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = absolute(node, path)
            found |= {f"{module}.{alias.name}" for alias in node.names} if module in PACKAGES else {module}
    return {name.removeprefix("tieout.") for name in found if name.startswith("tieout.")}


PACKAGES = {"tieout", *(f"tieout.{name_of(path)}" for path in FILES if path.name == "__init__.py")}


def inside(module: str, parts: tuple[str, ...]) -> bool:
    """True for a module that is one of the parts or below one."""
    return any(module == part or module.startswith(f"{part}.") for part in parts)


def allowed(module: str) -> tuple[str, ...] | None:
    """What a module may import; None where no table tells."""
    part, *below = module.split(".")
    own = (f"connectors.{below[0]}",) if part == "connectors" and below else ()
    judged = part in MAY_IMPORT and not inside(module, PUTS_TOGETHER)
    return (*MAY_IMPORT[part], *own) if judged else None


def tracked() -> list[Path]:
    """Every file of the repository: tracked, or new and not ignored."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def lengths() -> dict[str, int]:
    """The length in lines of every function in the source."""
    return {
        f"{name_of(path)}.{node.name}:{node.lineno}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_each_part_knows_only_the_parts_below_it() -> None:
    wrong = [
        f"{name_of(path)} imports {module}"
        for path in FILES
        for module in sorted(imported(path))
        if (may := allowed(name_of(path))) is not None and not inside(module, may)
    ]
    assert wrong == []


def test_only_entry_points_put_the_parts_together() -> None:
    wrong = [
        name_of(path)
        for path in FILES
        if not inside(name_of(path), (*ENTRY_POINTS, *PUTS_TOGETHER))
        and any(inside(module, PUTS_TOGETHER) for module in imported(path))
    ]
    assert wrong == []


def test_a_connector_is_known_to_nobody_by_name_but_to_what_puts_the_parts_together() -> None:
    wrong = [
        f"{name_of(path)} imports {module}"
        for path in FILES
        for module in sorted(imported(path))
        if inside(name_of(path), ("web", "views", "cases", "sync", "rules", "journal"))
        if inside(module, ("connectors",)) and not inside(module, (CONTRACT,))
    ]
    assert wrong == []


def test_no_file_has_grown_too_long() -> None:
    long = {name_of(path): count for path in FILES if (count := len(path.read_text().splitlines())) > FILE_LINES}
    assert long == {}


def test_no_function_is_long_and_most_are_short() -> None:
    found = lengths()
    assert {name: lines for name, lines in found.items() if lines > FUNCTION_LINES} == {}
    assert statistics.median(found.values()) < MEDIAN_LINES


@pytest.mark.parametrize("mark", FORBIDDEN)
def test_nothing_in_the_repository_bears_a_forbidden_mark(mark: str) -> None:
    pattern = re.compile(FORBIDDEN[mark])
    wrong: list[str] = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", errors="replace")
        lines = [f"{n}: {line.strip()[:80]}" for n, line in enumerate(text.splitlines(), 1) if pattern.search(line)]
        wrong += [f"{path.relative_to(ROOT)}:{line}" for line in lines]
    assert wrong == []


@pytest.mark.parametrize("reason", REASONS.values(), ids=lambda reason: reason.code)
def test_every_reason_says_who_how_urgent_what_and_by_when(reason: Reason) -> None:
    empty = [field.name for field in fields(reason) if field.type is not bool and not getattr(reason, field.name)]
    assert empty == []


LINK = re.compile(r"\]\(([^)#\s]+\.md)(?:#[^)]*)?\)|`((?:docs/)[\w/.-]+\.md)`|(docs/[\w/-]+\.md)")


def links(path: Path) -> set[tuple[str, Path]]:
    """Every docs page a file links to or names, as written and where it leads."""
    found: set[tuple[str, Path]] = set()
    for relative, quoted, named in LINK.findall(path.read_text(errors="replace")):
        target = relative or quoted or named
        if not target.startswith(("http:", "https:")):
            base = ROOT if target.startswith("docs/") else path.parent
            found.add((target, (base / target).resolve()))
    return found


def test_every_docs_page_that_is_linked_to_is_there() -> None:
    readers = [path for path in tracked() if path.suffix in (".md", ".py", ".toml")]
    wrong = [
        f"{path.relative_to(ROOT)} -> {said}" for path in readers for said, page in links(path) if not page.exists()
    ]
    assert wrong == []
