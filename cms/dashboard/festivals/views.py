"""Festivals at the organizers' desk: the list, the form, the board, publishing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.widgets.button import HeaderButton

from cms.dashboard.addresses import festivals_link, trail_of
from cms.dashboard.changelog.text import lines
from cms.dashboard.festivals import moving
from cms.dashboard.festivals.forms import LOCAL, FestivalForm, refused
from cms.dashboard.festivals.links import may_write, page_of
from cms.dashboard.festivals.override import led, readiness_of
from cms.dashboard.festivals.tables import country_table, slot_table
from cms.dashboard.listing import ListFilters, ListView, WordsFilter
from cms.dashboard.permissions import needs
from cms.dashboard.screens import Trail, button, show, version_seen, words_of
from cms.dashboard.tables import Column, WhenColumn, link, status
from shop.catalogue.delivery.names import country_name
from shop.core import clock, dates
from shop.core.errors import NotPossible, ShopError
from shop.festivals import changelog
from shop.festivals.enrolment.terms import terms_in_force
from shop.festivals.local_time import days_between, wall_of
from shop.festivals.models import Enrolment, Festival, Slot
from shop.festivals.schedule import plan
from shop.festivals.schedule.effect import Confirmed, EffectChanged, MoveEffect
from shop.festivals.schedule.move import effect_on_festival, move_festival
from shop.festivals.schedule.window import Window
from shop.people.accounts.requests import SignedIn
from shop.storefront.cache.catalogue_version import current_version
from shop.storefront.listings.festival_products import list_everything

FIRST = 12  # lines of the log on the board
ACCEPTED = Q(enrolments__state=Enrolment.State.ACCEPTED)
DONE = Q(state__in=(Festival.State.CLOSED, Festival.State.CANCELLED))
CAN = (
    "add_term",
    "change_festival",
    "publish_festival",
    "review_nomination",
    "add_slot",
    "add_enrolment",
)


def _title(festival: Festival) -> SafeString:
    return link(festival.title, reverse("desk:festival", args=[festival.pk]))


class FestivalsFilters(ListFilters):
    """The filter of the list of festivals."""

    q = WordsFilter("Title or address", "title", "slug")


class FestivalsView(ListView):
    """The festivals, the newest first; those that are closed or cancelled stand apart."""

    needed = "view_festival"
    template_name = "cms/dashboard/festivals.html"
    page_title = "Festivals"
    header_icon = "calendar-alt"
    paginate_by: int | None = None
    filterset_class = FestivalsFilters
    none_fits = "No festival has these words in its title or address."
    default_ordering = ("-starts_at", "pk")

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list, the phase at the moment of the request."""
        return [
            Column("Festival", _title), Column("Phase", self.phase_of),
            WhenColumn("From", lambda row: wall_of(row.starts_at, row.zone), "j M Y, H:i"),
            WhenColumn("To", lambda row: wall_of(row.ends_at, row.zone), "j M Y, H:i"),
            Column("Zone", lambda row: dates.zone_name(row.starts_at, row.zone, "en")),
            Column("Stores", lambda row: f"{row.stores:,} of {row.target_stores:,}"),
            Column("Products", lambda row: f"{row.products:,} of {row.target_products:,}"),
        ]  # fmt: skip

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Lead those who may to the form that plans one."""
        new = button("New festival", reverse("desk:festival-add"), "plus")
        return [new] if self.may("add_festival") else []

    def phase_of(self, festival: Festival) -> SafeString:
        """Return where a festival stands, the one that runs marked."""
        word = phase(festival, at=self.at)
        return status(word, "primary" if word == "live" else "")

    def get_base_queryset(self) -> QuerySet[Festival]:
        """Return the festivals that are asked for, with the numbers of stores and products.

        Words find those that are over, too.
        """
        rows = Festival.objects.all()
        if not self.request.GET.get("q"):
            rows = rows.filter(DONE if "archive" in self.request.GET else ~DONE)
        return rows.annotate(
            stores=Count("enrolments", ACCEPTED, distinct=True),
            products=Count("participations", distinct=True),
        )

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Return the context of the screen, and how many festivals stand apart."""
        archived = Festival.objects.filter(DONE).count()
        facts = {"archived": archived, "is_archive": "archive" in self.request.GET}
        return super().get_context_data(**kwargs) | facts


@require_http_methods(["GET", "HEAD", "POST"])
@needs("add_festival")
def add(request: SignedIn) -> HttpResponse:
    """Plan a new festival."""
    minutes = current_version(at=clock.moment_of(request)).limits.hold_minutes
    initial = {"zone_name": "Africa/Nairobi", "hold_minutes": minutes}
    form = FestivalForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        at = clock.moment_of(request)
        try:
            made = plan.create_festival(
                Festival(**form.facts()), cast("Window", form.during), at=at, by=request.user
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
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """Change a festival's words, rules, targets and, before its start, its time."""
    festival = get_object_or_404(Festival, pk=pk)
    form = FestivalForm(request.POST or None, festival=festival, initial=_initial(festival))
    if request.method == "POST" and form.is_valid() and "back" not in request.POST:
        try:
            effect = _effect(festival, form, request)
            agreed = moving.confirmed(request, effect) if effect else None
            if effect and not agreed:
                return _ask(request, festival, effect)
            _save(festival, form, request, agreed)
        except EffectChanged:
            return _ask(request, festival, cast("MoveEffect", _effect(festival, form, request)))
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
def board(request: SignedIn, pk: int) -> HttpResponse:
    """Show the progress of a festival, its missing parts, and the possible next actions."""
    festival = get_object_or_404(Festival, pk=pk)
    at = clock.moment_of(request)
    ready, page = readiness_of(festival, at=at), page_of(festival)
    done = lines(festival.changes.order_by("-at", "-pk")[: FIRST + 1], about=festival)
    can = {name: request.user.has_perm(f"shop.{name}") for name in CAN}
    context: dict[str, Any] = {
        "festival": festival,
        "phase": phase(festival, at=at),
        "days": days_between(festival.starts_at, festival.ends_at, festival.zone),
        "starts": wall_of(festival.starts_at, festival.zone),
        "ends": wall_of(festival.ends_at, festival.zone),
        "ready": ready,
        "countries": country_table(ready.countries, festival),
        "missing": sorted(country_name(code, "en") for code in ready.countries_missing),
        "slots": slot_table(
            festival, at=at if can["publish_festival"] else None, can_edit=can["add_slot"]
        ),
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
def list_products(request: SignedIn, pk: int) -> HttpResponse:
    """List all products of the stores that take part."""
    festival = get_object_or_404(Festival, pk=pk)
    count = list_everything(festival, at=clock.moment_of(request))
    messages.success(request, f"{count} more products are listed as taking part.")
    return redirect("desk:festival", festival.pk)


def phase(festival: Festival, *, at: datetime) -> str:
    """Return where a festival stands at an instant, in a word."""
    if festival.state != Festival.State.PUBLISHED:
        return festival.get_state_display().lower()
    if festival.ends_at <= at:
        return "ended"
    return "live" if festival.starts_at <= at else "upcoming"


def _buttons(request: SignedIn, festival: Festival) -> list[HeaderButton]:
    found = []
    if request.user.has_perm("shop.change_festival"):
        found.append(button("Change", reverse("desk:festival-edit", args=[festival.pk]), "edit"))
    if request.user.has_perm("shop.add_festival"):
        found.append(button("Clone", reverse("desk:festival-clone", args=[festival.pk]), "copy"))
    return found


def _whole(festival: Festival) -> list[Slot]:
    return list(festival.slots.filter(kind=Slot.Kind.WHOLE))  # its time stands in the log


@transaction.atomic
def _save(
    festival: Festival, form: FestivalForm, request: SignedIn, agreed: Confirmed | None
) -> None:
    at = clock.moment_of(request)
    changelog.refuse_if_changed(festival, *_whole(festival), seen=version_seen(request))
    if agreed:
        move_festival(
            festival, cast("Window", form.during), at=at, by=request.user,
            along=bool(form.cleaned_data.get("along")), confirmed=agreed,
        )  # fmt: skip
    plan.change_festival(festival, form.facts(), at=at, by=request.user)


def _effect(festival: Festival, form: FestivalForm, request: SignedIn) -> MoveEffect | None:
    """Return the effect of the time that was typed; None where it is the same."""
    during = cast("Window", form.during)
    if (during.starts_at, during.ends_at) == (festival.starts_at, festival.ends_at):
        return None
    along = bool(form.cleaned_data.get("along"))
    return effect_on_festival(festival, during, at=clock.moment_of(request), along=along)


def _ask(request: SignedIn, festival: Festival, effect: MoveEffect) -> HttpResponse:
    title = f"Move {festival.title}"
    return moving.ask(request, effect, title=title, save="Move and save", trail=trail_of(festival))


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
    request: SignedIn, form: FestivalForm, title: str, trail: Trail, **facts: object
) -> HttpResponse:
    status = 422 if form.errors else 200
    return show(
        request, "form.html", title, trail=trail, status=status, form=form, save="Save", **facts
    )
