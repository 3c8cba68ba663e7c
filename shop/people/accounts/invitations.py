"""Invitations by mail: whoever has the link accepts, once and within some days.

Desks and stores invite people in the same way; what is joined by it, each of them says itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, cast

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.translation import gettext as _

from shop.core import locks
from shop.core.errors import NotPossible
from shop.core.keys.links import hash_of, token_by
from shop.people.accounts.models import User

DAY = timedelta(days=1)
INVITED_A_DAY = 50
"""One organizer alone invites so many colleagues in a day, and so many people of stores."""


class NotValid(NotPossible):
    """A link that opens nothing: used, taken back, too old, or never made."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This invitation was used, was taken back or has expired. "
                "Ask whoever invited you for a new one."
            )
        )


class Invited(models.Model):
    """Something to join that waits for whoever reads the mail of an address.

    The secret of its link is kept nowhere: it is computed from ``serial`` and the shop's own key
    when the mail is written, and the row knows its hash.
    """

    LIFE: ClassVar[timedelta] = timedelta(days=3)
    SALT: ClassVar[str]  # of each kind its own: no link opens what another kind waits for

    email = models.EmailField()
    language = models.CharField(max_length=10, default="en", help_text="Language of the mail.")
    serial = models.CharField(max_length=32, help_text="Another one each time it is sent.")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    invited_at = models.DateTimeField()
    sent_at = models.DateTimeField(help_text="When it was sent, or sent again.")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.email

    @property
    def token(self) -> str:
        """Return the secret of its link."""
        text = f"{self.email} {self.serial}"
        return token_by(
            lambda secret: salted_hmac(
                self.SALT, text, secret=secret, algorithm="sha256"
            ).hexdigest(),
            self.token_hash,
        )

    @property
    def is_open(self) -> bool:
        """Tell whether nobody has accepted it or taken it back."""
        return self.accepted_at is None and self.taken_back_at is None

    def is_valid(self, *, at: datetime) -> bool:
        """Tell whether it can be accepted at an instant."""
        return self.accepted_at is None and self.taken_back_at is None and at < self.expires_at

    def renew(self, *, at: datetime) -> None:
        """Give it another link, which lives as long as the first."""
        self.serial = get_random_string(32)
        self.token_hash = hash_of(self.token)
        self.sent_at, self.expires_at = at, at + self.LIFE


def find[Kind: Invited](kind: type[Kind], token: str, *, at: datetime) -> Kind:
    """Return the invitation of a link.

    Raises:
        NotValid: it opens nothing.
    """
    return _valid(cast("Any", kind).objects.filter(token_hash=hash_of(token)).first(), at=at)


def locked[Kind: Invited](kind: type[Kind], token: str, *, at: datetime) -> Kind:
    """Lock the invitation of a link, so that of two who accept it only one does.

    Raises:
        NotValid: it opens nothing.
    """
    rows = locks.locked(cast("Any", kind).objects.filter(token_hash=hash_of(token)), fully=True)
    return _valid(rows.first(), at=at)


def locked_open[Kind: Invited](kind: type[Kind], pk: int) -> Kind:
    """Lock an invitation that somebody at the desk changes.

    Raises:
        NotPossible: it was accepted or taken back.
    """
    found = locks.lock_one(cast("Any", kind).objects, pk, fully=True)
    if found.accepted_at:
        raise NotPossible(_("%(email)s has accepted already.") % {"email": found.email})
    if found.taken_back_at:
        raise NotPossible(_("This invitation is taken back already."))
    return found


def refuse_many(rows: QuerySet[Any], *, at: datetime, by: User) -> None:
    """Refuse who has invited as many people of a kind within a day as one organizer alone may.

    Raises:
        NotPossible: they have.
    """
    if rows.filter(invited_by=by, invited_at__gt=at - DAY).count() >= INVITED_A_DAY:
        raise NotPossible(
            f"You have invited {INVITED_A_DAY} people within a day. Another organizer can invite "
            "this one now, or you can tomorrow."
        )


def save_new[Kind: Invited](made: Kind, *, at: datetime) -> Kind:
    """Keep a new invitation, with its link.

    Raises:
        NotPossible: the address is invited already.
    """
    made.renew(at=at)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise NotPossible(
            _("%(email)s is invited already. Send the invitation again, or take it back.")
            % {"email": made.email}
        ) from None
    return made


def renewed[Kind: Invited](kind: type[Kind], pk: int, *, at: datetime) -> Kind:
    """Give an invitation a new link, which lives as long as the first; the old one is dead.

    Raises:
        NotPossible: it was accepted or taken back.
    """
    found = locked_open(kind, pk)
    found.renew(at=at)
    found.save()
    return found


def taken_back[Kind: Invited](kind: type[Kind], pk: int, *, at: datetime) -> Kind:
    """Revoke an invitation: its link opens nothing any more.

    Raises:
        NotPossible: it was accepted or taken back.
    """
    found = locked_open(kind, pk)
    found.taken_back_at = at
    found.save(update_fields=["taken_back_at"])
    return found


def new_account(found: Invited, *, name: str, password: str) -> User:
    """Make the account of somebody who was invited and has none yet.

    Raises:
        NotValid: there is an account by now: sign in with it.
    """
    if User.objects.filter(email__iexact=found.email).exists():
        raise NotValid
    first, _space, last = name.strip().partition(" ")
    return User.objects.create_user(
        found.email, password, first_name=first[:150], last_name=last.strip()[:150],
        language=found.language,
    )  # fmt: skip


def refuse_other(found: Invited, user: User) -> None:
    """Refuse a person for whom an invitation is not.

    Raises:
        NotValid: it went to another address, or the account is closed.
    """
    if user.email.lower() != found.email or not user.is_active:
        raise NotValid


def use_up(found: Invited, user: User, *, at: datetime) -> None:
    """Use an invitation up. Whoever has its link has read the mail: the address is theirs."""
    found.accepted_at = at
    found.save(update_fields=["accepted_at"])
    known, _made = EmailAddress.objects.get_or_create(
        user=user, email=found.email, defaults={"primary": True, "verified": True}
    )
    EmailAddress.objects.filter(pk=known.pk).update(verified=True)


def _valid[Kind: Invited](found: Kind | None, *, at: datetime) -> Kind:
    if found is None or not found.is_valid(at=at):
        raise NotValid
    return found
