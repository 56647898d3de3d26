"""The table of names and types, and the `$metadata` made from it."""

import re

import pytest
from b1_company import Company

from tieout.twins.sap_b1 import unknown_properties
from tieout.twins.sap_b1.schema import load_schema


def test_a_body_that_fits_has_no_faults() -> None:
    batch = {"BatchNumberProperty": "B", "Quantity": "2"}
    line = {"ItemCode": "A", "Quantity": 2, "BaseType": 17, "LineStatus": "bost_Open", "BatchNumbers": [batch]}
    body = {"CardCode": "C", "DocDate": "2026-11-21", "Confirmed": "tYES", "U_Any": "x", "DocumentLines": [line]}
    assert unknown_properties("DeliveryNotes", body) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"cardcode": "C"}, "Document: Property 'cardcode' of 'Document' is invalid"),
        ({"DocDate": "21/11/2026"}, "Document.DocDate: '21/11/2026' is not a D"),
        ({"DocEntry": 1.5}, "Document.DocEntry: 1.5 is not a I"),
        ({"Confirmed": True}, "Document.Confirmed: True is not a BoYesNoEnum"),
        ({"Confirmed": "yes"}, "Document.Confirmed: 'yes' is not a BoYesNoEnum"),
        ({"DocumentLines": {}}, "Document.DocumentLines: an array is expected"),
        ({"DocumentLines": [{"X": 1}]}, "Document.DocumentLines[0]: Property 'X' of 'DocumentLine' is invalid"),
        ({"AddressExtension": []}, "Document.AddressExtension: an object is expected"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(body: object, fault: str) -> None:
    assert unknown_properties("Orders", body) == [fault]


def test_with_a_companys_own_schema_only_declared_fields_pass(company: Company) -> None:
    schema = company.twin.state.schema
    assert unknown_properties("Orders", {"U_TieoutRef": "x"}, schema) == []
    assert len(unknown_properties("Orders", {"U_Other": "x"}, schema)) == 1


def test_every_type_that_is_named_is_known() -> None:
    schema = load_schema()
    known = {*schema.types, *schema.enums, *"SIFDT"}
    named = {prop.kind for kind in schema.types.values() for prop in kind.properties.values()}
    assert named <= known
    assert {nav.target for kind in schema.types.values() for nav in kind.navigations.values()} <= set(schema.sets)


def attributes(text: str, tag: str, attribute: str) -> list[str]:
    """One attribute of all the elements of one name, as written."""
    return [re.findall(rf'{attribute}="([^"]*)"', element)[0] for element in re.findall(rf"<{tag} [^>]*>", text)]


def metadata(company: Company, version: int) -> str:
    return company.send("GET", "$metadata", version=version).body.decode()


def test_the_metadata_of_v1_is_v3_and_of_v2_is_v4(company: Company) -> None:
    one, two = metadata(company, 1), metadata(company, 2)
    assert 'Version="1.0"' in one
    assert 'Version="4.0"' in two
    assert attributes(one, "EntityType", "Name") == attributes(two, "EntityType", "Name")
    assert attributes(one, "EntitySet", "Name") == attributes(two, "EntitySet", "Name")
    assert '<Property Name="DocDate" Type="Edm.DateTime"/>' in one
    assert '<Property Name="DocDate" Type="Edm.DateTimeOffset"/>' in two
    assert '<Property Name="BatchNumber" Type="Edm.String"/>' in one
    assert '<Property Name="BatchNumberProperty" Type="Edm.String"/>' in two


@pytest.mark.parametrize("version", [1, 2])
def test_every_type_in_the_metadata_is_declared_in_it(company: Company, version: int) -> None:
    text = metadata(company, version)
    declared = {name for tag in ("EnumType", "ComplexType", "EntityType") for name in attributes(text, tag, "Name")}
    used = {one.removeprefix("Collection(").rstrip(")") for one in attributes(text, "Property", "Type")}
    assert {one.removeprefix("SAPB1.") for one in used if one.startswith("SAPB1.")} <= declared
