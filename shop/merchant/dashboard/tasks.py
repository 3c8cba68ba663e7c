"""Mail to members about signing in. Tasks take ids, may run twice, read everything anew."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.tasks import task
from django.urls import reverse

from shop.core.mail import send
from shop.core.tasks import tried_again
from shop.people.accounts.models import SignInRules, User
from shop.people.accounts.moments import written
from shop.people.accounts.second_step import second_steps


@task
@tried_again
def send_demanded(user_id: int) -> None:
    """Tell a member that a second step is needed now; nothing if it is on, or needed no more."""
    user = User.objects.get(pk=user_id)
    rules = SignInRules.objects.filter(members_need_second_step=True)
    if second_steps(user).exists() or not rules.exists():
        return
    context = _facts(user) | {"link": settings.SITE_URL + reverse("mfa_index")}
    send("step-demanded", user.email, language=user.language or "en", context=context)


@task
@tried_again
def send_freed(user_id: int, at: str) -> None:
    """Tell a member that an organizer turned the second step off, and when."""
    user = User.objects.get(pk=user_id)
    language = user.language or "en"
    context = _facts(user) | {
        "changed_at": written(datetime.fromisoformat(at), language),
        "recover_link": settings.SITE_URL + reverse("account_reset_password"),
    }
    send("step-freed", user.email, language=language, context=context)


def _facts(user: User) -> dict[str, object]:
    store = user.memberships.select_related("merchant").order_by("merchant__name").first()
    return {"name": user.name, "stores": [{"name": store.merchant.name if store else ""}]}
