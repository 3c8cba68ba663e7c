"""Invitations to work at the organizers' desk."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from cms.roles import ROLES

SALT = "cms.colleagues.invitation"


class Invitation(models.Model):
    """A role at the desk that waits for whoever reads the mail of an address.

    The secret of its link is kept nowhere: it is computed from ``serial`` and the shop's own key
    when the mail is written, and the row knows its hash.
    """

    email = models.EmailField()
    role = models.CharField(max_length=20, choices=[(role, role) for role in ROLES])
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
        default_permissions = ()
        permissions = [("manage_colleagues", "Can invite colleagues and change their roles")]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_open_invitation_per_address",
                condition=models.Q(accepted_at=None, taken_back_at=None),
                violation_error_message="This address is invited already.",
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def token(self) -> str:
        """Return the secret of its link."""
        return salted_hmac(SALT, f"{self.email} {self.serial}", algorithm="sha256").hexdigest()

    def is_valid(self, *, at: datetime) -> bool:
        """Tell whether it can be accepted at an instant."""
        return self.accepted_at is None and self.taken_back_at is None and at < self.expires_at


def hash_of(token: str) -> str:
    """Return what a row knows of the secret of its link."""
    return hashlib.sha256(token.encode()).hexdigest()
