"""`$metadata`, generated from the schema in V3 form (v1) and V4 form (v2), user-defined fields included. [E][M]"""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import quoteattr

from tieout.twins.sap_b1.schema import EntitySet, Property, Schema, TypeDef

EDM = {
    1: {"S": "Edm.String", "I": "Edm.Int32", "F": "Edm.Double", "D": "Edm.DateTime", "T": "Edm.Time"},
    2: {"S": "Edm.String", "I": "Edm.Int32", "F": "Edm.Double", "D": "Edm.DateTimeOffset", "T": "Edm.TimeOfDay"},
}
BOUND = {"Document": ("Close", "Cancel", "Reopen"), "StockTransfer": ("Close", "Cancel")}
"""Bound actions that return nothing, by the type they belong to. [E]"""
V1_HEAD = (
    '<edmx:Edmx xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx" Version="1.0">'
    '<edmx:DataServices xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"'
    ' m:DataServiceVersion="3.0" m:MaxDataServiceVersion="3.0">'
    '<Schema xmlns="http://schemas.microsoft.com/ado/2009/11/edm" Namespace="SAPB1">'
)
V2_HEAD = (
    '<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><edmx:DataServices>'
    '<Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="SAPB1">'
)
TAIL = "</Schema></edmx:DataServices></edmx:Edmx>"

READERS = {"CompanyService_GetAdminInfo": "SAPB1.AdminInfo"}
CALLS = {
    "CompanyService_UpdateAdminInfo": (("AdminInfo", "SAPB1.AdminInfo"), None),
    "CompanyService_GetPeriods": (None, "Collection(SAPB1.PeriodCategoryParams)"),
    "CompanyService_GetFinancePeriods": (
        ("PeriodCategoryParams", "SAPB1.PeriodCategoryParams"),
        "Collection(SAPB1.FinancePeriod)",
    ),
    "CompanyService_GetFinancePeriod": (("FinancePeriodParams", "SAPB1.FinancePeriodParams"), "SAPB1.FinancePeriod"),
    "DraftsService_SaveDraftToDocument": (("Document", "SAPB1.Document"), None),
}


def metadata(schema: Schema, version: int) -> str:
    """The whole document."""
    parts = _v1(schema) if version == 1 else _v2(schema)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "".join(parts)


def _tag(name: str, inner: str = "", **attributes: str) -> str:
    text = "".join(f" {key.replace('__', ':')}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{text}>{inner}</{name}>" if inner else f"<{name}{text}/>"


def _properties(kind: TypeDef, version: int) -> Iterator[str]:
    for prop in kind.properties.values():
        name = prop.name if version == 1 else prop.v4_name
        nullable = {"Nullable": "false"} if prop.name in kind.key else {}
        yield _tag("Property", Name=name, Type=_type(prop, version), **nullable)


def _type(prop: Property, version: int) -> str:
    name = EDM[version].get(prop.kind) or f"SAPB1.{prop.kind}"
    return f"Collection({name})" if prop.many else name


def _types(schema: Schema, version: int) -> Iterator[str]:
    for kind in schema.types.values():
        inner = "".join(_properties(kind, version))
        if not kind.key:
            yield _tag("ComplexType", inner, Name=kind.name)
            continue
        key = _tag("Key", "".join(_tag("PropertyRef", Name=name) for name in kind.key))
        opened = {"OpenType": "true"} if kind.open else {}
        navigations = "".join(_navigations(kind, version))
        yield _tag("EntityType", key + inner + navigations, Name=kind.name, **opened)


def _navigations(kind: TypeDef, version: int) -> Iterator[str]:
    for nav in kind.navigations.values():
        if version == 2:
            target = f"SAPB1.{nav.type}"
            constraint = (
                "" if nav.many else _tag("ReferentialConstraint", Property=nav.own, ReferencedProperty=nav.theirs)
            )
            yield _tag(
                "NavigationProperty", constraint, Name=nav.name, Type=f"Collection({target})" if nav.many else target
            )
        else:
            association = f"SAPB1.FK_{kind.name}_{nav.name}"
            yield _tag("NavigationProperty", Name=nav.name, Relationship=association, FromRole="From", ToRole="To")


def _v1(schema: Schema) -> Iterator[str]:
    yield V1_HEAD
    for name, members in schema.enums.items():
        yield _tag("EnumType", "".join(_tag("Member", Name=member) for member in members), Name=name)
    yield from _types(schema, 1)
    yield from _associations(schema)
    sets = "".join(_tag("EntitySet", Name=one.name, EntityType=f"SAPB1.{one.type}") for one in schema.sets.values())
    inner = sets + "".join(_association_sets(schema)) + "".join(_imports_v1())
    yield _tag("EntityContainer", inner, Name="ServiceLayer") + TAIL


def _associations(schema: Schema) -> Iterator[str]:
    for kind in schema.types.values():
        for nav in kind.navigations.values():
            ends = _tag("End", Role="From", Type=f"SAPB1.{kind.name}", Multiplicity="0..1" if nav.many else "*")
            ends += _tag("End", Role="To", Type=f"SAPB1.{nav.type}", Multiplicity="*" if nav.many else "0..1")
            yield _tag("Association", ends, Name=f"FK_{kind.name}_{nav.name}")


def _association_sets(schema: Schema) -> Iterator[str]:
    for one in schema.sets.values():
        for nav in schema.types[one.type].navigations.values():
            ends = _tag("End", Role="From", EntitySet=one.name) + _tag("End", Role="To", EntitySet=nav.target)
            name = f"FK_{one.name}_{nav.name}"
            yield _tag("AssociationSet", ends, Name=name, Association=f"SAPB1.FK_{one.type}_{nav.name}")


def _imports_v1() -> Iterator[str]:
    document = _binding("Document")
    post = {"m__HttpMethod": "POST"}
    for bound, names in BOUND.items():
        for name in names:
            yield _tag("FunctionImport", _binding(bound), Name=name, IsBindable="true", **post)
    cancellation = {"Name": "CreateCancellationDocument", "ReturnType": "SAPB1.Document"}
    yield _tag("FunctionImport", document, IsBindable="true", **cancellation, **post)
    for name, returned in READERS.items():
        yield _tag("FunctionImport", Name=name, ReturnType=returned, **post)
    for name, (parameter, returned) in CALLS.items():
        result = {"ReturnType": returned} if returned else {}
        yield _tag("FunctionImport", _parameter(parameter), Name=name, **result, **post)


def _binding(kind: str) -> str:
    return _tag("Parameter", Name=f"{kind}Params", Type=f"SAPB1.{kind}")


def _parameter(parameter: tuple[str, str] | None) -> str:
    return _tag("Parameter", Name=parameter[0], Type=parameter[1]) if parameter else ""


def _v2(schema: Schema) -> Iterator[str]:
    yield V2_HEAD
    for name, members in schema.enums.items():
        texts = "".join(_tag("Member", Name=member, Value=str(index)) for index, member in enumerate(members))
        yield _tag("EnumType", texts, Name=name, IsFlags="false", UnderlyingType="Edm.Int32")
    yield from _types(schema, 2)
    yield from _operations_v2()
    inner = "".join(_set_v2(schema, one) for one in schema.sets.values()) + "".join(_imports_v2())
    yield _tag("EntityContainer", inner, Name="ServiceLayer") + TAIL


def _set_v2(schema: Schema, one: EntitySet) -> str:
    version = _tag("Collection", _tag("PropertyPath", "DataVersion"))
    concurrency = _tag("Annotation", version, Term="Org.OData.Core.V1.OptimisticConcurrency") if one.etag else ""
    navigations: Iterable[str] = (
        _tag("NavigationPropertyBinding", Path=nav.name, Target=nav.target)
        for nav in schema.types[one.type].navigations.values()
    )
    return _tag("EntitySet", concurrency + "".join(navigations), Name=one.name, EntityType=f"SAPB1.{one.type}")


def _operations_v2() -> Iterator[str]:
    document = _binding("Document")
    for bound, names in BOUND.items():
        for name in names:
            yield _tag("Action", _binding(bound), Name=name, IsBound="true")
    returned = _tag("ReturnType", Type="SAPB1.Document")
    yield _tag("Action", document + returned, Name="CreateCancellationDocument", IsBound="true")
    for name, kind in READERS.items():
        yield _tag("Function", _tag("ReturnType", Type=kind), Name=name)
    for name, (parameter, kind) in CALLS.items():
        result = _tag("ReturnType", Type=kind) if kind else ""
        yield _tag("Action", _parameter(parameter) + result, Name=name)


def _imports_v2() -> Iterator[str]:
    for name in READERS:
        yield _tag("FunctionImport", Name=name, Function=f"SAPB1.{name}")
    for name in CALLS:
        yield _tag("ActionImport", Name=name, Action=f"SAPB1.{name}")
