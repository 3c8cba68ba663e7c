"""The facts about its user that every screen of the desk needs, in one statement."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Expression, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from wagtail.permissions import page_permission_policy

from shop.core.statements.composed import ID, composed
from shop.people.accounts.models import User
from shop.people.accounts.second_step import second_steps

PROFILE = "wagtail_userprofile"


def read_frame(user: User) -> bool:
    """Let a user know the facts for the frame of a screen: permissions, language and time zone.

    Django would ask for one's own permissions and for those of groups, and Wagtail for the rest.
    Return whether the user has a second step.
    """
    (found,) = users_in_frame(pk=user.pk)
    if not user.is_superuser:  # of whom no permission is asked
        # Where Django's own backend keeps them for the rest of the request.
        kept: Any = user
        kept._user_perm_cache = set(found.own_permissions)
        kept._group_perm_cache = set(found.group_permissions)
        _note_root(user)
    cast("Any", User._meta.get_field(PROFILE)).set_cached_value(user, getattr(found, PROFILE, None))
    return found.has_second_step


def _note_root(user: User) -> None:
    """Let a user who may change pages below a single one know it as the root.

    Wagtail would look for what all pages have above them.
    """
    policy = page_permission_policy
    pages = {page.pk: page for page in policy.instances_with_direct_explore_permission(user)}
    if len(pages) == 1:
        (root,) = pages.values()
        setattr(user, policy._explorable_root_instance_cache_name, root)


@composed(pk=ID)
def users_in_frame(*, pk: Expression) -> QuerySet[User]:
    """Return a user with the profile, the names of all permissions, and whether a step is on."""
    name = Concat("content_type__app_label", Value("."), "codename")
    own = Permission.objects.filter(user=OuterRef("pk"))
    of_groups = Permission.objects.filter(group__user=OuterRef("pk")).distinct()
    return User.objects.filter(pk=pk).select_related(PROFILE).annotate(
        own_permissions=ArraySubquery(own.order_by().values_list(name)),
        group_permissions=ArraySubquery(of_groups.order_by().values_list(name)),
        has_second_step=Exists(second_steps(OuterRef("pk"))),
    )  # fmt: skip
