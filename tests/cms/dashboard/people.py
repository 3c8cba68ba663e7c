"""People of the organizers' desk, and what they work on."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group, Permission
from django.test import Client

from cms.dashboard.permissions import PERMISSIONS
from shop.people.accounts.models import User
from tests import make, pages
from tests.make import NOON, START
from tests.queue import run_queued_work
from tests.shop.people.accounts.people import PASSWORD, code_of, sign_in

BEFORE = START - timedelta(days=20)
GROUPS = tuple(PERMISSIONS)


def organizer(group: str = "organizer") -> User:
    """Return a user of one of the desk's groups, with the permissions that migrations give it."""
    user = make.user()
    user.groups.add(grant(group))
    return user


def grant(name: str) -> Group:
    """Return one of the desk's groups with all that migrations give it."""
    group = pages.group_of(name)
    granted = Permission.objects.filter(
        content_type__app_label="shop", codename__in=PERMISSIONS[name]
    )
    group.permissions.add(*granted)
    return group


def stolen_session(user: User) -> Client:
    """Return a browser that is signed in with both steps, and has proved nothing again."""
    secret = generate_totp_secret()
    user.set_password(PASSWORD)
    user.save()
    TOTP.activate(user, secret)
    browser = Client()
    sign_in(browser, user.email)
    browser.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    return browser


def typed(**facts: Any) -> dict[str, Any]:
    """Return what an organizer types for a new festival."""
    known = {
        "title": "Harvest Days", "slug": "", "tagline": "All that the year gave",
        "zone_name": "Africa/Nairobi", "starts": "2027-06-01T00:00", "ends": "2027-06-11T00:00",
        "enrol_opens": "", "enrol_closes": "", "commission": "8.5",
        "min_percent_off": "10", "min_allotment": "0", "max_nominations": "",
        "must_beat_prior_price": "on", "priority": "0", "hold_minutes": "30",
        "price_ceiling": "", "max_stores": "", "max_stores_per_country": "", "country_places": "",
        "max_extensions": "1", "refund_window_days": "14",
        "target_stores": "100", "target_products": "1000", "target_countries": "20",
    }  # fmt: skip
    return known | facts


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a page, as a browser sends them back."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def approve_many(desk: Client, where: str, body: dict[str, Any]) -> str:
    """Press in the review queue, let the worker work, and return both pages that follow."""
    answer = desk.post(where, body, follow=True)
    run_queued_work()
    here = answer.redirect_chain[-1][0]
    assert "/bulk/" in here
    return answer.text + desk.get(here).text


def version(desk: Client, where: str) -> str:
    """Return the version of what a form of the desk shows."""
    return re.search(r'name="version" value="(\d+)"', desk.get(where).text)[1]


__all__ = [
    "BEFORE", "GROUPS", "NOON", "approve_many", "organizer", "stolen_session", "typed", "version",
]  # fmt: skip
