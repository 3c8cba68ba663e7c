"""Refuses passwords that say who their owner is: the first that anybody tries."""

from __future__ import annotations

import re
import unicodedata

from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError

from shop.accounts.models import User

SHORTEST = 4  # letters of a name: shorter ones stand in many words by chance
CODE = "password_too_similar"


class NotOneselfValidator(UserAttributeSimilarityValidator):
    """Refuses a password that is like the owner's address or name, or has one of them in it."""

    def __init__(self) -> None:
        super().__init__(user_attributes=("email", "first_name", "last_name"))

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse the password if it says who its owner is."""
        super().validate(password, user)
        if user is not None and any(name in squeezed(password) for name in _names(user)):
            raise ValidationError("Choose a password without your name in it.", code=CODE)


def squeezed(text: str) -> str:
    """Return letters and digits alone, small and without accents: "José-R." is "joser"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


def _names(user: User) -> set[str]:
    """Return the parts of a person's address and name that a password must not hold."""
    local = user.email.partition("@")[0]
    texts = [local, *re.split(r"[^\w]|_", local), user.first_name, user.last_name]
    return {name for name in map(squeezed, texts) if len(name) >= SHORTEST}
