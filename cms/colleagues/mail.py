"""Mail to colleagues. Tasks take ids, may run twice, and read everything anew."""

from __future__ import annotations

from django.conf import settings
from django.tasks import task
from django.urls import reverse
from django.utils import translation
from django.utils.translation import pgettext

from cms.colleagues.models import Invitation
from cms.roles import ANALYST, MERCHANDISER, ORGANIZER, REVIEWER
from shop.core.mail import send
from shop.core.tasks import tried_again
from shop.people.accounts.models import User
from shop.people.accounts.moments import written


def called(role: str) -> str:
    """Return the name of a role in the active language."""
    return {
        ORGANIZER: pgettext("role", "organizer"),
        REVIEWER: pgettext("role", "reviewer"),
        MERCHANDISER: pgettext("role", "merchandiser"),
        ANALYST: pgettext("role", "analyst"),
    }.get(role, role)


@task
@tried_again
def send_colleague_invitation(invitation_id: int, serial: str) -> None:
    """Send the link of an invitation; nothing if it was sent anew, accepted or taken back."""
    found = Invitation.objects.filter(pk=invitation_id, serial=serial).first()
    if found is None or found.accepted_at or found.taken_back_at:
        return
    with translation.override(found.language):
        where = reverse("colleague-invitation", args=[found.token])
        context = {
            "inviter": found.invited_by.name if found.invited_by else settings.OPERATOR_NAME,
            "role": called(found.role),
            "link": f"{settings.SITE_URL}{where}",
            "expires_at": written(found.expires_at, found.language),
        }
    send("colleague-invitation", found.email, language=found.language, context=context)


@task
@tried_again
def send_standing(user_id: int, what: str, role: str) -> None:
    """Tell a colleague that an organizer changed their role or their account."""
    user = User.objects.get(pk=user_id)
    language = user.language or "en"
    with translation.override(language):
        context = {
            "name": user.name,
            "what": what,
            "role": called(role) if role else "",
            "link": settings.SITE_URL + reverse("wagtailadmin_home"),
        }
    send("colleague-changed", user.email, language=language, context=context)
