"""From SuiteQL, an Oracle-like SELECT, to SQLite over the mirror's tables (7). SQLGlot reads and writes it.

Dates are texts with a mark, so everything that makes, compares or shows one becomes a function of `sql_functions.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.expressions import Expr
from sqlglot.transforms import eliminate_join_marks

from tieout.twins.netsuite.errors import Refusal, bad_parameter
from tieout.twins.netsuite.mirror_tables import ALIASES, TABLES, Column

COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


@dataclass(frozen=True)
class Translated:
    """A query for SQLite. `ordered`: it says in which order; `params` how many values it takes."""

    sql: str
    ordered: bool
    params: int
    uses_now: bool


def invalid(why: str) -> Refusal:
    """A query that cannot be run, with the text seen live before the reason (7)."""
    return bad_parameter(f"Invalid search query. Detailed unprocessed description follows. {why}", "q")


UNSUPPORTED = "Search error occurred: Invalid or unsupported search."


def unknown_identifier(name: str, sources: dict[str, str]) -> Refusal:
    """A column there is not; what there is, is told as alias and table (7)."""
    listed = ", ".join(f"{alias}={table}" for alias, table in sources.items())
    return invalid(f"Search error occurred: Unknown identifier '{name}'. Available identifiers are: {{{listed}}}.")


def translate(query: str, forbidden: tuple[str, ...] = ()) -> Translated:
    """The query for SQLite. `forbidden` are tables the role may not see, lower case. Raises `Refusal`."""
    tree: Expr = _parsed(query)
    if any(column.args.get("join_mark") for column in tree.find_all(exp.Column)):
        tree = eliminate_join_marks(tree)
    ordered = tree.args.get("order") is not None or _has_rownum(tree)
    uses_now = any(tree.find_all(exp.CurrentTimestamp, exp.CurrentDate))
    params = len(list(tree.find_all(exp.Placeholder)))
    ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for select in tree.find_all(exp.Select):
        _check_tables(select, ctes, forbidden)
    _dates(tree)
    _numbers_of_rows(tree)
    _functions(tree)
    _own_names(tree, ctes)
    return Translated(tree.sql("sqlite", unsupported_level=sqlglot.ErrorLevel.IGNORE), ordered, params, uses_now)


def sources_of(query: str) -> dict[str, str]:
    """Alias to table, of the outermost SELECT."""
    tree = _parsed(query)
    select = tree if isinstance(tree, exp.Select) else tree.find(exp.Select)
    return {} if select is None else {alias: table for alias, table in _sources(select).items() if table}


def _parsed(query: str) -> exp.Query:
    try:
        trees = sqlglot.parse(query, read="oracle")
    except SqlglotError:
        raise invalid(UNSUPPORTED) from None
    tree = trees[0] if len(trees) == 1 else None
    if not isinstance(tree, exp.Query) or tree.find(exp.Limit):  # there is no LIMIT in Oracle's SQL
        raise invalid(UNSUPPORTED)
    return tree


def _sources(select: exp.Select) -> dict[str, str]:
    """What a SELECT reads, alias to table, lower case; a table of no name is a query in parentheses."""
    clauses: list[Expr | None] = [select.args.get("from_"), *(select.args.get("joins") or [])]
    found: dict[str, str] = {}
    for source in (clause.this for clause in clauses if clause is not None):
        table = source.name.lower() if isinstance(source, exp.Table) else ""
        found[(source.alias_or_name or table).lower()] = table
    return found


def _check_tables(select: exp.Select, ctes: set[str], forbidden: tuple[str, ...]) -> None:
    for table in _sources(select).values():
        if not table or table in ctes or table == "dual":
            continue
        if table in forbidden:
            raise invalid(f"Search error occurred: Record '{table}' was not found.")
        if ALIASES.get(table, table) not in TABLES:
            raise invalid(f"Invalid search type: {table}.")


def column_of(node: Expr) -> Column | None:
    """What a column is, looked for from the innermost SELECT outwards; none if a query in parentheses makes it."""
    if not isinstance(node, exp.Column):
        return None
    name, alias = node.name.lower(), node.table.lower()
    select = node.find_ancestor(exp.Select)
    while select is not None:
        for own, table in _sources(select).items():
            known = TABLES.get(ALIASES.get(table, table), {}).get(name)
            if known is not None and alias in ("", own):
                return known
        select = select.find_ancestor(exp.Select)
    return None


DATE_MAKERS = (exp.CurrentTimestamp, exp.CurrentDate, exp.StrToDate, exp.StrToTime, exp.DateTrunc, exp.AddMonths)


def _is_date(node: Expr | None) -> bool:
    if node is None:
        return False
    if isinstance(node, exp.Add | exp.Sub):
        return _is_date(node.this) != _is_date(node.expression)
    if isinstance(node, exp.Paren | exp.Max | exp.Min | exp.Coalesce):
        return _is_date(node.this)
    column = column_of(node)
    return isinstance(node, DATE_MAKERS) or (column is not None and column.kind == "D")


def _call(name: str, *arguments: Expr | str) -> Expr:
    given = [exp.Literal.string(one) if isinstance(one, str) else one for one in arguments]
    return exp.Anonymous(this=name, expressions=given)


def _dates(tree: Expr) -> None:
    """What is done with dates: compared with texts in the account's form, and moved by days."""
    for node in list(tree.find_all(*COMPARISONS)):
        for one, other in ((node.this, node.expression), (node.expression, node.this)):
            if _is_date(one) and isinstance(other, exp.Literal | exp.Placeholder):
                other.replace(_call("ns_date_of", other.copy()))
    for node in list(tree.find_all(exp.Between)):
        for name in ("low", "high"):
            bound = node.args[name]
            if _is_date(node.this) and isinstance(bound, exp.Literal | exp.Placeholder):
                bound.replace(_call("ns_date_of", bound.copy()))
    for node in [*tree.find_all(exp.Add, exp.Sub)][::-1]:
        if _is_date(node.this) and not _is_date(node.expression):
            days = node.expression.copy()
            moved = days if isinstance(node, exp.Add) else exp.Neg(this=exp.Paren(this=days))
            node.replace(_call("ns_add_days", node.this.copy(), moved))
        elif isinstance(node, exp.Sub) and _is_date(node.this):
            node.replace(_call("ns_days_between", node.this.copy(), node.expression.copy()))


def _has_rownum(tree: Expr) -> bool:
    return any(column.name.lower() == "rownum" for column in tree.find_all(exp.Column))


def _numbers_of_rows(tree: Expr) -> None:
    """`ROWNUM <= 5` among the conditions of a SELECT bounds it; anywhere else it is the number of the row."""
    for select in tree.find_all(exp.Select):
        for part in _conditions(select):
            bound = _bound(part)
            if bound is not None:
                part.replace(exp.true())
                select.set("limit", exp.Limit(expression=exp.Literal.number(bound)))
    for column in list(tree.find_all(exp.Column)):
        if column.name.lower() == "rownum":
            column.replace(exp.Window(this=exp.RowNumber()))


def _conditions(select: exp.Select) -> list[Expr]:
    """What must all be so for a row to be in."""
    where = select.args.get("where")
    if where is None:
        return []
    return list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]


def _bound(part: Expr) -> int | None:
    if not isinstance(part, exp.LT | exp.LTE | exp.EQ) or not isinstance(part.expression, exp.Literal):
        return None
    if not isinstance(part.this, exp.Column) or part.this.name.lower() != "rownum":
        return None
    return int(part.expression.name) - isinstance(part, exp.LT)


def _functions(tree: Expr) -> None:
    """Functions of Oracle's as ones of ours, the innermost first."""
    for node in reversed(list(tree.walk())):
        made = FUNCTIONS.get(type(node))
        if made is not None:
            node.replace(made(node))


def _display(node: Expr) -> Expr:
    """`BUILTIN.DF(column)`: what a person reads for it."""
    call = node.expression
    if node.this.name.upper() != "BUILTIN" or call.name.upper() != "DF" or len(call.expressions) != 1:
        raise invalid(UNSUPPORTED)
    inner: Expr = call.expressions[0]
    column = column_of(inner)
    if column is None:
        return inner
    if column.name in ("status", "shipstatus") and column.kind == "S":
        return exp.column(f"{column.name}__df", table=inner.args.get("table"))
    return _call("ns_display", column.target, inner) if column.target else inner


def _format(node: Expr) -> str:
    made = node.args.get("format")
    return "" if made is None else made.name.replace('"', "")


def _text_of(node: Expr) -> Expr:
    form = node.args.get("format")
    return _call("ns_to_char", node.this, "" if form is None else form.name)


def _unordered(node: Expr) -> Expr:
    """SQLite joins texts in the order they come."""
    if isinstance(node.this, exp.Order):
        node.set("this", node.this.this)
    return node


FUNCTIONS: dict[type[Expr], Callable[[Expr], Expr]] = {
    exp.Dot: _display,
    exp.CurrentTimestamp: lambda _: _call("ns_now"),
    exp.CurrentDate: lambda _: _call("ns_trunc", _call("ns_now"), "DD"),
    exp.StrToDate: lambda node: _call("ns_to_date", node.this, _format(node)),
    exp.StrToTime: lambda node: _call("ns_to_date", node.this, _format(node)),
    exp.ToChar: _text_of,
    exp.TimeToStr: lambda node: _call("ns_strftime", node.this, _format(node)),
    exp.DateTrunc: lambda node: _call("ns_trunc", node.this, node.args["unit"].name),
    exp.AddMonths: lambda node: _call("ns_add_months", node.this, node.expression),
    exp.ToNumber: lambda node: exp.Cast(this=node.this, to=exp.DataType.build("double")),
    exp.GroupConcat: _unordered,
}


def _own_names(tree: Expr, ctes: set[str]) -> None:
    """Tables as the mirror calls them, under the names the query knows; quoted, since some are SQL's own words."""
    for table in list(tree.find_all(exp.Table)):
        name = table.name.lower()
        if name == "dual":
            table.replace(exp.Subquery(this=exp.select("1"), alias=exp.TableAlias(this=exp.to_identifier("dual"))))
        elif name not in ctes:
            alias = table.alias or name
            table.set("this", exp.to_identifier(f"ns_{ALIASES.get(name, name)}"))
            table.set("alias", exp.TableAlias(this=exp.to_identifier(alias.lower(), quoted=True)))
    for column in tree.find_all(exp.Column):
        if column.table:
            column.set("table", exp.to_identifier(column.table.lower(), quoted=True))
        if not isinstance(column.this, exp.Star):
            column.set("this", exp.to_identifier(column.name, quoted=column.name.lower() == "transaction"))
