"""Our own types of column: times and exact quantities, which SQLite and PostgreSQL keep differently; packed text."""

import zlib
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime, Dialect, LargeBinary, Numeric, String, TypeDecorator
from sqlalchemy.types import TypeEngine

from tieout.domain.quantities import plain


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware UTC time. SQLite, which has no such type, keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses a naive time; takes the zone off for SQLite."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Puts the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Qty(TypeDecorator[Decimal]):
    """An exact quantity with six decimals. SQLite, which has no decimal type, keeps its digits as text."""

    impl = Numeric(19, 6)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, numeric elsewhere."""
        return dialect.type_descriptor(String(40) if dialect.name == "sqlite" else Numeric(19, 6))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """The digits as text for SQLite."""
        return str(plain(value)) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """The same number back, without trailing zeros."""
        return None if value is None else plain(Decimal(value))


class PackedText(TypeDecorator[str]):
    """Text kept as its UTF-8 bytes, deflated: what systems tell is mostly names of fields that hold nothing."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Deflates, quickly rather than well."""
        return None if value is None else zlib.compress(value.encode(), level=1)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """The same text back."""
        return None if value is None else zlib.decompress(value).decode()
