"""Mail to people of stores. Tasks take ids, may run twice, and read everything anew."""

from __future__ import annotations

from django.conf import settings
from django.tasks import task
from django.urls import reverse
from django.utils import translation

from shop.accounts.models import User
from shop.accounts.moments import written
from shop.mail import send
from shop.merchants.models import Membership, Merchant, StoreInvitation
from shop.tasks import tried_again


@task
@tried_again
def send_store_invitation(invitation_id: int, serial: str) -> None:
    """Send the link of an invitation; nothing if it was sent anew, accepted or taken back."""
    rows = StoreInvitation.objects.select_related("merchant", "invited_by")
    found = rows.filter(pk=invitation_id, serial=serial).first()
    if found is None or not found.is_open:
        return
    with translation.override(found.language):
        where = reverse("store-invitation", args=[found.token])
    context = {
        "inviter": found.invited_by.name if found.invited_by else settings.OPERATOR_NAME,
        "stores": [{"name": found.merchant.name}],
        "link": f"{settings.SITE_URL}{where}",
        "expires_at": written(found.expires_at, found.language),
    }
    send("store-invitation", found.email, language=found.language, context=context)


@task
@tried_again
def send_left(merchant_id: int, user_id: int) -> None:
    """Tell somebody that they do not work for a store any more; nothing if they do again."""
    user, store = User.objects.get(pk=user_id), Merchant.objects.get(pk=merchant_id)
    if Membership.objects.filter(merchant=store, user=user).exists():
        return
    context = {"name": user.name, "stores": [{"name": store.name}]}
    send("store-left", user.email, language=user.language or "en", context=context)
