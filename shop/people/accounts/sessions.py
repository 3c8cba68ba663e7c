"""Ends the sessions of a person wherever they are, by making their hash worthless.

Each session carries a hash of the password and of ``User.sessions_ended``, which is compared at
every request. No session need be found, and so it works wherever sessions are kept.
"""

from __future__ import annotations

from django.contrib.auth import update_session_auth_hash
from django.db.models import F

from shop.people.accounts.devices.pages import forget_devices, note_device
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn


def end_sessions(user: User) -> None:
    """End every session of a person, on all devices."""
    User.objects.filter(pk=user.pk).update(sessions_ended=F("sessions_ended") + 1)
    user.refresh_from_db(fields=["sessions_ended"])
    forget_devices(user)


def end_other_sessions(request: SignedIn) -> None:
    """End every session of the signed-in person but this one, which gets a new key."""
    end_sessions(request.user)
    update_session_auth_hash(request, request.user)
    note_device(request)
