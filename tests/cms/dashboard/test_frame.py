"""What every screen of the desk knows of its user is what Django and Wagtail would find."""

import pytest
from django.contrib.auth.models import Permission
from wagtail.models import GroupPagePermission, Page
from wagtail.permissions import page_permission_policy as policy

from cms.dashboard.frame import read_frame
from shop.people.accounts.models import User
from tests import make, pages
from tests.budgets import statements
from tests.cms.dashboard.people import organizer

pytestmark = pytest.mark.django_db


def may_write(user, page):
    group = user.groups.get()
    group.page_permissions.all().delete()
    for one in page:
        right = Permission.objects.get(codename="change_page")
        GroupPagePermission.objects.create(group=group, page=one, permission=right)
    return user


@pytest.mark.parametrize("places", [0, 1, 2])
def test_the_root_of_a_desk_is_what_wagtail_would_find(places):
    home = pages.home()
    below = [home.add_child(instance=Page(title=f"Place {n}", slug=f"p{n}")) for n in range(places)]
    user = may_write(organizer(), below)
    known = User.objects.get(pk=user.pk)

    read_frame(known)

    with statements(most=1 if places != 1 else 0):
        root = policy.explorable_root_instance(known)
    assert root == policy.explorable_root_instance(User.objects.get(pk=user.pk))
    assert root == [None, below[0] if below else None, Page.objects.get(pk=home.pk)][places]


def test_a_frame_tells_whether_a_second_step_is_on():
    user = organizer()
    assert read_frame(User.objects.get(pk=user.pk)) is False
    user.authenticator_set.create(type="recovery_codes", data={})  # stands in for one, and is none
    assert read_frame(User.objects.get(pk=user.pk)) is False
    user.authenticator_set.create(type="totp", data={"secret": ""})
    assert read_frame(User.objects.get(pk=user.pk)) is True


def test_permissions_are_those_that_django_finds():
    for user in (organizer(), organizer("reviewer"), make.user()):
        known, asked = User.objects.get(pk=user.pk), User.objects.get(pk=user.pk)
        read_frame(known)
        assert known.get_all_permissions() == asked.get_all_permissions()
