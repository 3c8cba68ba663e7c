"""Invitations to work at the organizers' desk."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from cms.roles import ROLES
from shop.people.accounts.invitations import Invited


class Invitation(Invited):
    """A role at the desk that waits for whoever reads the mail of an address."""

    SALT: ClassVar[str] = "cms.colleagues.invitation"

    role = models.CharField(max_length=20, choices=[(role, role) for role in ROLES])

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
