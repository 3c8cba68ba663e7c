"""Benefits and vouchers of a festival: from a draft to an early end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.widgets.button import HeaderButton

from cms.dashboard.addresses import trail_of
from cms.dashboard.festivals.history import first_lines
from cms.dashboard.listing import FestivalListView
from cms.dashboard.permissions import needs
from cms.dashboard.promotions.forms import BenefitForm, CodesForm, amount, initial, said, warning
from cms.dashboard.screens import Trail, button, show, version_seen, words_of
from cms.dashboard.tables import (
    Column,
    Table,
    WhenColumn,
    joined,
    link,
    moment,
    portion,
    small,
    status,
)
from shop.core import clock, dates
from shop.core.errors import ShopError
from shop.core.locks import lock_one
from shop.festivals import changelog
from shop.festivals.local_time import wall_of
from shop.festivals.models import CodeBatch, Festival, Promotion
from shop.festivals.pricing.benefit_kinds import BENEFITS
from shop.festivals.promotions import manage
from shop.people.accounts.requests import SignedIn


@dataclass(frozen=True, slots=True)
class BenefitRow:
    """A benefit as organizers read it; amounts are written out."""

    promotion: Promotion
    gives: str
    starts: datetime
    ends: datetime
    spent: str
    held: str
    budget: str
    percent: int | None
    state: str


def _title(row: BenefitRow) -> SafeString:
    benefit = row.promotion
    url = reverse("desk:benefit", args=[benefit.festival_id, benefit.pk])
    return small(link(benefit.title, url), benefit.merchant)


def _budget(row: BenefitRow) -> SafeString | str:
    if not row.budget:
        return "no limit"
    return portion(cast("int", row.percent), "Spent or held of the budget", f" of {row.budget}")


class BenefitsView(FestivalListView):
    """The benefits and vouchers of a festival, and its sponsors."""

    needed = "view_deal"
    template_name = "cms/dashboard/benefits.html"
    page_title = "Benefits and vouchers"
    header_icon = "pick"
    paginate_by: int | None = None
    default_ordering = ("use_from", "pk")
    columns = (
        Column("Benefit", _title), Column("Gives", "gives"),
        Column("State", lambda row: status(row.state, "primary" if row.state == "active" else "")),
        WhenColumn("From", "starts", "j M, H:i"), WhenColumn("To", "ends", "j M, H:i"),
        Column("Spent", "spent"), Column("Held", "held"), Column("Budget", _budget),
        Column("Used", "promotion.used"),
    )  # fmt: skip
    none = (
        "No benefit yet. Deals lower the price of a product; a benefit takes something off the "
        "whole order, and says who pays for it."
    )

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Lead those who may to the form that makes one."""
        new = reverse("desk:benefit-add", args=[self.festival.pk])
        return [button("New benefit", new, "plus")] if self.may("change_festival") else []

    def get_base_queryset(self) -> QuerySet[Promotion]:
        """Return the benefits with whose they are and who pays for them."""
        return self.festival.promotions.select_related("festival", "merchant", "fund")

    def rows_of(self, found: Iterable[Promotion]) -> list[BenefitRow]:
        """Return the benefits with the amounts that each has given."""
        return [row_of(row, at=self.at) for row in found]

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Return the context of the screen, with the sponsors."""
        funds = self.festival.funds.all()
        return super().get_context_data(**kwargs) | {
            "funds": [(row, amount(row.amount), amount(row.committed)) for row in funds],
            "may_write": self.may("change_festival"),
        }


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_festival")
def add(request: SignedIn, pk: int) -> HttpResponse:
    """Draft a new benefit; nobody can use it before it is activated."""
    festival = get_object_or_404(Festival, pk=pk)
    whole = {
        "use_from": _local(festival.starts_at, festival),
        "use_to": _local(festival.ends_at, festival),
    }
    form = BenefitForm(request.POST or None, festival=festival, initial=whole)
    if request.method == "POST" and form.is_valid():
        made = form.fill(Promotion(festival=festival))
        if _saved(request, form, made):
            return redirect("desk:benefit", pk, made.pk)
    return _form(request, form, "New benefit", trail_of_benefits(festival))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_festival")
def edit(request: SignedIn, pk: int, benefit_id: int) -> HttpResponse:
    """Change a draft."""
    found = benefit_of(pk, benefit_id)
    form = BenefitForm(request.POST or None, festival=found.festival, initial=initial(found))
    if request.method == "POST" and form.is_valid() and _saved(request, form, form.fill(found)):
        return redirect("desk:benefit", pk, benefit_id)
    return _form(request, form, f"Change {found.title}", trail_of_benefits(found.festival), found)


@require_safe
@needs("change_festival")
def styles(request: SignedIn) -> HttpResponse:
    """Return the rules that hide the fields of other kinds; a page may have no style of its own."""
    return render(
        request, "cms/dashboard/benefit_kinds.css", {"kinds": BENEFITS}, content_type="text/css"
    )


@require_safe
@needs("view_deal")
def benefit(request: SignedIn, pk: int, benefit_id: int) -> HttpResponse:
    """Show one benefit: its terms, its use, its codes, the possible actions."""
    return show_benefit(request, benefit_of(pk, benefit_id))


def show_benefit(
    request: SignedIn, found: Promotion, *, codes: CodesForm | None = None
) -> HttpResponse:
    """Return the screen of a benefit, with a form for codes as it was refused or a new one."""
    pk, benefit_id = found.festival_id, found.pk
    at = clock.moment_of(request)
    row = row_of(found, at=at)
    may_act, may_write = (
        request.user.has_perm(f"shop.{name}_festival") for name in ("publish", "change")
    )
    is_draft = found.state == Promotion.State.DRAFT
    edit_it = button("Change", reverse("desk:benefit-edit", args=[pk, benefit_id]), "edit")
    has_codes = found.trigger == Promotion.Trigger.CODE and not found.code
    context = {
        "row": row,
        "festival": found.festival,
        "facts": _facts(found),
        "acts": possible(found, at=at) if may_act else [],
        "codes": codes or CodesForm(promotion=found),
        "batches": _batches(found, may_write=may_write) if has_codes else None,
        "may_write": may_write,
    }
    context |= first_lines(found, found.festival)
    return show(
        request, "benefit.html", found.title, trail=trail_of_benefits(found.festival), icon="pick",
        status=422 if codes else 200,
        buttons=[edit_it] if is_draft and may_write else [], **context,
    )  # fmt: skip


def _batches(promotion: Promotion, *, may_write: bool) -> Table:
    """Return the unique codes of a benefit, which those who may take away as sheets."""

    def sheet(batch: CodeBatch) -> SafeString | str:
        made = [promotion.festival_id, promotion.pk, batch.pk]
        return link("Download", reverse("desk:benefit-codes", args=made)) if may_write else ""

    columns = (
        Column("For", "label"), Column("Codes", "size"),
        WhenColumn("Made", lambda row: joined(", ", (moment(row.at), row.by and row.by.name))),
        Column("Sheet", sheet, empty=""),
    )  # fmt: skip
    none = "No codes yet. Each code is used by one order."
    return Table("Unique codes", columns, promotion.batches.select_related("by"), none=none)


def possible(promotion: Promotion, *, at: datetime) -> list[tuple[str, str]]:
    """Return the possible actions on a benefit now, with a label for each."""
    if promotion.use_to <= at or promotion.state == Promotion.State.ENDED_EARLY:
        return []
    if promotion.state == Promotion.State.DRAFT:
        return [("activate", "Activate it")]
    paused = promotion.state == Promotion.State.PAUSED
    found = [("resume", "Resume") if paused else ("pause", "Pause")]
    if any(getattr(promotion, name) for name in manage.RISING):
        found.append(("raise", "Raise its limits"))
    return [*found, ("end", "End it early")]


def row_of(promotion: Promotion, *, at: datetime) -> BenefitRow:
    """Return a benefit as organizers read it. Reads its festival."""
    given = promotion.spent + promotion.held_amount
    budget, zone = promotion.budget, promotion.festival.zone
    is_over = promotion.use_to <= at and promotion.state != Promotion.State.ENDED_EARLY
    return BenefitRow(
        promotion=promotion,
        gives=said(promotion),
        starts=wall_of(promotion.use_from, zone),
        ends=wall_of(promotion.use_to, zone),
        spent=amount(promotion.spent),
        held=amount(promotion.held_amount),
        budget=amount(budget) if budget else "",
        percent=given * 100 // budget if budget else None,
        state="over" if is_over else promotion.get_state_display().lower(),
    )


def benefit_of(pk: int, benefit_id: int) -> Promotion:
    """Return a benefit of a festival, or answer 404."""
    rows = Promotion.objects.select_related("festival", "merchant", "fund")
    return get_object_or_404(rows, festival=pk, pk=benefit_id)


def trail_of_benefits(festival: Festival) -> Trail:
    """Return the way back to the list of benefits."""
    here = (reverse("desk:festival-benefits", args=[festival.pk]), "Benefits and vouchers")
    return [*trail_of(festival), here]


def _facts(promotion: Promotion) -> list[tuple[str, object]]:
    found = [
        ("How shoppers get it", promotion.get_trigger_display()),
        ("Code", promotion.code),
        ("Store", promotion.merchant),
        ("Sponsor", promotion.fund),
        ("Organizer's share", f"{promotion.organizer_share} %"),
        ("Claimed", _of(promotion.claimed, promotion.max_claims)),
        ("Used", _of(promotion.used, promotion.max_uses)),
        ("Held by open orders", promotion.held_uses),
        ("Uses per shopper", promotion.per_shopper),
    ]
    return [(name, value) for name, value in found if value not in (None, "")]


def _of(count: int, most: int | None) -> str:
    return str(count) if most is None else f"{count} of {most}"


def _local(at: datetime, festival: Festival) -> str:
    return wall_of(at, festival.zone).strftime("%Y-%m-%dT%H:%M")


def _saved(request: SignedIn, form: BenefitForm, promotion: Promotion) -> bool:
    at = clock.moment_of(request)
    try:
        with transaction.atomic():
            if promotion.pk:
                lock_one(Festival.objects, promotion.festival_id)  # before what is its
                changelog.refuse_if_changed(promotion, seen=version_seen(request))
            manage.save_draft(promotion, at=at, by=request.user)
    except ShopError as refusal:
        form.add_error(None, words_of(refusal))
        return False
    messages.success(request, "Saved as a draft. Shoppers can use it once it is active.")
    if text := warning(promotion):
        messages.warning(request, text)
    return True


def _form(
    request: SignedIn, form: BenefitForm, title: str, trail: Trail, row: Promotion | None = None
) -> HttpResponse:
    zone = dates.zone_name(clock.moment_of(request), form.zone, "en")
    return show(
        request, "benefit_form.html", title, trail=trail, icon="pick", form=form,
        status=422 if form.errors else 200, about=f"Times are those of {zone}.",
        version=changelog.version_of(row) if row else None,
    )  # fmt: skip
