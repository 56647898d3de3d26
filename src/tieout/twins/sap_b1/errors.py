"""What Service Layer answers when it refuses: code, HTTP status and text (reference, section 6).

A text or code with no public source is marked `assumption`.
"""

from typing import Any


class Refusal(Exception):
    """The request is refused. Raised inside the twin, answered as an error body, never seen by a caller."""

    def __init__(self, code: int, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.status = status


def error_body(refusal: Refusal, version: int, *, in_batch: bool = False) -> dict[str, Any]:
    """The JSON of an error: v1 has a number and an object [M], v2 a string and a string [M][code 1]."""
    if version == 1:
        inner: dict[str, Any] = {"innererror": {"context": None, "trace": None}} if in_batch else {}
        return {"error": {"code": refusal.code, **inner, "message": {"lang": "en-us", "value": refusal.text}}}
    details = [{"code": "", "message": ""}]
    return {"error": {"code": str(refusal.code), "details": details, "message": refusal.text}}


def no_session() -> Refusal:
    """No session, or one that has timed out. [M]"""
    return Refusal(301, "Invalid session or session already timeout.", 401)


def bad_login() -> Refusal:
    """Wrong user or password. [H]"""
    return Refusal(100000027, "Login failed", 401)


def wrong_company() -> Refusal:
    """No such company. The text is seen in client code; code and status are an assumption. [code 1]"""
    return Refusal(-5027, "Switch company error: -5027", 400)


def unreadable(text: str) -> Refusal:
    """The request cannot be parsed. [M]"""
    return Refusal(-1000, text)


def unknown_property(name: str, of: str) -> Refusal:
    """A property the type does not have, in a body. [M][code 6]"""
    return unreadable(f"Property '{name}' of '{of}' is invalid")


def unknown_in_query(name: str) -> Refusal:
    """A property the type does not have, in a query option. [code 1]"""
    return Refusal(201, f"Property '{name}' is invalid")


def not_found() -> Refusal:
    """No record has that key. [M]"""
    return Refusal(-2028, "No matching records found (ODBC -2028)", 404)


def unknown_code(place: str, value: object) -> Refusal:
    """A code in the body does not exist. Status 400 and the place at the end are an assumption. [code 8]"""
    return Refusal(-2028, f"No matching records found (ODBC -2028) [{place}] , '{value}'")


def already_there() -> Refusal:
    """A second record with the same key. [Q][code 8]"""
    return Refusal(-2035, "This entry already exists in the following tables (ODBC -2035)")


def changed_meanwhile(status: int = 412) -> Refusal:
    """The record is not the one the caller has seen. [M]"""
    text = "Another user or another operation modified data; to continue, open the window again (ODBC -2039)"
    return Refusal(-2039, text, status)


def not_supported() -> Refusal:
    """The object has no such action. [M]"""
    return Refusal(-5006, "The requested action is not supported for this object.")


def not_permitted() -> Refusal:
    """The user may not do that. [M]"""
    return Refusal(-6006, "You are not permitted to perform this action", 403)


def not_updatable() -> Refusal:
    """A field of a posted document that stays as it is. [code 2]"""
    return Refusal(-1029, "Field cannot be updated (ODBC -1029)")


def business(text: str, place: str = "", line: int | None = None) -> Refusal:
    """A general business refusal. [M][code 10] `place` and the line, counted from 1, end the text."""
    where = f" [{place}]" if place else ""
    return Refusal(-10, f"{text}{where}" + (f"[line: {line}]" if line is not None else ""))
