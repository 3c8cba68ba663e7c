"""Mail to people of stores. Tasks take ids, may run twice, and read everything anew."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.tasks import task
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from shop.core import clock
from shop.core.mail.notifications import Mail, notification
from shop.core.tasks import at_once, enqueue
from shop.money.money_tasks.hands import members_of_late
from shop.people.accounts.models import User
from shop.people.accounts.moments import written
from shop.people.accounts.own_language import neutral_address
from shop.people.accounts.second_step import second_steps
from shop.people.merchants.models import Membership, Merchant, StoreInvitation
from shop.people.merchants.roles import Role, last_day_of, words_of


@notification("store-invitation", promises={"The link works once": "store-invitation"})
def send_store_invitation(invitation_id: int, serial: str) -> Mail | None:
    """Send the link of an invitation; nothing if it was sent anew, accepted or taken back."""
    rows = StoreInvitation.objects.select_related("merchant", "invited_by")
    found = rows.filter(pk=invitation_id, serial=serial).first()
    if found is None or not found.is_open:
        return None
    with translation.override(found.language):
        where = reverse("store-invitation", args=[found.token])
        words = _words(found)
    context = words | {
        "inviter": found.invited_by.name if found.invited_by else settings.OPERATOR_NAME,
        "stores": [{"name": found.merchant.name}],
        "link": f"{settings.SITE_URL}{where}",
        "expires_at": written(found.expires_at, found.language),
    }
    return Mail(found.email, found.language, context)


@notification("store-left")
def send_left(merchant_id: int, user_id: int, is_over: bool = False) -> Mail | None:
    """Tell somebody that they do not work for a store any more; nothing if they do again."""
    user, store = User.objects.get(pk=user_id), Merchant.objects.get(pk=merchant_id)
    if Membership.objects.filter(merchant=store, user=user).exists():
        return None
    context = {"name": user.name, "stores": [{"name": store.name}], "is_over": is_over}
    return Mail(user.email, user.language or "en", context)


@notification("store-role")
def send_role(membership_id: int) -> Mail | None:
    """Tell a member their role in a store and what it may do; nothing if they left meanwhile."""
    found = _member(membership_id)
    if found is None:
        return None
    language = found.user.language or "en"
    with translation.override(language):
        words = _words(found)
    context = words | _facts(found, reverse("workspace-store", args=[found.merchant.slug]))
    return Mail(found.user.email, language, context)


@task
@at_once
def tell_of_owner(merchant_id: int, user_id: int, by_id: int) -> None:
    """Queue a mail to who acts for a store or did of late: it has another owner."""
    store = Merchant.objects.get(pk=merchant_id)
    for user in members_of_late(store, at=clock.now()).exclude(pk=user_id):
        enqueue(send_new_owner, merchant_id, user_id, by_id, user.pk)


@notification("store-owner", promises={"remove the owner on this page": "workspace-person"})
def send_new_owner(merchant_id: int, owner_id: int, by_id: int, user_id: int) -> Mail:
    """Warn somebody that a store has another owner, and what to do if nobody of them knows why."""
    user, owner, by = (User.objects.get(pk=pk) for pk in (user_id, owner_id, by_id))
    store = Merchant.objects.get(pk=merchant_id)
    own = Membership.objects.filter(merchant=store, user=user, role=Role.OWNER)
    context = {
        "name": user.name,
        "store": store.name,
        "owner": owner.email,
        "who": by.name or by.email,
        "team_link": neutral_address("workspace-team", store.slug) if own.exists() else "",
    }
    return Mail(user.email, user.language or "en", context)


@notification("step-reminder", promises={"It takes two minutes": "mfa_index"})
def send_step_reminder(membership_id: int, by_id: int) -> Mail | None:
    """Remind a member of the second step; nothing if it is on, or they left meanwhile."""
    found, who = _member(membership_id), User.objects.get(pk=by_id)
    if found is None or second_steps(found.user).exists():
        return None
    context = _facts(found, reverse("mfa_index")) | {"who": who.name or who.email}
    return Mail(found.user.email, found.user.language or "en", context)


def _member(pk: int) -> Membership | None:
    return Membership.objects.select_related("merchant", "user").filter(pk=pk).first()


def _facts(found: Membership, where: str) -> dict[str, Any]:
    return {
        "name": found.user.name,
        "stores": [{"name": found.merchant.name}],
        "link": settings.SITE_URL + where,
    }


def _words(found: Membership | StoreInvitation) -> dict[str, Any]:
    """Return a role, what it may do and until when, in the language that is active."""
    last = last_day_of(found.until, found.merchant.zone)
    return {
        "role": found.get_role_display(),
        "rights": [str(words) for words in words_of(found.role)],
        "last_day": date_format(last, "DATE_FORMAT") if last else "",
    }
