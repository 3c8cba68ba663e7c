"""Carriers: what stores mean by a name, and where a tracking number is followed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods
from wagtail.admin.widgets.button import HeaderButton

from cms.dashboard.confirm import Act, perform
from cms.dashboard.listing import ListView
from cms.dashboard.permissions import needs
from cms.dashboard.saved_form import KeptForm, keep
from cms.dashboard.screens import Trail, button
from cms.dashboard.tables import QUIET, Column, joined, link, small
from shop.catalogue.delivery.models import Carrier
from shop.catalogue.delivery.names import countries_by_name, country_name
from shop.core import clock
from shop.core.forms.fields import LineField
from shop.orders.documents.sending.carriers import CarrierFacts, keep_carrier, remove_carrier
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn

LIST, TITLE = "desk:carriers", "Carriers"
CHANGES = "publish_festival"
LEFT = "Parcels that it has keep its name and where they can be followed."


class CarrierForm(forms.Form):
    """One carrier."""

    fields: dict[str, Any]

    code = forms.SlugField(
        max_length=40, help_text="Short, of small letters, digits and hyphens. It stays."
    )
    name = LineField(max_length=80, help_text="As shoppers read it.")
    kind = forms.ChoiceField(choices=Carrier.Kind.choices)
    home = forms.ChoiceField(
        label="At home in", required=False,
        help_text="Decides what a name means that several have: Posta, or La Poste.",
    )  # fmt: skip
    aliases = forms.CharField(
        label="Also called", required=False, max_length=1500, widget=forms.Textarea({"rows": 4}),
        help_text="What stores type instead of the name, one on each line.",
    )  # fmt: skip
    serves = LineField(max_length=1000, help_text="Codes of countries divided by blanks, or world.")
    tracking_url = LineField(
        label="Address to follow a number", required=False, max_length=200,
        help_text="Begins with https:// and has {number} where the number stands. Empty: numbers "
        "are followed on the page for all carriers.",
    )  # fmt: skip
    source = LineField(max_length=300, help_text="Where that is written, or who tried it.")
    seen_on = forms.DateField(label="Looked at on", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, carrier: Carrier | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["home"].choices = [("", "No single country"), *countries_by_name("en")]
        if carrier:
            self.fields["code"].disabled = True

    def clean_code(self) -> str:
        """Return the code in small letters."""
        return str(self.cleaned_data["code"]).lower()

    def clean_aliases(self) -> tuple[str, ...]:
        """Return the other names, each once."""
        text = self.cleaned_data["aliases"].replace("\0", "")
        found = (" ".join(line.split()) for line in text.splitlines())
        return tuple({name.casefold(): name for name in found if name}.values())

    def clean_serves(self) -> str:
        """Return the codes as they are kept."""
        typed = self.cleaned_data["serves"].split()
        return " ".join(
            code.lower() if code.lower() == Carrier.WORLD else code.upper() for code in typed
        )

    def facts(self) -> CarrierFacts:
        """Return the facts that were typed."""
        return CarrierFacts(**self.cleaned_data)


class CarriersView(ListView):
    """All carriers by their name."""

    needed = "view_order"
    queryset = Carrier.objects.all()
    default_ordering = ("name",)
    page_title = TITLE
    header_icon = "redirect"
    table_label = TITLE
    none = "No carrier is known: parcels bear what stores type, and cannot be followed."
    about = (
        "What a store types is compared with the name, the code and the other names here. Of "
        "several that are called the same, the one at home in the store’s country is meant. What "
        "is not found stays as it was typed, and pages say that we do not know it."
    )

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Lead those who may to a new carrier."""
        new = button("Add a carrier", reverse("desk:carrier-add"), "plus")
        return [new] if self.may(CHANGES) else []

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            Column("Carrier", lambda row: small(row.name, row.code)),
            Column("Kind", "get_kind_display"), Column("At home in", _home),
            Column("Also called", lambda row: ", ".join(row.aliases)), Column("Serves", "serves"),
            Column("Followed at", lambda row: row.tracking_url or "the page for all"),
            Column("Source", lambda row: small(row.source, f"{row.seen_on:%-d %b %Y}")),
            Column("Do", self.acts_of, "desk-acts"),
        ]  # fmt: skip

    def acts_of(self, row: Carrier) -> SafeString | str:
        """Return the ways to change a carrier for those who may."""
        if not self.may(CHANGES):
            return ""
        return joined(" ", (
            link(word, reverse(f"desk:carrier-{name}", args=[row.pk]), class_=QUIET,
                 aria_label=f"{word}: {row}")
            for word, name in (("Change", "edit"), ("Remove", "remove"))
        ))  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGES)
def add(request: SignedIn) -> HttpResponse:
    """Add a carrier."""
    today = clock.moment_of(request).date()
    first = {"seen_on": today, "serves": Carrier.WORLD}
    return _form(request, CarrierForm(None, request.POST or None, initial=first), None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGES)
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """Change a carrier; parcels that were sent keep what they have."""
    carrier = get_object_or_404(Carrier, pk=pk)
    first = asdict(CarrierFacts.of(carrier)) | {"aliases": "\n".join(carrier.aliases)}
    return _form(request, CarrierForm(carrier, request.POST or None, initial=first), carrier)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGES)
def remove(request: SignedIn, pk: int) -> HttpResponse:
    """Ask whether a carrier should go, and remove it."""
    carrier = get_object_or_404(Carrier, pk=pk)

    def run(_answers: dict[str, Any]) -> str:
        remove_carrier(carrier, at=clock.moment_of(request), by=request.user)
        return "Removed."

    act = Act(f"Remove {carrier}", "Remove it", [LEFT], run)
    return perform(request, act, back=reverse(LIST), trail=_trail())


def _form(request: SignedIn, form: CarrierForm, carrier: Carrier | None) -> HttpResponse:
    said = "Saved. It counts for what is sent from now on."
    page = KeptForm("New carrier", said, LIST, "redirect", _trail())

    def save(seen: int, at: datetime, by: User) -> None:
        keep_carrier(form.facts(), carrier, seen=seen, at=at, by=by)

    return keep(request, page, form, carrier, save)


def _trail() -> Trail:
    return [(reverse(LIST), TITLE)]


def _home(row: Carrier) -> str:
    return country_name(row.home, "en") if row.home else ""
