"""Conditions on rows, for queries that start at other rows which lead to them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q


def under(path: str, fact: Q) -> Q:
    """Return a condition of some rows as one of the rows that lead to them.

    Args:
        path: of lookups, such as ``product__merchant``.
        fact: compares columns with values; expressions on columns are not followed.
    """
    moved = Q()
    moved.connector, moved.negated = fact.connector, fact.negated
    parts: list[Any] = fact.children
    moved.children = [
        under(path, part) if isinstance(part, Q) else (f"{path}__{part[0]}", part[1])
        for part in parts
    ]
    return moved
