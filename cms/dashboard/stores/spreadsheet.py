"""Many stores at once, with their people, from a sheet: all of its rows, or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import pluralize
from django.views.decorators.http import require_GET, require_http_methods

from cms.dashboard.invitations import mail_languages
from cms.dashboard.permissions import needs, proved_again
from cms.dashboard.screens import show
from cms.dashboard.spreadsheets import bring_in
from cms.dashboard.stores.edit import StoreForm, stores_trail
from shop.core import clock
from shop.core.errors import NotPossible, ShopError
from shop.core.spreadsheets.tables import SheetCells, WrongSpreadsheetRows, sheet
from shop.merchant.dashboard.people.invite import invite
from shop.merchant.moderation.stores import address_for, open_store, taken
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import USUAL_COMMISSION

MOST = 200
HEADINGS = {
    "name": "Store", "slug": "Address", "kind": "Sells", "country": "Country", "city": "Town",
    "commission": "Commission, percent", "email": "Mail of its owner", "language": "Language",
}  # fmt: skip
EXAMPLE = ("Amani Kettles", "", "goods", "KE", "Nairobi", "10", "amani@example.org", "en")


class RowForm(StoreForm):
    """A row of the sheet: a store, and whom to invite."""

    email = forms.EmailField(max_length=254)
    language = forms.CharField(required=False)

    def clean_language(self) -> str:
        """Return the language of the mail; English where none is named."""
        code = self.cleaned_data["language"].strip().lower() or settings.LANGUAGE_CODE
        known = {own.lower(): own for own, _name in mail_languages()}
        if code not in known:
            raise forms.ValidationError(f"“{code}” is none of {', '.join(known.values())}.")
        return known[code]


@require_http_methods(["GET", "HEAD", "POST"])
@needs("add_merchant")
@proved_again
def bring(request: SignedIn) -> HttpResponse:
    """Make the stores of a sheet and invite their owners."""
    at = clock.moment_of(request)
    count, told = bring_in(request, HEADINGS, lambda rows: open_all(rows, at=at, by=request.user))
    if count is not None:
        said = f"{count} store{pluralize(count)} made, with an invitation to each owner."
        messages.success(request, said)
        return redirect("desk_stores:index")
    return show(
        request, "store_sheet.html", "Stores from a sheet", trail=stores_trail(), icon="upload",
        most=MOST, usual=USUAL_COMMISSION // 100, languages=mail_languages(), **told,
    )  # fmt: skip


@require_GET
@needs("add_merchant")
def template(request: SignedIn) -> HttpResponse:
    """Return a sheet to fill in, with a row as an example."""
    return sheet("stores", "csv", {"Stores": (tuple(HEADINGS.values()), [EXAMPLE])})


@transaction.atomic
def open_all(rows: Sequence[SheetCells], *, at: datetime, by: User) -> int:
    """Make the stores of all rows and invite their owners; return how many.

    Raises:
        WrongSpreadsheetRows: some are wrong, and nothing was made.
        NotPossible: there are too many.
    """
    if len(rows) > MOST:
        raise NotPossible(f"A sheet has {MOST} stores at most. Divide it into two.")
    typed = [(row.number, RowForm(_typed(row.cells))) for row in rows]
    if wrong := list(_wrong(typed)):
        raise WrongSpreadsheetRows(wrong)
    for number, form in typed:
        try:
            _open(form, at=at, by=by)
        except ShopError as refusal:  # somebody else was faster
            raise WrongSpreadsheetRows([(number, str(refusal))]) from refusal
    return len(rows)


def _wrong(rows: Iterable[tuple[int, RowForm]]) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with rows, before anything is made of them."""
    known: set[str] = set()
    for number, form in rows:
        if not form.is_valid():
            for name, errors in form.errors.items():
                yield number, f"{HEADINGS.get(name, name)}: {' '.join(map(str, errors))}"
            continue
        try:
            slug = address_for(form.cleaned_data["name"], form.cleaned_data["slug"])
        except ShopError as refusal:
            yield number, str(refusal)
            continue
        if slug in known:
            yield number, str(taken(slug))
        known.add(slug)


def _open(form: RowForm, *, at: datetime, by: User) -> None:
    data: dict[str, Any] = form.cleaned_data
    made = open_store(form.facts(), slug=data["slug"], at=at, by=by)
    invite(made, data["email"], language=data["language"], at=at, by=by)


def _typed(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return a row as the form of one store would be filled in; an empty cell means the usual."""
    typed = {name: text.strip() for name, text in cells.items()}
    typed["kind"], typed["country"] = typed["kind"].lower(), typed["country"].upper()
    typed["commission"] = typed["commission"].replace(",", ".").rstrip("% ")
    usual = {name: field.initial for name, field in RowForm.base_fields.items()}
    return usual | {name: text for name, text in typed.items() if text}
