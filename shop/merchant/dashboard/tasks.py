"""Mail to members about signing in. Tasks take ids, may run twice, read everything anew."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from shop.core.mail.notifications import Mail, notification
from shop.people.accounts.models import SignInRules, User
from shop.people.accounts.moments import written
from shop.people.accounts.second_step import second_steps


@notification("step-demanded", promises={"Turning it on takes two minutes": "mfa_index"})
def send_demanded(user_id: int) -> Mail | None:
    """Tell a member that a second step is needed now; nothing if it is on, or needed no more."""
    user = User.objects.get(pk=user_id)
    rules = SignInRules.objects.filter(members_need_second_step=True)
    if second_steps(user).exists() or not rules.exists():
        return None
    context = _facts(user) | {"link": settings.SITE_URL + reverse("mfa_index")}
    return Mail(user.email, user.language or "en", context)


@notification("step-freed", promises={"choose a new password at once": "account_reset_password"})
def send_freed(user_id: int, at: str) -> Mail:
    """Tell a member that an organizer turned the second step off, and when."""
    user = User.objects.get(pk=user_id)
    language = user.language or "en"
    context = _facts(user) | {
        "changed_at": written(datetime.fromisoformat(at), language),
        "recover_link": settings.SITE_URL + reverse("account_reset_password"),
    }
    return Mail(user.email, language, context)


def _facts(user: User) -> dict[str, object]:
    store = user.memberships.select_related("merchant").order_by("merchant__name").first()
    return {"name": user.name, "stores": [{"name": store.merchant.name if store else ""}]}
