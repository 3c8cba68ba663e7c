"""A store's own words and pictures. Name, country and money are not the merchant's to change."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from shop import clock
from shop.accounts.models import User
from shop.errors import ShopError
from shop.festivals.changes import log
from shop.festivals.spans import mark_change
from shop.listings.editing import ChangedMeanwhile, newest_edit
from shop.listings.tasks import make_modern_sizes
from shop.merchants.models import Merchant
from shop.orders.discarding import discard
from shop.pictures.uploading import store
from shop.tasks import enqueue
from shop.workspace.certificates import CERTIFICATES
from shop.workspace.fields import LineField, ProseField, seen_only
from shop.workspace.own import store_members_only
from shop.workspace.photos import too_large

PICTURES = ("logo", "banner")
OLDEST = 1500
FIELDS = (
    "tagline", "story", "founded", "makers", "certifications", "dispatch_from", "dispatch_to",
)  # fmt: skip


class ProfileForm(forms.Form):
    """What shoppers read about a store."""

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
    certifications = forms.MultipleChoiceField(
        label=gettext_lazy("Certificates"),
        help_text=gettext_lazy("Only those for which you can show a paper."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    dispatch_from = forms.IntegerField(
        label=gettext_lazy("Packed after, working days"), min_value=0, max_value=60
    )
    dispatch_to = forms.IntegerField(
        label=gettext_lazy("Packed at the latest after, working days"), min_value=0, max_value=60
    )

    def __init__(self, known: list[str], today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Certificates that an organizer entered stay although the list does not have them.
        names = dict.fromkeys([*CERTIFICATES, *known])
        self.fields["certifications"].choices = [(name, name) for name in names]
        self.fields["founded"].max_value = today.year
        self.today = today

    def clean_founded(self) -> int | None:
        """Refuse years to come."""
        year = self.cleaned_data["founded"]
        if year is not None and year > self.today.year:
            raise forms.ValidationError(_("Enter a year that has begun."))
        return year

    def clean(self) -> dict[str, Any]:
        """Keep the days in their order."""
        told = super().clean()
        first, last = told.get("dispatch_from"), told.get("dispatch_to")
        if first is not None and last is not None and first > last:
            self.add_error("dispatch_to", _("The last working day comes before the first."))
        return told


@transaction.atomic
def change_profile(
    merchant: Merchant, facts: dict[str, Any], *, version: int, at: Any, by: User
) -> None:
    """Change what a store tells of itself, and let its pages follow.

    Args:
        version: id of the newest edit that the form knew; 0 for none.

    Raises:
        ChangedMeanwhile: somebody else saved it in between.
    """
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    newest = newest_edit(merchant)
    if newest is not None and newest.pk != version:
        raise ChangedMeanwhile(newest)
    before = {name: getattr(merchant, name) for name in FIELDS}
    after = {name: facts[name] for name in FIELDS}
    changed = [name for name in FIELDS if before[name] != after[name]]
    if not changed:
        return
    Merchant.objects.filter(pk=merchant.pk).update(**{name: after[name] for name in changed})
    mark_change("store", at=at)
    log(
        merchant, "edit", at=at, by=by, festival=None,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )  # fmt: skip


def change_picture(
    merchant: Merchant, which: str, file: Any, *, alt: str, at: Any, by: User
) -> None:
    """Put an uploaded picture in the place of the store's logo or banner.

    Raises:
        PictureRefused: the file is not taken; the present picture stays.
    """
    picture = store(file, alt=alt, by=by)
    with transaction.atomic():
        now = Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
        Merchant.objects.filter(pk=merchant.pk).update(**{which: picture})
        enqueue(make_modern_sizes, picture.pk)
        mark_change("store", at=at)
        log(merchant, f"picture_{which}", at=at, by=by, festival=None,
            after={"picture": picture.pk})  # fmt: skip
        discard(getattr(now, which))


@require_http_methods(["GET", "POST"])
@store_members_only
def profile(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Show what a store tells of itself, and change it."""
    at = clock.moment_of(request)
    what = request.POST.get("what", "")
    problem = ""
    first = {name: getattr(merchant, name) for name in FIELDS}
    if request.method == "GET":
        newest = newest_edit(merchant)
        first["version"] = newest.pk if newest else 0
    sent = request.POST if request.method == "POST" and what not in PICTURES else None
    form = ProfileForm(merchant.certifications, at.date(), sent, initial=first)
    if what in PICTURES:
        problem = _new_picture(request, merchant, what)
    elif request.method == "POST" and form.is_valid():
        _save(request, merchant, form, at=at)
    if request.method == "POST" and not problem and not form.errors:
        messages.success(request, _("Your changes are saved."))
        return redirect("merchant-profile", merchant.slug)
    context = {
        "part": "profile",
        "form": form,
        "problem": problem,
        "logo": merchant.logo,
        "banner": merchant.banner,
        "alt": request.POST.get("alt", ""),
        "what": what,
    }
    status = 422 if form.errors or problem else 200
    return render(request, "shop/workspace/profile.html", context, status=status)


def _save(request: HttpRequest, merchant: Merchant, form: ProfileForm, *, at: Any) -> None:
    """Save what was typed; whoever was overtaken reads what is stored now."""
    typed = form.cleaned_data
    try:
        change_profile(merchant, typed, version=typed["version"] or 0, at=at, by=request.user)
    except ChangedMeanwhile as refusal:
        form.add_error(None, str(refusal))
        form.data = form.data.copy()
        form.data["version"] = refusal.edit.pk
        form.meanwhile = refusal.edit
        merchant.refresh_from_db(fields=FIELDS)
        form.stored = [
            (str(form.fields[name].label), _written(getattr(merchant, name)))
            for name in FIELDS
            if getattr(merchant, name) != typed[name]
        ]


def _written(value: Any) -> str:
    text = ", ".join(value) if isinstance(value, list) else str("" if value is None else value)
    return text or "–"


def _new_picture(request: HttpRequest, merchant: Merchant, which: str) -> str:
    """Take the uploaded picture; return why not, or nothing."""
    file = request.FILES.get("files")
    if file is None:
        if refused := too_large(request):
            return refused[0]
        return _("Choose a picture in JPEG, PNG, WebP, HEIC or AVIF format.")
    alt = " ".join(seen_only(request.POST.get("alt", "")).split())
    try:
        change_picture(merchant, which, file, alt=alt, at=clock.moment_of(request), by=request.user)
    except ShopError as refusal:
        return str(refusal)
    return ""
