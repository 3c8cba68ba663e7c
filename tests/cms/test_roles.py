import importlib

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from wagtail.models import GroupPagePermission, Locale

from cms import roles

pytestmark = pytest.mark.django_db


def test_all_roles_enter_the_desk_and_two_of_them_write_pages():
    migration = importlib.import_module("cms.migrations.0002_roles")
    migration.make_roles(apps, None)  # other tests may have emptied the tables
    migration.make_languages(apps, None)

    assert migration.ROLES == roles.ROLES
    for name in roles.ROLES:
        group = Group.objects.get(name=name)
        rights = GroupPagePermission.objects.filter(group=group)
        names = set(rights.values_list("permission__codename", flat=True))
        assert group.permissions.filter(codename="access_admin").exists()
        wanted = {"add_page", "change_page", "publish_page"} if name in roles.EDITORS else set()
        assert names == wanted
    assert Locale.objects.count() == 6
