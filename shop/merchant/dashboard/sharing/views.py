"""Sharing: pictures, a poster and words of the own products, and what their links bring."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from shop.catalogue.models import Product, ProductPicture
from shop.core import clock, dates
from shop.core.errors import ShopError
from shop.core.forms.numbers import number_of
from shop.core.languages import listed
from shop.festivals.words import festival_title
from shop.merchant.dashboard.access import MemberRequest, store_members
from shop.merchant.dashboard.paging import page_of
from shop.merchant.share_kits import drawing, facts, kits
from shop.merchant.share_kits.draw import SIZES
from shop.merchant.share_kits.models import ShareKit, SharePicture
from shop.merchant.share_kits.results import results_of
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.reports.charts import columns
from shop.storefront.share_links.links import address_of
from shop.storefront.share_links.models import ShareLink

SHOWN = 12
Shape = SharePicture.Shape
SHAPES = {
    Shape.STORY: gettext_lazy("For a status or story"),
    Shape.PORTRAIT: gettext_lazy("For a wall"),
    Shape.SQUARE: gettext_lazy("Square"),
    Shape.WIDE: gettext_lazy("For a link"),
    Shape.POSTER: gettext_lazy("Poster, A4"),
}

FILES = {"all.zip", "poster.pdf", *(f"{shape}.jpg" for shape in SIZES)}


class KitForm(forms.Form):
    """Of what pictures are wanted: a product or the store, a festival or none, a language."""

    fields: dict[str, Any]

    festival: Any = forms.ModelChoiceField(
        None, required=False, label=gettext_lazy("Festival"), empty_label=gettext_lazy("None")
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"))

    def __init__(self, request: MemberRequest, merchant: Merchant, *args: Any) -> None:
        super().__init__(*args)
        at = clock.moment_of(request)
        self.merchant = merchant
        self.fields["festival"].queryset = facts.festivals_of(merchant, at=at)
        self.fields["festival"].label_from_instance = _called
        self.fields["language"].choices = [
            (code, get_language_info(code)["name_local"]) for code in facts.languages_of(merchant)
        ]

    def wanted(self) -> kits.KitChoice:
        """Return what was chosen.

        Raises:
            Http404: the product is not the store's, or shoppers do not see it.
        """
        product = None
        if asked := self.data.get("product", ""):
            rows = shown_products(self.merchant)
            product = get_object_or_404(rows, pk=number_of(asked) or 0)
        told = self.cleaned_data
        return kits.KitChoice(product, told["festival"], told["language"])


def shown_products(merchant: Merchant) -> QuerySet[Product]:
    """Return the products of a store that shoppers see, and so may be shared."""
    return Product.objects.public().filter(merchant=merchant)


def links_of(merchant: Merchant) -> QuerySet[ShareLink]:
    """Return the links of a store with what each is of, the newest first."""
    return ShareLink.objects.filter(merchant=merchant).select_related("product").order_by("-pk")


def kits_of(merchant: Merchant) -> QuerySet[ShareKit]:
    """Return the kits of a store with what they are of."""
    return drawing.kits().filter(merchant=merchant)


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.WORDS, change=Right.WORDS)
def index(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show what can be shared and what that brings, and have pictures drawn."""
    at = clock.moment_of(request)
    form = KitForm(request, merchant, request.POST or None)
    if request.method == "POST" and merchant.is_trading and form.is_valid():
        try:
            kit = kits.ask(merchant, form.wanted(), at=at, by=request.user)
        except ShopError as refusal:
            messages.error(request, str(refusal))
        else:
            return redirect("workspace-share-kit", merchant.slug, kit.pk)
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:80]
    covers = ProductPicture.objects.filter(position=0).select_related("picture")
    rows = shown_products(merchant).prefetch_related(
        Prefetch("shown_pictures", covers, to_attr="covers")
    )
    found = rows.filter(Q(title__icontains=text)) if text else rows
    results = results_of(ShareLink.objects.filter(merchant=merchant).only("pk"), at=at)
    context = {
        "part": "share", "form": form, "q": text, "page": page_of(request, found, size=SHOWN),
        "kits": list(kits_of(merchant).order_by("-asked_at")),
        "results": results,
        "chart": columns([(day, brought.visits) for day, brought in results.weeks], name=_day),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/sharing/index.html", context, status=status)


@require_safe
@store_members(Right.WORDS)
def show(request: MemberRequest, merchant: Merchant, kit_id: int) -> HttpResponse:
    """Show a kit: its pictures, or how far they are, with words, address and code."""
    at = clock.moment_of(request)
    kit = get_object_or_404(kits_of(merchant), pk=kit_id)
    if request.htmx and not kit.is_waiting:
        here = reverse("workspace-share-kit", args=[merchant.slug, kit.pk])
        return HttpResponseClientRedirect(here)
    now = drawing.present_facts(kit, at=at)
    post, poster = drawing.links_of(kit)
    files = {row.shape: row for row in kit.pictures.defer("content")}
    context = {
        "part": "share", "kit": kit, "facts": now, "has_stopped": kit.has_stopped(at=at),
        "is_true": _is_true(kit, now), "is_shown": kits.is_shown(kit),
        "files": [
            (shape, name, SIZES.get(shape), files[shape])
            for shape, name in SHAPES.items() if shape in files
        ],
        "size": sum(row.size for row in files.values()),
        "post": post, "poster": poster, "address": address_of(post) if post else "",
        "words": facts.post_words(now, address_of(post)) if post else "",
    }  # fmt: skip
    return render(request, "shop/merchant/dashboard/sharing/kit.html", context)


@require_safe
@store_members(Right.WORDS)
def file(request: MemberRequest, merchant: Merchant, kit_id: int, name: str) -> HttpResponse:
    """Give one file of a kit, or all as a ZIP; none of what is not true any more."""
    kit = get_object_or_404(kits_of(merchant), pk=kit_id)
    if not _is_true(kit, drawing.present_facts(kit, at=clock.moment_of(request))):
        raise Http404
    shape, _dot, ending = name.partition(".")
    if name not in FILES:
        raise Http404
    rows = kit.pictures.all() if shape == "all" else kit.pictures.filter(shape=shape)
    found = {f"{_name(kit)}-{row.shape}.{_ending(row)}": bytes(row.content) for row in rows}
    if not found:
        raise Http404
    if shape == "all":
        return _answer(_zipped(found), "application/zip", f"{_name(kit)}.zip", is_saved=True)
    ((own, content),) = found.items()
    kind = "application/pdf" if ending == "pdf" else "image/jpeg"
    return _answer(content, kind, own, is_saved="save" in request.GET)


def _is_true(kit: ShareKit, now: facts.KitFacts) -> bool:
    """Tell whether a kit is drawn, and shows what is so now."""
    return not kit.is_waiting and kit.digest == now.digest and kits.is_shown(kit)


def _answer(content: bytes, kind: str, name: str, *, is_saved: bool) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    how = "attachment" if is_saved else "inline"
    answer.headers["Content-Disposition"] = f'{how}; filename="{name}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _zipped(files: dict[str, bytes]) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, file in sorted(files.items()):
            archive.writestr(name, file)
    return content.getvalue()


def _name(kit: ShareKit) -> str:
    of = kit.product.slug if kit.product else kit.merchant.slug
    return slugify(f"{of}-{kit.language}")[:80]


def _ending(row: SharePicture) -> str:
    return "pdf" if row.shape == Shape.POSTER else "jpg"


def _day(day: Any) -> str:
    return dates.day(day, get_language() or "en")


def _called(festival: Any) -> str:
    language = get_language() or "en"
    return listed([festival_title(festival, language), facts.days_of(festival, language)])
