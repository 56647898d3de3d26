"""Exceptions of a small shop that trades with both twins, on both databases."""

from tests.journey.conftest import shop

__all__ = ["shop"]
