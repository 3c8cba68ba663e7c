"""Orders to send: the list, the sheet for packing, one order, and that it left."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shop.catalogue.delivery.carriers import WrongNumber, suggested
from shop.catalogue.delivery.models import Contact
from shop.catalogue.delivery.names import address_lines, service_name
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.spreadsheets.tables import streamed
from shop.merchant.dashboard.access import (
    MemberRequest,
    members_only,
    sold_by,
    store_members,
    suborders_of,
    today_of,
    work_on,
)
from shop.merchant.dashboard.orders.disputes import disputes_of
from shop.merchant.dashboard.orders.forms import ParcelForm
from shop.merchant.dashboard.orders.index import (
    NAMES,
    find_orders,
    is_sent_again,
    packing_rows,
    sorts_of,
    usual_sort,
)
from shop.merchant.dashboard.orders.messages import thread_of
from shop.merchant.dashboard.paging import page_of
from shop.money.returns.models import ReturnRequest
from shop.money.returns.replace import left_to_replace
from shop.money.returns.words import KINDS, replacement_words, state_words
from shop.orders.after_sale.contents import note_contents, units_of
from shop.orders.documents.lists import PaperRow, papers_column
from shop.orders.documents.sending.facts import crosses_a_border, declared, in_parcel
from shop.orders.models import OrderLine, Suborder
from shop.orders.ship import ship
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

SHOWN = 50
SENT_WITH = ("carrier", "tracking_number", "seen", "before")
COLUMNS = (
    "order", "send_by", "sku", "product", "options", "quantity", "name", "line1", "line2",
    "postcode", "city", "region", "country", "phone", "service",
)  # fmt: skip


@require_GET
@store_members(Right.ORDERS)
def orders(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """List the paid orders of a store, filtered by state, found by number, and sorted."""
    state = request.GET.get("state", "")
    text = request.GET.get("q", "").strip()[:60]
    lines = Prefetch("lines", OrderLine.objects.order_by("position"))
    found = find_orders(sold_by(merchant), state=state, text=text)
    sorts = sorts_of(state)
    sort = request.GET.get("sort", "") if request.GET.get("sort") in sorts else ""
    is_by_day = (sort or usual_sort(state)) == "due"
    page = page_of(
        request,
        found.annotate(has_replacement=is_sent_again()).prefetch_related(lines, "shipments"),
        size=SHOWN,
        soonest="ship_by" if is_by_day else "",
    )
    note_contents(page.rows)
    context = {
        "part": "orders",
        "page": page,
        "q": text,
        "state": state if state in NAMES else "",
        "states": NAMES.items(),
        "sort": sort,
        "sorts": sorts.items(),
        "today": today_of(request),
    }
    return render(request, "shop/merchant/dashboard/orders.html", context)


@require_GET
@store_members(Right.ORDERS)
def packing_sheet(request: MemberRequest, merchant: Merchant) -> StreamingHttpResponse:
    """Return the lines to pack as a table for spreadsheets: one row for each line."""
    day = f"{today_of(request):%Y-%m-%d}"
    table = (COLUMNS, packing_rows(merchant))
    return streamed(f"packing-{merchant.slug}-{day}", table)


@require_http_methods(["GET", "POST"])
@members_only
def suborder(request: MemberRequest, suborder_id: int) -> HttpResponse:
    """Show one order to send, and record that it left."""
    own = suborders_of(request).annotate(paper_rows=papers_column())
    found = get_object_or_404(own, pk=suborder_id)
    work_on(request, found.merchant, Right.ORDERS, change=Right.SEND)
    lines = list(found.lines.select_related("product", "variant"))
    places = units_of(lines)
    shipments = list(found.shipments.select_related("contact").prefetch_related("lines__line"))
    left = {line: places[line.pk].to_send for line in lines if places[line.pk].to_send}
    facts = {"seen": found.order.contact_id, "before": len(shipments)}
    form = ParcelForm(request.POST or None, left, initial=facts)
    if request.method == "POST" and form.is_valid() and _send(request, found, form):
        return redirect(*_next_page(found))
    # Once it has left, the page says where it went, whatever becomes of the order's address.
    contact = next((row.contact for row in shipments if row.contact), found.order.contact)
    rows = found.paper_rows if Right.AMOUNTS in request.rights else []
    may_declare = found.service and Right.AMOUNTS in request.rights  # it names what was paid
    is_abroad = crosses_a_border(found)
    context = {
        "part": "orders",
        "suborder": found,
        "contact": contact,
        "lines": [
            (
                line,
                line.quantity - places[line.pk].sent - places[line.pk].to_send,
                places[line.pk].sent if found.is_partly_sent else 0,
            )
            for line in lines
        ],
        "by_organizer": found.delivery_funded + sum(line.funded for line in lines),
        "may_send": Right.SEND in request.rights
        and found.service
        and found.state == Suborder.State.WAITING,
        "may_cancel": Right.ANSWER in request.rights and found.state == Suborder.State.WAITING,
        "requests": [
            (row, KINDS[ReturnRequest.Kind(row.kind)], *state_words(row.state))
            for row in found.returns.all()
        ],
        "shipments": shipments,
        "more": {row.pk for row in shipments if row.adds_number_only(shipments)},
        "goods": declared(lines, in_parcel(places)) if may_declare and is_abroad else [],
        "again": [(row, *replacement_words(row.state)) for row in found.replacements.all()],
        "may_send_again": Right.ANSWER in request.rights and bool(left_to_replace(found)),
        "disputes": disputes_of(found) if Right.ANSWER in request.rights else [],
        "papers": [PaperRow(**row) for row in rows],
        "address": _address(found, contact),
        "service": service_name(found.service) if found.service else "",
        "thread": thread_of(request, found, at=clock.moment_of(request)),
        "form": form,
        "carriers": suggested(found.merchant.country),
        "today": today_of(request),
    }
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/suborder.html", context, status=status)


def _send(request: MemberRequest, found: Suborder, form: ParcelForm) -> bool:
    """Mark a parcel as sent, and say so; return False where the form says why it cannot be."""
    told = {name: form.cleaned_data[name] for name in SENT_WITH}
    try:
        ship(found, **told, units=form.units, at=clock.moment_of(request), by=request.user)
    except WrongNumber as refusal:
        form.add_error("tracking_number", str(refusal))
        return False
    except ShopError as refusal:
        form.add_error(None, str(refusal))
        return False
    found.refresh_from_db()
    text = _("%(number)s is marked as sent. The shopper was mailed.")
    if found.is_partly_sent:
        text = _("A parcel of %(number)s is marked as shipped. We emailed the shopper. The rest is "
                 "still to ship.")  # fmt: skip
    messages.success(request, text % {"number": found.order.number})
    return True


def _next_page(found: Suborder) -> tuple[str, int | str]:
    """Return where a store goes on: to what is left of the order, or to the next one."""
    if found.is_partly_sent:
        return "workspace-order", found.pk
    return "workspace-store", found.merchant.slug


def _address(suborder: Suborder, contact: Contact) -> tuple[str, ...]:
    """Return where a parcel goes; of guests the name alone."""
    return address_lines(contact, "en") if suborder.service else (contact.name,)
