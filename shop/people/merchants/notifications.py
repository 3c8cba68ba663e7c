"""Mail to the people of a store: who is told, and that only those who still may know are.

::

    @to_members("sold-out", right=Right.STOCK, promises={"Add units": "workspace-stock"})
    def send_sold_out(variant_id: int, user: User) -> StoreMail:
        ...
        return StoreMail(variant.product.merchant, context)

    tell(send_sold_out, variant.pk, merchant=variant.product.merchant_id)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.tasks import Task

from shop.core.mail.notifications import Mail, notification
from shop.core.tasks import enqueue_all
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.roles import Right, who_may


class StoreMail(NamedTuple):
    """What a member of a store is told; the member's name and the store's come with it."""

    store: Merchant
    context: Mapping[str, object]
    key: str = ""


class Audience(NamedTuple):
    """Who gets a mail, and at which place its task takes the user's id; None: the last one."""

    right: Right | None
    place: int | None


AUDIENCES: dict[str, Audience] = {}
"""By the path of the task."""


def to_members(
    *keys: str,
    right: Right | None,
    promises: Mapping[str, str] | None = None,
    place: int | None = None,
) -> Callable[[Callable[..., StoreMail | None]], Task[..., Any]]:
    """Declare a mail to the members of a store who have a right; see ``notification``.

    The function gets the ids that the task was queued with, and the ``User`` in place of the
    user's id. Nobody gets the mail who has left the store or the role meanwhile.

    Args:
        right: None tells every member.
        place: where among the arguments the user stands; None: at the end.
    """

    def declare(write: Callable[..., StoreMail | None]) -> Task[..., Any]:
        @wraps(write)
        def to_one(*args: Any) -> Mail | None:
            at = -1 if place is None else place
            words = list(args)
            user = words[at] = User.objects.get(pk=args[at])
            told = write(*words)
            if told is None or not _members(right, merchant=told.store.pk, user=user).exists():
                return None
            greeting = {"name": user.name, "stores": [{"name": told.store.name}]}
            return Mail(user.email, user.language or "en", {**greeting, **told.context}, told.key)

        task = notification(*keys, promises=promises)(to_one)
        AUDIENCES[task.module_path] = Audience(right, place)
        return task

    return declare


def tell(mail: Task[..., Any], *args: Any, **of: Any) -> None:
    """Queue a mail to each member whom it is for, once. Two statements.

    Args:
        args: what the mail is queued with, without the user's id.
        of: which store, or what of it: conditions for memberships.
    """
    right, place = AUDIENCES[mail.module_path]
    users = _members(right, **of).values_list("user", flat=True).distinct().order_by("user")
    enqueue_all(mail, (_with_user(args, user, place) for user in users))


def tell_stores(mail: Task[..., Any], rows: Iterable[tuple[int, tuple[Any, ...]]]) -> int:
    """Queue mails to the members of several stores; return how many stores have such members.

    Args:
        rows: for each mail the store's id, and what it is queued with without the user's id.
    """
    right, place = AUDIENCES[mail.module_path]
    rows = list(rows)
    users = defaultdict(list)
    found = _members(right, merchant__in={store for store, _args in rows}).order_by("user")
    for store, user in found.values_list("merchant", "user"):
        users[store].append(user)
    enqueue_all(
        mail, (_with_user(args, user, place) for store, args in rows for user in users[store])
    )
    return sum(map(bool, users.values()))


def _members(right: Right | None, **of: Any) -> QuerySet[Membership]:
    rows = Membership.objects.filter(**of)
    return rows.filter(who_may(right)) if right else rows


def _with_user(args: tuple[Any, ...], user: int, place: int | None) -> tuple[Any, ...]:
    at = len(args) if place is None else place
    return (*args[:at], user, *args[at:])
