"""Mail to colleagues. Tasks take ids, may run twice, and read everything anew."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import pgettext

from cms.colleagues.models import Invitation
from cms.roles import ANALYST, MERCHANDISER, ORGANIZER, REVIEWER
from shop.core.mail.notifications import Mail, notification
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


@notification("colleague-invitation", promises={"The link works once": "colleague-invitation"})
def send_colleague_invitation(invitation_id: int, serial: str) -> Mail | None:
    """Send the link of an invitation; nothing if it was sent anew, accepted or taken back."""
    found = Invitation.objects.filter(pk=invitation_id, serial=serial).first()
    if found is None or found.accepted_at or found.taken_back_at:
        return None
    with translation.override(found.language):
        where = reverse("colleague-invitation", args=[found.token])
        context = {
            "inviter": found.invited_by.name if found.invited_by else settings.OPERATOR_NAME,
            "role": called(found.role),
            "link": f"{settings.SITE_URL}{where}",
            "expires_at": written(found.expires_at, found.language),
        }
    return Mail(found.email, found.language, context)


@notification("colleague-changed")
def send_standing(user_id: int, what: str, role: str) -> Mail:
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
    return Mail(user.email, language, context)
