"""Refuses the passwords that are tried first: those that name their owner, and well-known ones."""

from __future__ import annotations

import re
import unicodedata

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError

from shop.people.accounts.models import User

SHORTEST_UNIT = 10  # letters, as a password itself: doubled, a shorter one is no longer one
SHORTEST = 4  # letters of a name: shorter ones stand in many words by chance
CODE = "password_too_similar"
AS_LETTERS = str.maketrans("013457@$!", "oieastasi")
EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")


class NotOneselfValidator(UserAttributeSimilarityValidator):
    """Refuses a password that is like the owner's address or name, or has one of them in it."""

    def __init__(self) -> None:
        super().__init__(user_attributes=("email", "first_name", "last_name"))

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse the password if it says who its owner is."""
        super().validate(password, user)
        if user is not None and any(name in squeezed(password) for name in _names(user)):
            raise ValidationError("Choose a password without your name in it.", code=CODE)


class NotDisguisedValidator(CommonPasswordValidator):
    """Refuses a well-known password that is doubled, or has digits and signs around or in it.

    Who guesses begins with lists of leaked passwords and tries exactly these changes.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse the password if little but a well-known one is in it."""
        plain = password.casefold().strip()
        unit = _unit(plain) or _unit(squeezed(plain))
        if 0 < len(unit) < SHORTEST_UNIT:
            text = "This password repeats one short word."
            raise ValidationError(text, code="password_repeated")
        if not self.passwords.isdisjoint(_cores(plain)):
            raise ValidationError("This password is too common.", code="password_too_common")


def _cores(text: str) -> set[str]:
    """Return what is left of a password without repetition, edges and letters put as digits."""
    found = {text, text.translate(AS_LETTERS)}
    for plain in list(found):
        found.add(EDGES.sub("", plain))
    return found | {unit for plain in found if (unit := _unit(plain))}


def _unit(text: str) -> str:
    """Return what a text repeats: "ab" of "abab", and nothing where it repeats nothing."""
    place = (text + text).find(text, 1)
    return text[:place] if 0 < place < len(text) else ""


def squeezed(text: str) -> str:
    """Return letters and digits alone, small and without accents: "José-R." is "joser"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


def _names(user: User) -> set[str]:
    """Return the parts of a person's address and name that a password must not hold."""
    local = user.email.partition("@")[0]
    texts = [local, *re.split(r"[^\w]|_", local), user.first_name, user.last_name]
    return {name for name in map(squeezed, texts) if len(name) >= SHORTEST}
