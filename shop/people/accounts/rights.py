"""Who may do something at the organizers' desk."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from shop.people.accounts.models import User


def people_with(permission: str) -> QuerySet[User]:
    """Return who has a permission: by a group, or because they may do everything.

    Args:
        permission: its name without that of the app, such as ``change_merchant``.
    """
    by_group = Q(groups__permissions__codename=permission)
    return User.objects.filter(by_group | Q(is_superuser=True), is_active=True).distinct()
