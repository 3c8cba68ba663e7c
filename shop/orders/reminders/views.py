"""Asking to be told, and the links of the mails. Shared pages carry no token: see ``tokenless``."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from shop.core import clock, dates
from shop.core.errors import NotPossible
from shop.core.http import see_other
from shop.core.networks import network_key
from shop.festivals.models import Slot
from shop.orders.cart.current import carts_of, has_verified_email, signed_in
from shop.orders.cart.models import CartLine
from shop.orders.reminders import ask, tokens
from shop.orders.reminders.forms import MailForm
from shop.orders.reminders.models import Reminder
from shop.orders.reminders.subjects import Subject, opens, thing_of
from shop.people.accounts.models import User
from shop.storefront.middleware import tokenless

OUTCOMES = ("ready", "confirm", "confirmed", "stopped")


@never_cache
@tokenless
@require_http_methods(["GET", "HEAD", "POST"])
def remind(request: HttpRequest) -> HttpResponse:
    """Ask where the mail should go; a post notes it."""
    at = clock.moment_of(request)
    data = request.POST if request.method == "POST" else request.GET
    thing = thing_of(data.get("thing", ""), at=at)
    form = MailForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _form(request, thing, form)
    asker = _asker(request, form.cleaned_data["email"])
    if not asker.email:
        form.add_error("email", _("Enter your email address"))
        return _form(request, thing, form)
    try:
        is_ready = ask.ask(thing, asker, at=at)
    except NotPossible as refusal:
        form.add_error(None, str(refusal))
        return _form(request, thing, form, status=429)
    return HttpResponseRedirect(_done("ready" if is_ready else "confirm", thing), status=303)


@never_cache
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """Show the outcome of a form or link: mail to confirm, reminder noted, or stopped."""
    outcome = request.GET.get("is", "")
    context = {
        "outcome": outcome if outcome in OUTCOMES else "ready",
        "is_return": request.GET.get("of") == "return",
    }
    return render(request, "shop/orders/reminders/done.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Let the owner of an address agree. By a press: programs open the links of mails, too."""
    pk = tokens.read(token, tokens.CONFIRM)
    if request.method != "POST":
        return _ask(request, "confirm", is_there=Reminder.objects.filter(pk=pk).exists())
    reminder = ask.confirm(pk, at=clock.moment_of(request))
    if reminder is None:
        return _ask(request, "confirm", is_there=False)
    kind = "&of=return" if reminder.variant_id else ""
    return HttpResponseRedirect(f"{reverse('reminded')}?is=confirmed{kind}", status=303)


@csrf_exempt  # the link itself is the proof; mail programs post to it by themselves (RFC 8058)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Strike a reminder out, by one press."""
    pk = tokens.read(token, tokens.STOP)
    if request.method != "POST":
        return _ask(request, "stop", is_there=True)
    ask.stop(pk)
    return HttpResponseRedirect(f"{reverse('reminded')}?is=stopped", status=303)


@never_cache
@require_safe
def go(request: HttpRequest, token: str) -> HttpResponse:
    """Lead from the mail to the cart that was prepared in this browser, else to the thing."""
    pk = tokens.read(token, tokens.GO)
    rows = Reminder.objects.select_related("slot", "product", "variant__product")
    reminder = rows.filter(pk=pk).first()
    if reminder is None:
        return see_other("home")
    if reminder.slot and CartLine.objects.filter(cart__in=carts_of(request)).exists():
        return see_other("cart")
    if product := reminder.product or (reminder.variant and reminder.variant.product):
        return see_other("product", product.slug)
    if cast("Slot", reminder.slot).kind == "flash":
        return HttpResponseRedirect(f"{reverse('products')}?deal=flash", status=303)
    return see_other("home")


def _asker(request: HttpRequest, email: str) -> ask.Asker:
    user = signed_in(request)
    own = user.email if user and has_verified_email(user) else ""
    is_own = bool(own) and (not email or email.lower() == own.lower())
    return ask.Asker(
        email=own if is_own else email,
        user=user if is_own else None,
        is_proved=is_own,
        network_key=network_key(request),
        language=get_language() or "en",
    )


def _done(outcome: str, thing: Subject) -> str:
    return f"{reverse('reminded')}?is={outcome}{'&of=return' if thing.variant else ''}"


def _form(
    request: HttpRequest, thing: Subject, form: MailForm, *, status: int | None = None
) -> HttpResponse:
    user: User | None = signed_in(request)
    own = user.email if user and has_verified_email(user) else ""
    if own and not form.is_bound:
        form.initial["email"] = own
    context: dict[str, object] = {"thing": thing, "form": form, "own": dates.own_words()}
    if thing.slot:
        context["opens"] = opens(thing.slot)
    status = status or (422 if form.is_bound else 200)
    return render(request, "shop/orders/reminders/remind.html", context, status=status)


def _ask(request: HttpRequest, what: str, *, is_there: bool) -> HttpResponse:
    context = {"what": what, "is_there": is_there}
    response = render(
        request, "shop/orders/reminders/ask.html", context, status=200 if is_there else 404
    )
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
