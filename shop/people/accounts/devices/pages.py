"""The devices on which somebody is signed in: which they are, and signing one of them out."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.sessions.models import Session
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.core import clock
from shop.core.forms.numbers import number_of
from shop.people.accounts.devices.agents import device_of
from shop.people.accounts.models import SignedInDevice, User
from shop.people.accounts.requests import SignedIn

SHOWN = 20


def note_device(request: SignedIn) -> SignedInDevice:
    """Note on which device this session is; safe to repeat."""
    if not request.session.session_key:
        request.session.save()
    facts = {
        "user": request.user,
        "name": device_of(request.headers.get("User-Agent", "")),
        "since": clock.moment_of(request),
    }
    key = request.session.session_key
    return SignedInDevice.objects.get_or_create(session_id=key, defaults=facts)[0]


def forget_devices(user: User) -> None:
    """Forget the devices of a person whose sessions have all ended."""
    SignedInDevice.objects.filter(user=user).delete()


def devices_of(user: User) -> QuerySet[SignedInDevice]:
    """Return the devices on which somebody is signed in, the newest first."""
    rows = SignedInDevice.objects.filter(user=user, session__expire_date__gt=Now())
    return rows.order_by("-since", "-pk")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def devices(request: SignedIn) -> HttpResponse:
    """List the devices on which the signed-in person is, and sign one of the others out."""
    here = note_device(request)
    others = devices_of(request.user).exclude(pk=here.pk)
    if request.method != "POST":
        page = Paginator(others, SHOWN).get_page(request.GET.get("page"))
        context = {
            "device": here,
            "others": page,
            "previous": f"?page={page.number - 1}" if page.has_previous() else "",
            "next": f"?page={page.number + 1}" if page.has_next() else "",
        }
        return render(request, "account/devices.html", context)
    row = get_object_or_404(others, pk=number_of(request.POST.get("device", "")) or 0)
    Session.objects.filter(pk=row.session_id).delete()
    messages.success(request, _("Signed out on %(device)s.") % {"device": row.name})
    return redirect("account_devices")
