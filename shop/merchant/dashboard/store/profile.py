"""A store's own words and pictures. Name, country and money are not the merchant's to change."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.fields import LineField, ProseField
from shop.core.forms.visible_text import seen_only
from shop.core.images.gate import one_at_a_time
from shop.core.images.upload import store
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.festivals.changelog import log
from shop.festivals.models import ChangeLog
from shop.festivals.prices.spans import mark_change
from shop.merchant.dashboard.access import MemberRequest, store_members
from shop.merchant.dashboard.products.picture_views import too_large
from shop.merchant.dashboard.store.pending_changes import change_of, saved
from shop.merchant.dashboard.translations import language_links
from shop.merchant.moderation.contents import STORE_WORDS, PlacedPicture, pending_change_of
from shop.merchant.moderation.models import PendingChange
from shop.merchant.moderation.propose import take_back
from shop.merchant.moderation.take_down import is_cleared
from shop.merchant.moderation.trust import show_at_once
from shop.merchant.moderation.write import keep_pictures, keep_words
from shop.orders.unused_pictures import discard
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.storefront.listings.edit import EditConflict, newest_edit, refuse_conflict
from shop.storefront.listings.tasks import make_modern_sizes

PICTURES = ("logo", "banner")
OLDEST = 1500
FIELDS = (
    "tagline", "story", "founded", "makers", "low_stock",
)  # fmt: skip


class ProfileForm(forms.Form):
    """The profile of a store: the words and facts that shoppers read."""

    fields: dict[str, Any]
    meanwhile: ChangeLog  # on a conflict: what somebody else saved first
    stored: list[tuple[str, str]]

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    tagline = LineField(label=gettext_lazy("In one sentence"), max_length=120, required=False)
    story = ProseField(label=gettext_lazy("Story"), max_length=8_000, required=False)
    founded = forms.IntegerField(label=gettext_lazy("Founded"), min_value=OLDEST, required=False)
    makers = forms.IntegerField(
        label=gettext_lazy("How many people work there"),
        min_value=1,
        max_value=1_000_000,
        required=False,
    )
    low_stock = forms.IntegerField(
        label=gettext_lazy("Running low below, units"), min_value=0, max_value=10_000,
        required=False,
        help_text=gettext_lazy("Sizes with fewer units stand on your overview."),
    )  # fmt: skip

    def __init__(self, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["founded"].max_value = today.year
        self.today = today

    def clean_low_stock(self) -> int:
        """Return the level; where nothing is typed it stays."""
        typed: int | None = self.cleaned_data["low_stock"]
        return self.initial["low_stock"] if typed is None else typed

    def clean_founded(self) -> int | None:
        """Refuse years to come."""
        year = self.cleaned_data["founded"]
        if year is not None and year > self.today.year:
            raise forms.ValidationError(_("Enter a year that has begun."))
        return year


@transaction.atomic
def change_profile(
    merchant: Merchant, facts: dict[str, Any], *, version: int, at: Any, by: User
) -> bool:
    """Change a store's profile: the words of a store in the shop wait for review.

    Args:
        version: id of the newest edit that the form knew; 0 for none.

    Returns:
        Whether something new waits for a look.

    Raises:
        EditConflict: somebody else saved it in between.
    """
    now = lock_one(Merchant.objects, merchant.pk)
    refuse_conflict(now, version)
    before = {name: getattr(now, name) for name in FIELDS}
    changed = [name for name in FIELDS if before[name] != facts[name]]
    is_new = now.state == Merchant.State.APPLIED
    at_once = [name for name in changed if is_new or name not in STORE_WORDS]
    if at_once:
        Merchant.objects.filter(pk=now.pk).update(**{name: facts[name] for name in at_once})
        mark_change("store", at=at)
        log(
            now, "edit", at=at, by=by, festival=None,
            before={name: before[name] for name in at_once},
            after={name: facts[name] for name in at_once},
        )  # fmt: skip
    words = {name: facts[name] for name in changed if name not in at_once}
    return not is_new and keep_words(now, {"words": words}, at=at, by=by)


def change_picture(
    merchant: Merchant, which: str, file: Any, *, alt: str, at: Any, by: User
) -> bool:
    """Put an uploaded picture in the place of the store's logo or banner; return whether it waits.

    Raises:
        PictureRefused: the file is not taken; the present picture stays.
    """
    picture = store(file, alt=alt, by=by)
    with transaction.atomic():
        now = lock_one(Merchant.objects, merchant.pk)
        enqueue(make_modern_sizes, picture.pk)
        if now.state != Merchant.State.APPLIED:
            shown = [PlacedPicture(picture.pk, picture.alt)]
            return keep_pictures(now, which, shown, is_public=False, at=at, by=by)
        Merchant.objects.filter(pk=merchant.pk).update(**{which: picture})
        mark_change("store", at=at)
        log(now, f"picture_{which}", at=at, by=by, festival=None,
            after={"picture": picture.pk})  # fmt: skip
        discard(getattr(now, which))
    return False


def told_of(merchant: Merchant, pending_change: PendingChange | None) -> dict[str, Any]:
    """Return a store's profile as it wants it: the public one with its change over it."""
    public = {name: getattr(merchant, name) for name in FIELDS}
    return public | (pending_change.words if pending_change else {})


@require_http_methods(["GET", "POST"])
@store_members(Right.WORDS)
def profile(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show a store's profile, and change it."""
    at = clock.moment_of(request)
    what = request.POST.get("what", "")
    problem, waits = "", False
    pending_change = getattr(merchant, "pending_change", None)
    first = told_of(merchant, pending_change)
    if request.method == "GET":
        newest = newest_edit(merchant)
        first["version"] = newest.pk if newest else 0
    sent = request.POST if request.method == "POST" and not what else None
    form = ProfileForm(at.date(), sent, initial=first)
    if what in PICTURES:
        problem, waits = _new_picture(request, merchant, what)
    elif what:
        problem = _("Choose the logo or the banner.")
    elif request.method == "POST" and form.is_valid():
        waits = _save(request, merchant, form, at=at)
    if request.method == "POST" and not problem and not form.errors:
        waits = show_at_once(merchant, waits=waits, at=at, by=request.user)
        messages.success(request, saved(waits=waits))
        return redirect("workspace-profile", merchant.slug)
    context = {
        "part": "profile",
        "form": form,
        "change": change_of(pending_change),
        "is_cleared": bool(pending_change) and is_cleared(merchant),
        "languages": language_links(merchant, merchant),
        "problem": problem,
        "logo": merchant.logo,
        "banner": merchant.banner,
        "alt": request.POST.get("alt", ""),
        "what": what,
    }
    status = 422 if form.errors or problem else 200
    return render(request, "shop/merchant/dashboard/profile.html", context, status=status)


@require_POST
@store_members(Right.WORDS)
def take_change_back(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Take back the proposed change of the store's page."""
    try:
        take_back(merchant, at=clock.moment_of(request), by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your change is taken back. What was approved stays."))
    return redirect("workspace-profile", merchant.slug)


def _save(request: MemberRequest, merchant: Merchant, form: ProfileForm, *, at: Any) -> bool:
    """Save the typed profile; on a conflict, show the stored values in the form."""
    typed = form.cleaned_data
    version = typed["version"] or 0
    try:
        return change_profile(merchant, typed, version=version, at=at, by=request.user)
    except EditConflict as refusal:
        form.add_error(None, str(refusal))
        form.data = data = cast("Any", form.data).copy()
        data["version"] = refusal.edit.pk
        form.meanwhile = refusal.edit
        now = told_of(Merchant.objects.get(pk=merchant.pk), pending_change_of(merchant))
        form.stored = [
            (str(form.fields[name].label), _written(now[name]))
            for name in FIELDS
            if now[name] != typed[name]
        ]
    return False


def _written(value: Any) -> str:
    return str("" if value is None else value) or "–"


def _new_picture(request: MemberRequest, merchant: Merchant, which: str) -> tuple[str, bool]:
    """Take the uploaded picture; return why not, or nothing, and whether it waits for a look."""
    file = request.FILES.get("files")
    if file is None:
        if refused := too_large(request):
            return refused[0], False
        return _("Choose a picture in JPEG, PNG, WebP, HEIC or AVIF format."), False
    alt = " ".join(seen_only(request.POST.get("alt", "")).split())
    facts: dict[str, Any] = {"alt": alt, "at": clock.moment_of(request), "by": request.user}
    try:
        with one_at_a_time(request.user):
            return "", change_picture(merchant, which, file, **facts)
    except ShopError as refusal:
        return str(refusal), False
