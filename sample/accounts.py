"""The sign-ins of a demonstration. Everybody knows their passwords."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from shop.people.accounts.models import User
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.roles import Role

STORES = {
    "merchant": "iveti-hills-market", "packer": "iveti-hills-market",
    "host": "athi-and-rift-outings",
}  # fmt: skip
"""The stores for which the merchant, a packer and the host of experiences act."""

DESK = {
    "organizer": "organizer", "second organizer": "organizer", "reviewer": "reviewer",
    "merchandiser": "merchandiser", "analyst": "analyst",
}  # fmt: skip
"""Those who work at the organizers' desk, and the groups that they are in."""


@dataclass(frozen=True, slots=True)
class Account:
    """A role, who signs in for it, and where that leads."""

    role: str
    name: str
    email: str
    password: str
    path: str


ACCOUNTS = (
    Account("shopper", "Amara Cole", "shopper@example.org", "shopper-baobab", "/account/"),
    Account("merchant", "Esther Mutua", "merchant@example.org", "merchant-baobab", "/merchant/"),
    Account("packer", "Mwende Kilonzo", "packer@example.org", "packer-baobab", "/merchant/"),
    Account("host", "Peter Lekuton", "host@example.org", "host-of-baobab", "/merchant/"),
    Account("organizer", "Kofi Adu", "organizer@example.org", "organizer-baobab", "/organize/"),
    Account("second organizer", "Abena Osei", "organizer2@example.org", "organizer2-baobab",
            "/organize/"),
    Account("reviewer", "Zola Ndaba", "reviewer@example.org", "reviewer-baobab", "/organize/"),
    Account("merchandiser", "Inès Diallo", "merchandiser@example.org", "merchandiser-baobab",
            "/organize/"),
    Account("analyst", "Tariq Hosny", "analyst@example.org", "analyst-baobab", "/organize/"),
    # Nobody may do everything: each has the rights of the role, as at work.
)  # fmt: skip


@transaction.atomic
def provide_accounts(*, at: datetime) -> dict[str, User]:
    """Make the accounts that are missing, with verified addresses; return all by role.

    Raises:
        ImproperlyConfigured: this is no demonstration; nothing is made.
    """
    if settings.DEMO is not True:
        raise ImproperlyConfigured("Known passwords are for demonstrations only: set DEMO=1.")
    users = {account.role: _user(account) for account in ACCOUNTS}
    for role, slug in STORES.items():
        if store := Merchant.objects.filter(slug=slug).first():
            own = Role.PACKER if role == "packer" else Role.OWNER
            Membership.objects.get_or_create(
                merchant=store, user=users[role], defaults={"role": own, "joined_at": at}
            )
    return users


def _user(account: Account) -> User:
    """Return the user of an account, made if need be.

    One that an older demonstration made may do everything; its password is public.
    """
    known = User.objects.filter(email=account.email).first()
    if known and not known.is_superuser:
        return known
    user = known or _new_user(account)
    if user.is_superuser or user.is_staff:
        User.objects.filter(pk=user.pk).update(is_superuser=False, is_staff=False)
        user.refresh_from_db()
    if account.role in DESK:
        user.groups.add(Group.objects.get_or_create(name=DESK[account.role])[0])
    return user


def _new_user(account: Account) -> User:
    first_name, _space, last_name = account.name.partition(" ")
    user = User.objects.create_user(
        account.email, account.password, first_name=first_name, last_name=last_name
    )
    known = {"verified": True, "primary": True}
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults=known)
    return user
