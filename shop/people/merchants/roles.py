"""What each person of a store may do: five roles, and the rights that each of them has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Q, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MOMENT = timedelta(microseconds=1)


class Role(TextChoices):
    """What somebody is for a store."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    EDITOR = "editor", _("Editor")
    PACKER = "packer", _("Packer")
    ACCOUNTANT = "accountant", _("Accountant")


class Right(StrEnum):
    """Something that one may do for a store, or see of it."""

    ORDERS = "orders"
    SEND = "send"
    STOCK = "stock"
    WORDS = "words"
    PRICES = "prices"
    ANSWER = "answer"
    AMOUNTS = "amounts"
    PAYOUTS = "payouts"
    ACCOUNT = "account"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Position:
    """A role, and when it ends by itself. Owners stay: for them there is no end."""

    role: str = Role.OWNER
    until: datetime | None = None


OWNER = Position()


WORDS = {
    Right.ORDERS: _("See orders and addresses"),
    Right.SEND: _("Mark as sent, let guests in"),
    Right.STOCK: _("Change stock"),
    Right.WORDS: _("Change words and pictures"),
    Right.PRICES: _("Change prices, join festivals"),
    Right.ANSWER: _("Answer shoppers, give money back"),
    Right.AMOUNTS: _("See what shoppers paid"),
    Right.PAYOUTS: _("See payouts and statements"),
    Right.ACCOUNT: _("Change how you are paid"),
    Right.PEOPLE: _("Change people and roles"),
}
_PACKS = {Right.ORDERS, Right.SEND, Right.STOCK}
_EDITS = {Right.STOCK, Right.WORDS}
_MANAGES = _PACKS | _EDITS | {Right.PRICES, Right.ANSWER, Right.AMOUNTS}
RIGHTS: dict[str, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.MANAGER: frozenset(_MANAGES),
    Role.EDITOR: frozenset(_EDITS),
    Role.PACKER: frozenset(_PACKS),
    Role.ACCOUNTANT: frozenset({Right.ORDERS, Right.AMOUNTS, Right.PAYOUTS}),
}


def roles_with(right: Right) -> list[str]:
    """Return the roles that have a right."""
    return [role for role, rights in RIGHTS.items() if right in rights]


def who_may(right: Right) -> Q:
    """Return a condition for memberships: the role has a right."""
    return Q(role__in=roles_with(right))


def in_force(*, at: datetime) -> Q:
    """Return a condition for memberships: their time is not over."""
    return Q(until=None) | Q(until__gt=at)


def words_of(role: str) -> list[str | Promise]:
    """Return in words what a role may do."""
    return [WORDS[right] for right in WORDS if right in RIGHTS[role]]


def last_day_of(until: datetime | None, zone: str) -> date | None:
    """Return the last day of somebody who works until an instant, where the store is."""
    return (until - MOMENT).astimezone(ZoneInfo(zone)).date() if until else None
