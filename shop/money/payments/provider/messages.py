"""Reads what a signed message of the provider says: facts of the kinds that a table can keep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shop.core.errors import BadSignature

LONGEST_ID, LONGEST_KIND, LONGEST_VERSION = 120, 80, 40
"""Characters, as the columns of ``GatewayEvent`` have them."""


def facts_of(body: bytes) -> Mapping[str, Any]:
    """Return the facts of a message.

    Raises:
        BadSignature: it is no JSON object, or has in it what no table keeps.
    """
    try:
        facts = json.loads(body)
        text = json.dumps(facts, allow_nan=False, ensure_ascii=False)
        text.encode()  # half of a pair of letters cannot be
    except (ValueError, RecursionError) as error:
        raise BadSignature("the message is not an event") from error
    if not isinstance(facts, dict) or "\\u0000" in text:
        raise BadSignature("the message is not an event")
    return facts


def text_of(facts: Mapping[str, Any], name: str, longest: int, *, is_needed: bool = True) -> str:
    """Return a fact that is text.

    Raises:
        BadSignature: it is something else, longer, or missing.
    """
    found = facts.get(name)
    if found is None and not is_needed:
        return ""
    if not isinstance(found, str) or not len(found) <= longest or (is_needed and not found):
        raise BadSignature("the message is not an event")
    return found


def object_of(facts: Mapping[str, Any], name: str, *, is_needed: bool = True) -> Mapping[str, Any]:
    """Return a fact that is an object.

    Raises:
        BadSignature: it is something else, or missing.
    """
    found = facts.get(name)
    if found is None and not is_needed:
        return {}
    if not isinstance(found, dict):
        raise BadSignature("the message is not an event")
    return found
