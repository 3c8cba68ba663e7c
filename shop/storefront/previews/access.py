"""Who may see a preview, and until when.

A signed cookie names what was opened. Staff previews are bound to the account that opened them
and look its permission up each time; shared ones are rows, so that they can be revoked. Whoever
has neither any more sees the shop as everybody does.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from shop.core import clock, cookies
from shop.core.errors import NotPossible
from shop.festivals.changelog import log
from shop.people.accounts.models import User
from shop.storefront.models import LONGEST, PreviewLink
from shop.storefront.previews.preview import Preview, Stock, Who

COOKIE = "preview"
# One each: what was signed for one purpose says nothing in another.
COOKIE_SALT, LINK_SALT = "shop.preview.cookie", "shop.preview.link"
STAFF = timedelta(hours=2)
PERMISSION = "shop.view_festival"


def opened(request: HttpRequest) -> Preview | None:
    """Return the preview that this visitor has opened and may still see. One statement or two."""
    facts = _read(cookies.read(request, COOKIE))
    now = clock.now()
    if not facts or datetime.fromisoformat(facts["until"]) <= now:
        return None
    if "link" in facts:
        link = valid_link(facts["link"], at=now)
        return _of_link(link) if link else None
    return _of_staff(request, facts)


def open_for_staff(response: HttpResponse, preview: Preview, user: User, *, at: datetime) -> None:
    """Let a member of staff see a preview for two hours, in this browser alone."""
    keep_for_staff(response, preview, user, until=at + STAFF, at=at)


def keep_for_staff(
    response: HttpResponse, preview: Preview, user: User, *, until: datetime, at: datetime
) -> None:
    """Let a member of staff see another instant or scenario, for as long as before."""
    facts = {
        "user": user.pk,
        "festival": preview.festival_id,
        "at": preview.at.isoformat(),
        "waiting": preview.is_waiting,
        "who": preview.who,
        "stock": preview.stock,
        "until": until.isoformat(),
    }
    _set(response, facts, seconds=(until - at).total_seconds())


def open_link(response: HttpResponse, link: PreviewLink, *, at: datetime) -> None:
    """Let whoever came by a shared address see its preview, as long as it is valid."""
    facts = {"link": link.pk, "until": link.expires_at.isoformat()}
    _set(response, facts, seconds=(link.expires_at - at).total_seconds())


def leave(response: HttpResponse) -> None:
    """Let the visitor see the shop as it is again."""
    cookies.forget(response, COOKIE)


def key_of(link: PreviewLink) -> str:
    """Return the signed key that ends the address of a shared preview; it cannot be made up."""
    return signing.Signer(salt=LINK_SALT).sign(str(link.pk)).replace(":", ".")


def read_key(key: str) -> int | None:
    """Return the id of the shared preview that an address names, None if this shop made no such."""
    try:
        return int(signing.Signer(salt=LINK_SALT).unsign(key.replace(".", ":")))
    except (signing.BadSignature, ValueError):
        return None


def valid_link(pk: int, *, at: datetime) -> PreviewLink | None:
    """Return a shared preview that has not expired and was not revoked."""
    rows = PreviewLink.objects.filter(pk=pk, expires_at__gt=at, revoked_at=None)
    return rows.first()


@transaction.atomic
def share(link: PreviewLink, *, hours: int, at: datetime, by: User) -> PreviewLink:
    """Make a shared preview that can be opened for some hours.

    Raises:
        NotPossible: for less than an hour or more than 72.
    """
    if not timedelta(hours=1) <= timedelta(hours=hours) <= LONGEST:
        raise NotPossible("A preview is shared for 1 to 72 hours.")
    link.made_at, link.made_by, link.expires_at = at, by, at + timedelta(hours=hours)
    link.save()
    log(link, "share", at=at, by=by, festival=link.festival, after={"shared_with": link.shared_with,
        "at": link.at.isoformat(), "expires_at": link.expires_at.isoformat()})  # fmt: skip
    return link


@transaction.atomic
def revoke(link: PreviewLink, *, at: datetime, by: User) -> bool:
    """End a shared preview now; return whether it was open until now."""
    rows = PreviewLink.objects.filter(pk=link.pk, revoked_at=None, expires_at__gt=at)
    if not rows.update(revoked_at=at):
        return False
    log(link, "revoke", at=at, by=by, festival=link.festival)
    return True


def _of_link(link: PreviewLink) -> Preview:
    return Preview(
        at=link.at,
        festival_id=link.festival_id,
        is_waiting=link.is_waiting,
        stock=Stock(link.stock),
        until=link.expires_at,
    )


def _of_staff(request: HttpRequest, facts: dict[str, Any]) -> Preview | None:
    # Without a session nobody is signed in, and none need be looked for.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    if request.user.pk != facts["user"] or not request.user.has_perm(PERMISSION):
        return None
    return Preview(
        at=datetime.fromisoformat(facts["at"]),
        festival_id=facts["festival"],
        is_waiting=facts["waiting"],
        who=Who(facts["who"]),
        stock=Stock(facts["stock"]),
        user_id=facts["user"],
        until=datetime.fromisoformat(facts["until"]),
    )


def _read(text: str) -> dict[str, Any] | None:
    try:
        return signing.loads(text, salt=COOKIE_SALT) if text else None
    except (signing.BadSignature, ValueError):
        return None


def _set(response: HttpResponse, facts: dict[str, Any], *, seconds: float) -> None:
    cookies.keep(response, COOKIE, signing.dumps(facts, salt=COOKIE_SALT), seconds=int(seconds))
