"""What the desk itself keeps of a person who is erased."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.contenttypes.models import ContentType
from wagtail.models import ModelLogEntry

from cms.colleagues.models import Invitation
from shop.people.accounts.models import User


def forget_person(user: User | None, addresses: Collection[str]) -> None:
    """Delete invitations to the desk, and take the address out of Wagtail's own log."""
    Invitation.objects.filter(email__in=addresses).delete()
    if user:
        kind = ContentType.objects.get_for_model(User)
        lines = ModelLogEntry.objects.filter(content_type=kind, object_id=str(user.pk))
        lines.update(label=f"person {user.pk}", data={})
