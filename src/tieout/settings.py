"""The configuration: one TOML file, read once, checked whole. Every fault is told at once, each with its place."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from sqlalchemy import make_url

from tieout.alerts.config import AlertSettings, TeamSettings
from tieout.connectors.registry import SYSTEMS, books, names, system_named
from tieout.domain.documents import Side
from tieout.governor import Limits
from tieout.journal.urls import checked, has_password
from tieout.references import Place, References, written
from tieout.rules.facts import Policy
from tieout.sync.freshness import Freshness
from tieout.sync.leases import LEASE_S

M = TypeVar("M", bound=BaseModel)
Seconds = Annotated[float, Field(gt=0, le=31_536_000)]
"""No more than a year: what is longer is a slip of the keyboard."""
DEFAULT_FILE = Path("tieout.toml")
SECRET_MIN = 16
"""Characters: the shortest secret a webhook address may carry."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `place` is where it stands in the file, such as `link[0].ledger.password`, or empty."""

    place: str
    text: str

    def __str__(self) -> str:
        """The fault as people read it."""
        return f"{self.place}: {self.text}" if self.place else self.text


class SettingsError(Exception):
    """The configuration cannot be used. `faults` says all that is wrong, each with its place."""

    def __init__(self, file: Path, faults: list[Fault]) -> None:
        self.file, self.faults = file, faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        listed = "".join(f"\n  {fault}" for fault in faults)
        super().__init__(f"{file} has {count}:{listed}\nCorrect the file, then run `tieout check-config`.")


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class JournalSettings(_Frozen):
    """Where the journal is kept: an SQLAlchemy URL, `sqlite:///file` or `postgresql+psycopg://...`."""

    url: str = "sqlite:///tieout.sqlite"

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        return checked(value)


class EngineSettings(_Frozen):
    """Where the engine keeps its own tables. None: beside the journal (see `Settings.engine_url`)."""

    url: str | None = None

    @field_validator("url")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        return None if value is None else checked(value)


class WebSettings(_Frozen):
    """Where webhooks are received. Loopback unless told otherwise: a reverse proxy in front of it speaks TLS."""

    host: str = "127.0.0.1"
    port: int = Field(default=8480, ge=0, le=65535)


class WorkerSettings(_Frozen):
    """How workers share lanes."""

    lease_s: Seconds = LEASE_S
    """A worker that has shown no life for this long loses its lanes to another: how soon a dead one's work goes on."""


class PollingSettings(_Frozen):
    """How often each link is looked at, in seconds, even if nothing calls."""

    feeds_s: Seconds = 15.0
    """Each feed of both systems."""
    items_s: Seconds = 900.0
    """The warehouse's whole list of items."""
    drain_s: Seconds = 1.0
    """Lanes that have rested long enough."""


class Connection(_Frozen):
    """One side of a link: a system's name in the registry, and that system's own settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    system: str
    options: BaseModel
    limits: Limits = Limits()

    @property
    def books(self) -> tuple[str, ...]:
        """Whose stock or whose books it is to (see `registry.books`)."""
        return books(self.system, self.options)


class LinkSettings(_Frozen):
    """One pair of systems. `name` is part of every reference and must never change."""

    name: str = Field(pattern=r"^[a-z0-9-]{1,20}$")
    webhook_secret: SecretStr = Field(min_length=SECRET_MIN)
    warehouse: Connection
    ledger: Connection
    policy: Policy = Policy()
    polling: PollingSettings = PollingSettings()
    freshness: Freshness = Freshness()


class Settings(_Frozen):
    """Everything that can be configured."""

    journal: JournalSettings = JournalSettings()
    engine: EngineSettings = EngineSettings()
    web: WebSettings = WebSettings()
    worker: WorkerSettings = WorkerSettings()
    alert: tuple[AlertSettings, ...] = ()
    team: tuple[TeamSettings, ...] = ()
    link: tuple[LinkSettings, ...]

    @model_validator(mode="after")
    def _alerts_and_teams_are_told_apart(self) -> Self:
        for what, used in (
            ("alerts", [one.name for one in self.alert]),
            ("teams", [str(one.name) for one in self.team]),
        ):
            twice = sorted({name for name in used if used.count(name) > 1})
            if twice:
                raise ValueError(f"two {what} are called {', '.join(twice)}; each needs a table of its own")
        return self

    @model_validator(mode="after")
    def _links_are_told_apart(self) -> Self:
        if not self.link:
            raise ValueError("no [[link]] is configured; at least one is needed")
        names_used = [link.name for link in self.link]
        twice = sorted({name for name in names_used if names_used.count(name) > 1})
        if twice:
            raise ValueError(f"two links are called {', '.join(twice)}; every link needs a name of its own")
        return self

    @model_validator(mode="after")
    def _no_two_links_do_the_same(self) -> Self:
        """One ledger may have two warehouses, and one warehouse two ledgers; the same pair twice is twice the goods."""
        found: dict[tuple[tuple[str, ...], ...], str] = {}
        for link in self.link:
            first = found.setdefault((link.ledger.books, link.warehouse.books), link.name)
            if first != link.name:
                raise ValueError(
                    f"links {first} and {link.name} join the same ledger company and the same warehouse account: every "
                    "order would be sent twice; keep one of them"
                )
        return self

    @property
    def engine_url(self) -> str:
        """The engine's database: as configured, else the journal's own on PostgreSQL, or a file beside it."""
        journal = make_url(self.journal.url)
        if self.engine.url is not None:
            return self.engine.url
        if journal.get_backend_name() != "sqlite" or not journal.database or journal.database == ":memory:":
            return self.journal.url
        file = Path(journal.database)
        return f"sqlite:///{file.with_name(f'{file.stem}-engine{file.suffix}')}"


def read_settings(file: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Reads and checks a configuration file. Raises `SettingsError` with every fault found.

    An SQLite file is found from the configuration file's folder, wherever the command is run.
    """
    raw = _raw(file)
    references = References(file.parent) if environment is None else References(file.parent, environment)
    tree = references.resolve(raw)
    faults = _Faults(references)
    faults.literals(tree)
    _connections(tree, faults)
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        faults.validation(error, ())
        settings = None
    if settings is None or faults.found:
        raise SettingsError(file, [Fault(written(place), text) for place, text in _by_place(faults.found)])
    return _found_from(file.parent, settings)


def _raw(file: Path) -> dict[str, Any]:
    """The file's tables as they stand. Raises `SettingsError`."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        text = "there is no such file; name another with --config"
    except OSError as error:
        text = f"it cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        text = "it cannot be read: it is not UTF-8 text"
    except tomllib.TOMLDecodeError as error:
        text = f"it is not TOML: {error}"
    raise SettingsError(file, [Fault("", text)])


def _by_place(found: Mapping[Place, str]) -> list[tuple[Place, str]]:
    """The faults, those of one table together."""

    def order(fault: tuple[Place, str]) -> list[str]:
        return [f"{part:03}" if isinstance(part, int) else part for part in fault[0]]

    return sorted(found.items(), key=order)


def _found_from(folder: Path, settings: Settings) -> Settings:
    """Two processes started in different folders must not keep two journals."""
    journal = settings.journal.model_copy(update={"url": _absolute(settings.journal.url, folder)})
    engine = settings.engine
    if engine.url is not None:
        engine = engine.model_copy(update={"url": _absolute(engine.url, folder)})
    return settings.model_copy(update={"journal": journal, "engine": engine})


def _absolute(url: str, folder: Path) -> str:
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or not parts.database or parts.database == ":memory:":
        return url
    return parts.set(database=str(folder.resolve() / parts.database)).render_as_string(hide_password=False)


class _Faults:
    """Collects faults by place; the first one told about a place is the one that counts."""

    def __init__(self, references: References) -> None:
        self.found: dict[Place, str] = dict(references.failed)
        self.unchecked: set[Place] = set()
        self._resolved = references.resolved

    def add(self, place: Place, text: str) -> None:
        """Notes one fault."""
        if place not in self.unchecked:
            self.found.setdefault(place, text)

    def validation(self, error: ValidationError, above: Place) -> None:
        """Notes everything pydantic has found below a place."""
        for fault in error.errors(include_url=False, include_input=False):
            self.add((*above, *fault["loc"]), _in_words(fault["type"], fault["msg"]))

    def literals(self, tree: dict[str, Any]) -> None:
        """Notes every secret that is written in the file itself."""
        for place, value in _leaves(tree, ()):
            if place in self._resolved or not isinstance(value, str):
                continue
            if place[-1] in _SECRETS:
                self.add(place, 'a secret may not stand in this file; write { env = "NAME" } or { file = "path" }')
            elif place[-1] == "url" and has_password(value):
                self.add(place, 'the password may not stand in this file; write the whole URL as { env = "NAME" }')


_SECRETS = {
    name
    for model in (LinkSettings, AlertSettings, *(system.settings for system in SYSTEMS))
    for name, field in model.model_fields.items()
    if field.annotation is SecretStr
}


def _leaves(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    if isinstance(value, dict):
        for key, one in cast("dict[str, Any]", value).items():
            yield from _leaves(one, (*place, key))
    elif isinstance(value, list):
        for i, one in enumerate(cast("list[Any]", value)):
            yield from _leaves(one, (*place, i))
    else:
        yield place, value


def _connections(tree: dict[str, Any], faults: _Faults) -> None:
    """Replaces the tables of both sides of each link by checked connections; takes out those that are not."""
    links = tree.get("link")
    if not isinstance(links, list):
        return
    for i, link in enumerate(cast("list[Any]", links)):
        if isinstance(link, dict):
            table = cast("dict[str, Any]", link)
            for side in Side:
                if isinstance(table.get(side), dict):
                    place = ("link", i, str(side))
                    table[side] = _connection(table[side], side, place, faults)
                    if table[side] is None:
                        faults.unchecked.add(place)


def _connection(table: dict[str, Any], side: Side, place: Place, faults: _Faults) -> Connection | None:
    name = table.get("system")
    system = system_named(name, side)
    if system is None:
        known = names(side)
        said = f"is missing; it may be {known}" if name is None else f"no {side} is called {name!r}; known: {known}"
        faults.add((*place, "system"), said)
        return None
    own = {key: value for key, value in table.items() if key not in ("system", "limits")}
    options = _checked(system.settings, own, place, faults)
    limits = _checked(Limits, table.get("limits", {}), (*place, "limits"), faults)
    if options is None or limits is None:
        return None
    return Connection(system=system.name, options=options, limits=limits)


def _checked(model: type[M], value: object, place: Place, faults: _Faults) -> M | None:
    """The value as the model has it; None where it is not, which is noted."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults.validation(error, place)
        return None


def _in_words(kind: str, text: str) -> str:
    match kind:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not a setting of tieout; see docs/reference/configuration.md"
        case "tuple_type":
            return "must be a list; a table of its own is written with two brackets, such as [[link]]"
        case "model_type" | "dataclass_type" | "is_instance_of":
            return "must be a table of its own"
        case "value_error":
            return text.removeprefix("Value error, ")
        case "string_pattern_mismatch" | "string_too_short" | "too_short":
            return text.replace("String", "it").replace("Value", "it")
        case _:
            return text[:1].lower() + text[1:]
