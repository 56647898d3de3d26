"""What the REST services answer when they refuse: HTTP status, code, text and place (11)."""

from typing import Any

PREFIX = "Error while accessing a resource. "
TYPES = {
    400: "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.1",
    401: "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.2",
    403: "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.4",
    404: "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.5",
    405: "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.6",
    429: "https://www.rfc-editor.org/rfc/rfc6585.html#section-4",
    500: "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.6.1",
}
TITLES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
          429: "Bad Request", 500: "Internal Server Error"}  # fmt: skip
"""429 has the title of a 400, as printed in the help (10)."""


class Refusal(Exception):
    """The request is refused. Raised inside the twin, answered as an error body, never seen by a caller.

    `place` adds `o:errorPath`, `o:errorUrl`, `o:errorHeader` or `o:errorQueryParam`.
    """

    def __init__(
        self,
        detail: str,
        code: str = "USER_ERROR",
        status: int = 400,
        *,
        headers: tuple[tuple[str, str], ...] = (),
        title: str = "",
        **place: str,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.status = status
        self.headers = headers
        self.title = title or TITLES[status]
        self.place = place


def error_body(refusal: Refusal) -> dict[str, Any]:
    """The JSON of an error."""
    place = {f"o:{name}": value for name, value in refusal.place.items() if value}
    detail = {"detail": refusal.detail, "o:errorCode": refusal.code, **place}
    whole: dict[str, Any] = {"type": TYPES[refusal.status], "title": refusal.title, "status": refusal.status}
    return whole | {"o:errorDetails": [detail]}


def business(text: str, path: str = "") -> Refusal:
    """A rule of the account says no: 400 `USER_ERROR`, whatever SuiteScript would call it (11)."""
    return Refusal(PREFIX + text, errorPath=path)


def no_login() -> Refusal:
    """The signature or token is not good (2.3)."""
    text = "Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at "
    return Refusal(text + "Setup > Users/Roles > User Management > View Login Audit Trail.", "INVALID_LOGIN", 401)


def not_permitted(*, administrator: bool = False) -> Refusal:
    """The role may not do that (11). Which code goes with what: assumption."""
    who = " Only an administrator may." if administrator else ""
    text = f"Your current role does not have permission to perform this action.{who}"
    return Refusal(PREFIX + text, "INSUFFICIENT_PERMISSION", 403)


def no_record() -> Refusal:
    """No such record of a kind that is no transaction (11)."""
    return Refusal("The record instance does not exist. Provide a valid record instance ID.", "NONEXISTENT_ID", 404)


def no_type(name: str, url: str) -> Refusal:
    """No such record type (11)."""
    return Refusal(f"Record type '{name}' does not exist.", "NONEXISTENT_ID", 404, errorUrl=url)


def not_that_type() -> Refusal:
    """A transaction of another type, or none (11)."""
    return business("Transaction type specified is incorrect.")


def bad_value(value: object, field: str, path: str) -> Refusal:
    """A value that cannot be (11)."""
    text = f"You have entered an Invalid Field Value {value} for the following field: {field}"
    return Refusal(PREFIX + text, "INVALID_CONTENT", errorPath=path)


def missing(field: str, path: str = "") -> Refusal:
    """A value that must be there (11)."""
    return business(f"Please enter value(s) for: {field}", path)


def bad_content(text: str, path: str = "") -> Refusal:
    """A body that is no record. Text: assumption."""
    return Refusal(text, "INVALID_CONTENT", errorPath=path)


def bad_request(text: str) -> Refusal:
    """A malformed address (11)."""
    return Refusal(text, "INVALID_REQUEST")


def bad_parameter(text: str, parameter: str) -> Refusal:
    """A query parameter that cannot be (6, 7)."""
    return Refusal(text, "INVALID_PARAMETER", errorQueryParam=parameter)


def bad_header(text: str, header: str) -> Refusal:
    """A header that is missing or cannot be. The code is an assumption (7)."""
    return Refusal(text, "INVALID_HEADER", errorHeader=header)


def not_allowed(method: str) -> Refusal:
    """A method the resource does not have. Text and code: assumption."""
    return Refusal(f"Method {method} is not allowed for this resource.", "METHOD_NOT_ALLOWED", 405)


def unexpected(error_id: str) -> Refusal:
    """Something broke over there (11)."""
    return Refusal(f"An unexpected error occurred. Error ID: {error_id}", "UNEXPECTED_ERROR", 500)


def too_many(retry_after_s: int | None) -> Refusal:
    """All slots are taken (10). `Retry-After` is in no help page: assumption, off unless set."""
    headers = () if retry_after_s is None else (("Retry-After", str(retry_after_s)),)
    text = "Concurrent request limit exceeded. Request blocked."
    return Refusal(text, "CONCURRENCY_LIMIT_EXCEEDED", 429, headers=headers)
