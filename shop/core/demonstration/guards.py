"""What strangers may not do in a public demonstration, so that it stays usable for the others."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from shop.core.demonstration.resets import is_public
from shop.core.errors import NotPossible

SAMPLE = "@example.org"
"""Where the people of the sample have their addresses; nobody gets mail at this host."""


class Shared(NotPossible):
    """An account that everybody signs in to; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Everybody signs in to this account of the demonstration, so its password, "
                "address, role and second step stay as they are. Create an account of your own "
                "to try that."
            )
        )


def is_of_sample(address: str) -> bool:
    """Tell whether an address is of somebody in the sample."""
    return address.strip().lower().endswith(SAMPLE)


def is_shared(user: AbstractBaseUser) -> bool:
    """Tell whether an account is one that strangers share here."""
    return is_public() and is_of_sample(str(getattr(user, "email", "")))


def spare(user: AbstractBaseUser) -> None:
    """Refuse a change after which others could not sign in to a shared account any more.

    Raises:
        Shared: it is one.
    """
    if user.pk is not None and is_shared(user):
        raise Shared


def refuse_in_public(text: str) -> None:
    """Refuse what nobody may do in a public demonstration.

    Raises:
        NotPossible: this is one.
    """
    if is_public():
        raise NotPossible(text)
