"""Festivals at the organizers' desk: the list, the form, the board, publishing."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.admin.changelog.text import lines
from cms.admin.festivals.forms import LOCAL, FestivalForm, refused
from cms.admin.festivals.links import may_write, page_of
from cms.admin.festivals.override import led, readiness_of
from cms.admin.festivals.slot_status import possible
from cms.admin.permissions import needs
from cms.admin.screens import Trail, button, show, version_seen, words_of
from shop import clock
from shop.delivery.names import country_name
from shop.errors import NotPossible, ShopError
from shop.festivals import changelog
from shop.festivals.enrolment.terms import terms_in_force
from shop.festivals.local_time import days_between, wall_of
from shop.festivals.models import Enrolment, Festival, Slot
from shop.festivals.schedule import plan
from shop.festivals.schedule.extend import extensions_of
from shop.listings.festival_products import list_everything
from shop.storefront.cache.catalogue_version import current_version

FIRST = 12  # lines of the log on the board
ACCEPTED = Q(enrolments__state=Enrolment.State.ACCEPTED)


@require_safe
@needs("view_festival")
def festivals(request: HttpRequest) -> HttpResponse:
    """List the festivals, the newest first; those that are closed or cancelled stand apart."""
    at = clock.moment_of(request)
    done = Q(state__in=(Festival.State.CLOSED, Festival.State.CANCELLED))
    is_archive = "archive" in request.GET
    rows = Festival.objects.annotate(
        stores=Count("enrolments", ACCEPTED, distinct=True),
        products=Count("participations", distinct=True),
    ).order_by("-starts_at", "pk")
    rows, others = rows.filter(done if is_archive else ~done), Festival.objects.filter(done).count()
    may_add = request.user.has_perm("shop.add_festival")
    new = button("New festival", reverse("desk:festival-add"), "plus")
    context = {
        "festivals": [(row, phase(row, at=at)) for row in rows],
        "is_archive": is_archive,
        "archived": others,
    }
    return show(request, "festivals.html", "Festivals", buttons=[new] if may_add else [], **context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("add_festival")
def add(request: HttpRequest) -> HttpResponse:
    """Plan a new festival."""
    minutes = current_version(at=clock.moment_of(request)).limits.hold_minutes
    initial = {"zone_name": "Africa/Nairobi", "hold_minutes": minutes}
    form = FestivalForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        at = clock.moment_of(request)
        try:
            made = plan.create_festival(
                Festival(**form.facts()), form.during, at=at, by=request.user
            )
        except NotPossible as refusal:
            refused(form, refusal)
        else:
            text = "Stores see it while enrolment is open; shoppers, once it is published."
            messages.success(request, f"“{made.title}” is planned. {text}")
            return redirect("desk:festival", made.pk)
    return _form(request, form, "New festival", [festivals_link()])


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_festival")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a festival's words, rules, targets and, before its start, its time."""
    festival = get_object_or_404(Festival, pk=pk)
    form = FestivalForm(request.POST or None, festival=festival, initial=_initial(festival))
    if request.method == "POST" and form.is_valid():
        try:
            _save(festival, form, request)
        except ShopError as refusal:
            form.add_error(None, words_of(refusal))
        else:
            messages.success(request, "Saved.")
            return redirect("desk:festival", festival.pk)
    version = changelog.version_of(festival, *_whole(festival))
    title = f"Change {festival.title}"
    return _form(request, form, title, trail_of(festival), version=version)


@require_safe
@needs("view_festival")
def board(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a festival has come, what is missing, and what can be done next."""
    festival = get_object_or_404(Festival, pk=pk)
    at = clock.moment_of(request)
    ready, page = readiness_of(festival, at=at), page_of(festival)
    done = lines(festival.changes.order_by("-at", "-pk")[: FIRST + 1], about=festival)
    can = {name: request.user.has_perm(f"shop.{name}") for name in CAN}
    context = {
        "festival": festival,
        "phase": phase(festival, at=at),
        "days": days_between(festival.starts_at, festival.ends_at, festival.zone),
        "starts": wall_of(festival.starts_at, festival.zone),
        "ends": wall_of(festival.ends_at, festival.zone),
        "ready": ready,
        "countries": [(country_name(code, "en"), count) for code, count in ready.countries],
        "missing": sorted(country_name(code, "en") for code in ready.countries_missing),
        "slots": slots_of(festival, at=at if can["publish_festival"] else None),
        "findings": led(ready, festival, page),
        "page": page,
        "has_terms": terms_in_force(festival) is not None,
        "may_write": may_write(request),
        "changes": done[:FIRST],
        "history": f"{reverse('desk_log:index')}?festival={pk}" if done[FIRST:] else "",
        "can": can,
    }
    return show(
        request,
        "festival.html",
        festival.title,
        trail=[festivals_link()],
        buttons=_buttons(request, festival),
        **context,
    )


@require_POST
@needs("change_festival")
def list_products(request: HttpRequest, pk: int) -> HttpResponse:
    """List all products of the stores that take part."""
    festival = get_object_or_404(Festival, pk=pk)
    count = list_everything(festival, at=clock.moment_of(request))
    messages.success(request, f"{count} more products are listed as taking part.")
    return redirect("desk:festival", festival.pk)


CAN = ("change_festival", "publish_festival", "review_nomination", "add_slot", "add_enrolment")


def phase(festival: Festival, *, at: object) -> str:
    """Return where a festival stands at an instant, in a word."""
    if festival.state != Festival.State.PUBLISHED:
        return festival.get_state_display().lower()
    if festival.ends_at <= at:
        return "ended"
    return "live" if festival.starts_at <= at else "upcoming"


def festivals_link() -> tuple[str, str]:
    """Return the way back to the list of festivals."""
    return reverse("desk:festivals"), "Festivals"


def trail_of(festival: Festival) -> Trail:
    """Return the way back to a festival's board."""
    return [festivals_link(), (reverse("desk:festival", args=[festival.pk]), festival.title)]


def slots_of(festival: Festival, *, at: datetime | None = None) -> list[dict[str, object]]:
    """Return the slots of a festival with their wall times, what is nominated and can be done.

    Args:
        at: the moment at which something can be done; None: nothing by this person.
    """
    rows = (
        festival.slots.select_related("festival")
        .annotate(
            waiting=Count("nominations", Q(nominations__state="submitted")),
            approved=Count("nominations", Q(nominations__state="approved")),
        )
        .order_by("starts_at", "pk")
    )
    extended = extensions_of([slot.pk for slot in rows])
    return [
        {
            "slot": slot,
            "starts": wall_of(slot.starts_at, festival.zone),
            "ends": wall_of(slot.ends_at, festival.zone),
            "acts": possible(slot, at=at, extended=extended) if at else [],
        }
        for slot in rows
    ]


def _buttons(request: HttpRequest, festival: Festival) -> list:
    found = []
    if request.user.has_perm("shop.change_festival"):
        found.append(button("Change", reverse("desk:festival-edit", args=[festival.pk]), "edit"))
    if request.user.has_perm("shop.add_festival"):
        found.append(button("Clone", reverse("desk:festival-clone", args=[festival.pk]), "copy"))
    return found


def _whole(festival: Festival) -> list[Slot]:
    return list(festival.slots.filter(kind=Slot.Kind.WHOLE))  # its time stands in the log


@transaction.atomic
def _save(festival: Festival, form: FestivalForm, request: HttpRequest) -> None:
    at = clock.moment_of(request)
    during = form.during
    changelog.refuse_if_changed(festival, *_whole(festival), seen=version_seen(request))
    if (during.starts_at, during.ends_at) != (festival.starts_at, festival.ends_at):
        plan.move_festival(festival, during, at=at, by=request.user)
    plan.change_festival(festival, form.facts(), at=at, by=request.user)


def _initial(festival: Festival) -> dict[str, object]:
    found = {name: getattr(festival, name) for name in FestivalForm.RULES}
    for name in ("starts", "ends", "enrol_opens", "enrol_closes"):
        at = getattr(festival, f"{name}_at" if name in ("starts", "ends") else name)
        found[name] = wall_of(at, festival.zone).strftime(LOCAL) if at else None
    for name in ("tagline", "intro"):
        found[name] = festival.texts.get("en", {}).get(name, "")
    found["commission"] = f"{festival.commission_bp / 100:.2f}"
    return found


def _form(
    request: HttpRequest, form: FestivalForm, title: str, trail: Trail, **facts: object
) -> HttpResponse:
    status = 422 if form.errors else 200
    return show(
        request, "form.html", title, trail=trail, status=status, form=form, save="Save", **facts
    )
