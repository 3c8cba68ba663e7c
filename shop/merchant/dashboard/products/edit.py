"""A product's page on the desk: its words, its variants, and its way into the shop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shop.catalogue.models import Product, Variant
from shop.core import clock
from shop.core.errors import ShopError
from shop.merchant.dashboard.access import MemberRequest, products_of, refuse_without, store_members
from shop.merchant.dashboard.products.conflicts import show_conflict
from shop.merchant.dashboard.products.form import (
    EMPTY_ROWS,
    Grid,
    ProductForm,
    first_rows,
    first_words,
)
from shop.merchant.dashboard.products.making import (
    OPTIONS,
    FillForm,
    filled_rows,
    first_maker,
    fits,
    made_rows,
    read_maker,
    values_of,
)
from shop.merchant.dashboard.products.new.images import (
    FirstImages,
    are_described,
    images_before,
    keep_images,
)
from shop.merchant.dashboard.products.new.skus import with_skus
from shop.merchant.dashboard.products.picture_views import take_pictures
from shop.merchant.dashboard.products.unusual_prices import ask_in_grid
from shop.merchant.dashboard.store.pending_changes import change_of, saved
from shop.merchant.dashboard.translations import language_links
from shop.merchant.moderation.contents import Content, content_of, pictures_of
from shop.merchant.moderation.propose import save_product, take_back
from shop.merchant.moderation.trust import show_at_once
from shop.merchant.moderation.withdraw import withdraw
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.storefront.listings import publish
from shop.storefront.listings.categories import usual_codes
from shop.storefront.listings.edit import EditConflict, create_product, kind_of, newest_edit
from shop.storefront.listings.variants import MOST_ROWS, BadRows

MORE = 3  # empty rows at a press
OPEN = (Product.State.DRAFT, Product.State.WITHDRAWN)


@require_http_methods(["GET", "POST"])
@store_members(Right.WORDS)
def add(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show the form of a new product, and save it as a draft."""
    form, grid = _forms(request, None, [])
    images = images_before(request, merchant)
    sure = _ask_back(request, form, grid)
    is_fine = _is_sent(request) and form.is_valid() and grid.is_valid()
    if is_fine and are_described(request, images, form):
        made = _saved(
            request,
            form,
            grid,
            lambda words, rows: create_product(
                merchant,
                words,
                rows,
                is_experience=_is_experience(request),
                at=clock.moment_of(request),
                by=request.user,
            ),
        )
        if made:
            problems, added = take_pictures(request, made, images.files())
            images.forget()
            if request.POST.get("then") == "review":
                _send_for_review(request, _product(merchant, made.pk))
            else:
                _say_saved(request, added)
            for problem in problems:
                messages.error(request, problem)
            return redirect("workspace-product", merchant.slug, made.pk)
    images = keep_images(request, merchant, images)
    return _page(request, form, grid, sure=sure, images=images)


@require_http_methods(["GET", "POST"])
@store_members(Right.WORDS)
def edit(request: MemberRequest, merchant: Merchant, product_id: int) -> HttpResponse:
    """Show a product, and change its words and variants."""
    product = _product(merchant, product_id)
    variants = _variants(product)
    form, grid = _forms(request, product, variants)
    sure = _ask_back(request, form, grid, product)
    if _is_sent(request) and form.is_valid() and grid.is_valid() and _keeps(request, grid, product):
        try:
            waits = _saved(request, form, grid, lambda words, rows: save_product(
                product, words, rows, version=form.cleaned_data["version"] or 0,
                at=clock.moment_of(request), by=request.user,
            ), product)  # fmt: skip
        except EditConflict as refusal:
            waits, grid = None, show_conflict(form, grid, product, refusal)
        if waits is not None:
            waits = show_at_once(product, waits=waits, at=clock.moment_of(request), by=request.user)
            if request.POST.get("then") == "review":
                _send_for_review(request, _product(merchant, product.pk))
            else:
                messages.success(request, saved(waits=waits, of=product))
            return redirect("workspace-product", merchant.slug, product.pk)
    return _page(request, form, grid, product, sure=sure)


@require_POST
@store_members(Right.WORDS)
def take_off_sale(request: MemberRequest, merchant: Merchant, product_id: int) -> HttpResponse:
    """Take a product off sale, or back from review."""
    product = _product(merchant, product_id)
    if product.state == Product.State.PUBLISHED:
        refuse_without(request, Right.PRICES)
    try:
        withdraw(product, at=clock.moment_of(request), by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your changes are saved."))
    return redirect("workspace-product", merchant.slug, product.pk)


@require_POST
@store_members(Right.WORDS)
def take_change_back(request: MemberRequest, merchant: Merchant, product_id: int) -> HttpResponse:
    """Take back the proposed change of a product."""
    product = _product(merchant, product_id)
    try:
        take_back(product, at=clock.moment_of(request), by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your change is taken back. What was approved stays."))
    return redirect("workspace-product", merchant.slug, product.pk)


def _send_for_review(request: MemberRequest, product: Product) -> None:
    """Hand a draft that was just saved to the organizers."""
    try:
        publish.submit(product, at=clock.moment_of(request), by=request.user)
    except publish.NotReady:
        messages.error(request, _("Your changes are saved. Some things are missing, listed below."))
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Waiting for review"))


def _say_saved(request: MemberRequest, added: int) -> None:
    """Say that a draft is saved, and what comes next."""
    said = _("The draft is saved. Look it over, then submit it.") if added else (
        _("The draft is saved. Add pictures, then submit it.")
    )  # fmt: skip
    messages.success(request, said)


def _product(merchant: Merchant, product_id: int) -> Product:
    rows = products_of(merchant).select_related("pending_change", "category")
    return get_object_or_404(rows, pk=product_id)


def _variants(product: Product) -> list[Variant]:
    if product.kind == Product.Kind.EXPERIENCE:
        return []
    return list(product.variants.select_related("pool").order_by("position", "pk"))


def _keeps(request: MemberRequest, grid: Any, product: Product) -> bool:
    """Refuse in its row what takes a size off sale, or puts it back, from who sets no prices."""
    if product.state != Product.State.PUBLISHED or Right.PRICES in request.rights:
        return True
    is_fine = True
    for row in grid.forms:
        if row.variant and bool(row.cleaned_data.get("is_off")) == row.variant.is_active:
            row.add_error("is_off", _("Whoever changes prices takes a size off sale or back."))
            is_fine = False
    return is_fine


def _is_experience(request: MemberRequest) -> bool:
    """Tell whether the page of a new product asks for an experience, where a store has both."""
    return (request.GET.get("kind") or request.POST.get("kind")) == Product.Kind.EXPERIENCE


def _other_kind(merchant: Merchant, kind: str) -> str:
    """Return what else a store may list, where it sells goods and leads experiences."""
    kinds = {Product.Kind.GOODS, Product.Kind.EXPERIENCE}
    has_both = merchant.sells_goods and merchant.is_host
    return str(next(iter(kinds - {kind}))) if has_both else ""


def _is_sent(request: MemberRequest) -> bool:
    return request.method == "POST" and not request.POST.keys() & {"more", "make", "fill"}


def _forms(
    request: MemberRequest, product: Product | None, variants: Sequence[Variant]
) -> tuple[ProductForm, Any]:
    if _is_sent(request):
        form = ProductForm(request.POST)
        grid = Grid(with_skus(request.POST, request.merchant), prefix="v")
    elif request.method == "POST":
        form, grid = _with_other_rows(request)
    else:
        newest = newest_edit(product) if product else None
        content = _content(product)
        words = content and content.words
        first: dict[str, Any] = (
            first_words(words) if words else {"origin": request.merchant.country}
        )
        first["version"] = newest.pk if newest else 0
        form = ProductForm(initial=first)
        empty: list[dict[str, Any]] = [{}]
        rows = first_rows(variants, content) if content else empty * EMPTY_ROWS * 2
        grid = Grid(initial=rows, prefix="v")
    if product and product.kind == Product.Kind.EXPERIENCE:
        form.ask_about_an_experience()
    if grid.is_bound and not grid.management_form.is_valid():
        return form, grid
    grid.tie(variants)
    return form, grid


def _ask_back(
    request: MemberRequest, form: ProductForm, grid: Any, product: Product | None = None
) -> str:
    """Ask about prices far from the usual ones; return the yes that is wanted, if any."""
    if not (_is_sent(request) and form.is_valid() and grid.is_valid()):
        return ""
    category, at = form.cleaned_data["category"], clock.moment_of(request)
    return ask_in_grid(request, grid, category, product=product, at=at)


def _content(product: Product | None) -> Content | None:
    """Return a product's content as its store wants it: with its proposed change."""
    return content_of(product, getattr(product, "pending_change", None)) if product else None


def _with_other_rows(request: MemberRequest) -> tuple[ProductForm, Any]:
    """Return the forms as typed, not judged yet, with the rows that were asked for."""
    sent = Grid(request.POST, prefix="v")
    rows = [
        {name: form[name].value() for name in form.fields}
        for form in (sent.forms if sent.management_form.is_valid() else ())
    ]
    words: dict[str, Any] = request.POST.dict()
    if "make" in request.POST:
        maker = read_maker(request.POST)
        if maker.is_valid() and fits(maker, words.get("title", ""), rows):
            rows = made_rows(maker, words.get("title", ""), rows)
            words["option_names"] = [name for name, _values in maker.options()]
    elif "fill" in request.POST:
        fill = FillForm(request.POST, prefix="f")
        rows = filled_rows(fill, rows) if fill.is_valid() else rows
    else:
        rows += [{}] * min(MORE, MOST_ROWS - len(rows))
    return ProductForm(initial=words), Grid(initial=rows, prefix="v")


def _saved(
    request: MemberRequest, form: ProductForm, grid: Any, save: Any, product: Product | None = None
) -> Any:
    """Save, or write into the forms why not; an edit conflict shows both versions."""
    content = _content(product)
    words = form.words(content.words if content else None)
    try:
        return save(words, grid.rows())
    except BadRows as problem:
        grid.show(problem)
    except EditConflict:
        raise
    except ShopError as refusal:
        form.add_error(None, str(refusal))
    return None


def _page(
    request: MemberRequest,
    form: ProductForm,
    grid: Any,
    product: Product | None = None,
    *,
    sure: str,
    images: FirstImages | None = None,
) -> HttpResponse:
    at: datetime = clock.moment_of(request)
    merchant = request.merchant
    is_open = product and product.state in OPEN
    if product and is_open and not product.hs_code:
        form.suggest_codes(usual_codes(product.category))
    kind = product.kind if product else kind_of(merchant, is_experience=_is_experience(request))
    options = form.fields["option_names"].to_python(form["option_names"].value())
    has_errors = form.is_bound and (bool(form.errors) or not grid.is_valid())
    rows = [{name: row[name].value() for name in row.fields} for row in grid.forms]
    maker = read_maker(request.POST) if "make" in request.POST else first_maker(options, rows)
    if maker.is_bound and maker.is_valid():
        fits(maker, "", rows)
    fill = FillForm(request.POST if "fill" in request.POST else None, prefix="f")
    pending_change = getattr(product, "pending_change", None)
    context = {
        "part": "products",
        "form": form,
        "grid": grid,
        "has_errors": has_errors,
        "sure": sure,
        "product": product,
        "change": change_of(pending_change),
        "pictures": pictures_of(product, pending_change) if product else [],
        "options": options[:OPTIONS],
        "maker": maker,
        "fill": fill,
        "values": values_of(rows),
        "languages": language_links(product, merchant) if product else [],
        "gaps": publish.gaps(product, at=at) if product and is_open else [],
        "other_kind": _other_kind(merchant, kind) if product is None else "",
        "kind": kind,
        "alt": request.POST.get("alt", ""),
        "images": images,
        "has_grid": kind == Product.Kind.GOODS,
    }
    status = 422 if has_errors or maker.errors or fill.errors else 200
    return render(request, "shop/merchant/dashboard/product.html", context, status=status)
