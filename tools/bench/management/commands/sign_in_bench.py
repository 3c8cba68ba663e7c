import json
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.base import SessionBase
from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest
from django.utils.module_loading import import_string

from cms.roles import ORGANIZER
from shop.core import clock
from shop.people.accounts.models import User
from shop.people.accounts.second_step import METHOD
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.roles import Role


class Command(BaseCommand):
    """Signs in people of both desks, with the second step that they ask for."""

    help = "Sign in an organizer and a member of the largest store; print their cookies."
    requires_system_checks = ()

    @transaction.atomic
    def handle(self, **options: Any) -> None:
        """Make the people if need be, and a session for each."""
        organizer, member = _person("organizer"), _person("member")
        organizer.groups.add(Group.objects.get(name=ORGANIZER))
        selling = Merchant.objects.filter(state=Merchant.State.APPROVED)
        store = selling.annotate(n=Count("products")).order_by("-n", "pk").first()
        Membership.objects.get_or_create(
            merchant=store, user=member, defaults={"role": Role.OWNER, "joined_at": clock.now()}
        )
        facts = {"organizer": _cookie(organizer), "member": _cookie(member), "store": store.slug}
        self.stdout.write(json.dumps(facts))


def _person(name: str) -> User:
    email = f"{name}@bench.example"
    known = User.objects.filter(email=email).first()
    return known or User.objects.create_user(email)


def _cookie(user: User) -> str:
    """Return the cookie of a session that was opened with a password and a second step."""
    step, _made = Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": ""}}
    )
    request = HttpRequest()
    request.session = _session()
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    record_authentication(request, user, METHOD, id=step.pk, type=step.type)
    request.session.save()
    return f"{settings.SESSION_COOKIE_NAME}={request.session.session_key}"


def _session() -> SessionBase:
    return import_string(f"{settings.SESSION_ENGINE}.SessionStore")()
