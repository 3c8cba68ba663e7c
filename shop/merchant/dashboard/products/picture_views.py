"""The pictures of a product: upload, order, description, removal."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from shop.catalogue.models import Product
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.visible_text import seen_only
from shop.core.images.clean import PictureRefused
from shop.core.images.gate import one_at_a_time
from shop.core.languages import labelled
from shop.merchant.dashboard.access import MemberRequest, products_of, store_members
from shop.merchant.dashboard.store.pending_changes import change_of, saved
from shop.merchant.moderation import pictures as products_pictures
from shop.merchant.moderation.contents import album_of, pending_change_of, pictures_of
from shop.merchant.moderation.trust import show_at_once
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

NAME_LENGTH = 60


@require_http_methods(["GET", "POST"])
@store_members(Right.WORDS)
def pictures(request: MemberRequest, merchant: Merchant, product_id: int) -> HttpResponse:
    """Show a product's pictures and take more of them."""
    rows = products_of(merchant).select_related("pending_change")
    product = get_object_or_404(rows, pk=product_id)
    problems: list[str] = []
    if request.method == "POST":
        problems, added = take_pictures(request, product)
        if not request.FILES and not problems:
            problems = [_("Choose a picture in JPEG, PNG, WebP, HEIC or AVIF format.")]
        if added:
            at, by = clock.moment_of(request), request.user
            show_at_once(product, waits=True, at=at, by=by)
            text = ngettext("%(count)d picture added.", "%(count)d pictures added.", added)
            messages.success(request, text % {"count": added})
        if not problems:
            return redirect("workspace-pictures", merchant.slug, product.pk)
    pending_change = (
        pending_change_of(product) if problems else getattr(product, "pending_change", None)
    )
    shown = pictures_of(product, pending_change)
    context = {
        "part": "products",
        "product": product,
        "rows": shown,
        "change": change_of(pending_change),
        "problems": problems,
        "alt": request.POST.get("alt", "") if problems else "",
        "free": max(0, products_pictures.MOST_PICTURES - len(shown)),
        "most": products_pictures.MOST_PICTURES,
    }
    status = 422 if problems else 200
    return render(request, "shop/merchant/dashboard/pictures.html", context, status=status)


@require_POST
@store_members(Right.WORDS)
def change(
    request: MemberRequest, merchant: Merchant, product_id: int, picture_id: int
) -> HttpResponse:
    """Describe, mark, move or remove one picture, as the pressed button says."""
    rows = products_of(merchant).select_related("pending_change")
    product = get_object_or_404(rows, pk=product_id)
    album = album_of(product, getattr(product, "pending_change", None))
    places = {row.picture_id: place for place, row in enumerate(album)}
    if picture_id not in places:
        raise Http404
    facts: dict[str, Any] = {"at": clock.moment_of(request), "by": request.user}
    try:
        waits = _press(request, product, picture_id, places[picture_id], **facts)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        said = saved(waits=show_at_once(product, waits=waits, **facts), of=product)
        messages.success(request, said)
    return redirect("workspace-pictures", merchant.slug, product.pk)


def _press(
    request: MemberRequest, product: Product, picture_id: int, place: int, **facts: Any
) -> bool:
    """Do what the pressed button says; return whether it waits for a review."""
    match request.POST.get("do"):
        case "cover":
            return products_pictures.move(product, picture_id, 0, **facts)
        case "earlier":
            return products_pictures.move(product, picture_id, place - 1, **facts)
        case "later":
            return products_pictures.move(product, picture_id, place + 1, **facts)
        case "remove":
            return products_pictures.remove(product, picture_id, **facts)
        case "illustration" | "photograph" as kind:
            is_drawn = kind == "illustration"
            products_pictures.mark(product, picture_id, is_illustration=is_drawn, **facts)
            return False
        case _:
            alt = seen_only(request.POST.get("alt", ""))
            return products_pictures.describe(product, picture_id, alt, **facts)


def too_large(request: MemberRequest) -> list[str]:
    """Return a sentence for each file that was too large to be received."""
    text = _("The file must be smaller than %(size)s") % {"size": "10 MB"}
    return [about(name, text) for name in getattr(request, "skipped_files", [])]


def about(name: str | None, sentence: str) -> str:
    """Say of which file a sentence is."""
    shown = seen_only(name or "").strip()[:NAME_LENGTH]
    return labelled(shown, sentence) if shown else sentence


def take_pictures(
    request: MemberRequest, product: Product, before: Sequence[Any] = ()
) -> tuple[list[str], int]:
    """Take each file; return a sentence for each that was refused, and how many were added.

    Args:
        before: files that came with an earlier sending of the form.
    """
    files = [*before, *request.FILES.getlist("files")]
    texts = [" ".join(seen_only(text).split()) for text in request.POST.getlist("alt")]
    problems = too_large(request)
    try:
        with one_at_a_time(request.user) if files else nullcontext():
            return _take(request, product, files, texts, problems)
    except PictureRefused as refusal:
        return [*problems, str(refusal)], 0


def _take(
    request: MemberRequest,
    product: Product,
    files: list[Any],
    texts: list[str],
    problems: list[str],
) -> tuple[list[str], int]:
    added = 0
    for place, file in enumerate(files):
        text = texts[place] if place < len(texts) and len(texts) > 1 else texts[0] if texts else ""
        try:
            products_pictures.add_picture(
                product,
                cast("BinaryIO", file),
                alt=text,
                at=clock.moment_of(request),
                by=request.user,
            )
        except ShopError as refusal:
            problems.append(about(file.name, str(refusal)))
        else:
            added += 1
    return problems, added
