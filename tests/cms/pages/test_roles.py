import importlib

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from wagtail.models import GroupCollectionPermission, GroupPagePermission, Locale

from cms import roles
from cms.dashboard.permissions import PERMISSIONS
from tests import make, pages

pytestmark = pytest.mark.django_db


def named(permissions):
    return {f"{row.content_type.app_label}.{row.codename}" for row in permissions}


def test_all_roles_enter_the_desk_and_two_of_them_write_pages():
    migration = importlib.import_module("cms.migrations.0001_squashed_0093_settlements")
    pages.page_root()  # other tests may have emptied the tables
    make.collection()
    migration.make_roles(apps, None)
    migration.make_languages(apps, None)

    assert tuple(migration.MAY) == roles.ROLES
    for name in roles.ROLES:
        group = Group.objects.get(name=name)
        rights = GroupPagePermission.objects.filter(group=group)
        names = set(rights.values_list("permission__codename", flat=True))
        assert group.permissions.filter(codename="access_admin").exists()
        assert names == set(roles.PAGES.get(name, ()))
        files = GroupCollectionPermission.objects.filter(group=group)
        assert named(row.permission for row in files) == set(roles.FILES.get(name, ()))
        own = group.permissions.filter(content_type__app_label="shop")
        assert set(own.values_list("codename", flat=True)) == set(PERMISSIONS[name])
        others = group.permissions.exclude(content_type__app_label__in=("shop", "wagtailadmin"))
        assert named(others) == set(roles.BEYOND.get(name, ()))
    assert Locale.objects.count() == 6
