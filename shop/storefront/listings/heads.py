"""Finds the word of a title that names the thing itself: the salt in "Maio sea salt, hand-raked".

English and Chinese put it last, before what the thing comes with; French, Portuguese, Swahili and
Arabic first. It is a rule of thumb, and only lifts what it finds.
"""

from __future__ import annotations

import re

from shop.storefront.listings.words import SMALL, every_word, is_unspaced, mark_of

CUT = re.compile(r"[,:;(\u2013\u2014\uff0c\uff1a\uff08\u3001\u060c]")
BESIDE = re.compile(r"\s(?:with|for|of|in|from|and|by|on|to|at|the|without)\s", re.IGNORECASE)
HEAD_LAST = ("en", "zh")
SHORTEST = 3


def head_mark(title: str, language: str) -> str:
    """Return the mark of a title's chief word in a language, empty where there is none."""
    head = head_of(title, language)
    return mark_of("head", head) if head else ""


def head_of(title: str, language: str) -> str:
    """Return the chief word of a title, folded."""
    segment = CUT.split(title, maxsplit=1)[0]
    is_last = language.partition("-")[0] in HEAD_LAST
    if is_last:
        segment = BESIDE.split(f" {segment} ", maxsplit=1)[0] or segment
    found = [word for word in every_word(segment) if _may_be(word)]
    if not found:
        return ""
    head = found[-1] if is_last else found[0]
    return head[-2:] if is_unspaced(head) else head.removeprefix("ال")


def _may_be(word: str) -> bool:
    if is_unspaced(word):
        return True
    return word.isalpha() and len(word) >= SHORTEST and word not in SMALL
