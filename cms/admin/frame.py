"""What every screen of the desk asks about its user, in one statement."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Expression, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from shop.accounts.models import User
from shop.composed import ID, composed

PROFILE = "wagtail_userprofile"


def read_frame(user: User) -> None:
    """Let a user know what the frame of a screen asks for: permissions, language and time zone.

    Django would ask for one's own permissions and for those of groups, and Wagtail for the rest.
    """
    (found,) = users_in_frame(pk=user.pk)
    if not user.is_superuser:  # of whom no permission is asked
        # Where Django's own backend keeps them for the rest of the request.
        user._user_perm_cache = set(found.own_permissions)
        user._group_perm_cache = set(found.group_permissions)
    User._meta.get_field(PROFILE).set_cached_value(user, getattr(found, PROFILE, None))


@composed(pk=ID)
def users_in_frame(*, pk: Expression) -> QuerySet[User]:
    """Return a user with the profile and the names of all permissions."""
    name = Concat("content_type__app_label", Value("."), "codename")
    own = Permission.objects.filter(user=OuterRef("pk"))
    of_groups = Permission.objects.filter(group__user=OuterRef("pk")).distinct()
    return User.objects.filter(pk=pk).select_related(PROFILE).annotate(
        own_permissions=ArraySubquery(own.order_by().values_list(name)),
        group_permissions=ArraySubquery(of_groups.order_by().values_list(name)),
    )  # fmt: skip
