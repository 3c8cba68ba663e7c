"""The orders of all stores: found by words, each on a screen of its own.

Who bought is seen by those alone who may mend an order; the others see what was bought.
"""

from __future__ import annotations

import logging
from typing import ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.admin.widgets.button import HeaderButton

from cms.dashboard.catalogue.lists import IndexView, InspectView, ReadOnly
from cms.dashboard.listing import ChoiceFilter
from cms.dashboard.orders.events import SHOWN, ReadRows, events_of
from cms.dashboard.orders.facts import parcels_of, shopper_of, sums_of
from cms.dashboard.orders.finding import found
from cms.dashboard.orders.history import disputes_of, tasks_of, told_dispute
from cms.dashboard.orders.mails import letters_of
from cms.dashboard.orders.messages import messages_of
from cms.dashboard.orders.money import money_of
from cms.dashboard.orders.notes import NoteForm, notes_of
from cms.dashboard.orders.replacements import replacements_of
from cms.dashboard.orders.returns import asked_of, requests_of
from cms.dashboard.orders.tables import (
    ParcelTable,
    back_table,
    mail_table,
    paper_table,
    papers_of,
    payment_table,
)
from cms.dashboard.paging import BoundedPaginator, FoundPaginator
from cms.dashboard.permissions import may
from cms.dashboard.screens import button
from shop.catalogue.delivery.names import country_name
from shop.core import clock
from shop.core.currencies import in_whole, written
from shop.core.forms.numbers import ids_of
from shop.orders.models import Order, OrderMessage, OrderNote, Suborder
from shop.orders.stop import parcels as parcels_to_send
from shop.people.accounts.models import User

log = logging.getLogger(__name__)

SUMS = ("goods", "discount", "delivery", "total")


def sees_shoppers(user: User) -> bool:
    """Tell whether somebody may see who bought, where they live and how they are reached."""
    return may(user, "change_order")


def _total(order: Order) -> str:
    return written(order.total, order.currency, "en")


def _country(order: Order) -> str:
    return country_name(order.contact.country, "en")


def _stores(order: Order) -> str:
    return ", ".join(order.stores)


def _shopper(order: Order) -> str:
    return ", ".join(part for part in (order.contact.name, order.contact.city) if part)


class OrderIndexView(IndexView):
    """The list of orders."""

    show_other_searches = True

    @property
    def paginator_class(self) -> type[BoundedPaginator]:
        """Return the paginator of the list."""
        return FoundPaginator if self.is_searching else BoundedPaginator

    @cached_property
    def columns(self) -> list[BaseColumn]:
        """Return the columns of the list; the shopper's only for those who may see shoppers."""
        columns = super().columns
        if sees_shoppers(self.request.user):
            columns.insert(3, Column("shopper", accessor=_shopper, sort_key="contact__name"))
        return columns

    def get_base_queryset(self) -> QuerySet[Order]:
        """Return the orders with the contact and the stores that a row shows."""
        names = Suborder.objects.filter(order=OuterRef("pk")).order_by("position")
        rows = super().get_base_queryset().select_related("contact")
        return rows.annotate(stores=ArraySubquery(names.values("merchant__name")))

    def search_queryset(self, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """Keep the orders that the words mean."""
        if not self.is_searching:
            return queryset
        by_person = sees_shoppers(self.request.user)
        return found(queryset, self.search_query, by_person=by_person)

    def to_row_dict(self, item: Order) -> dict[str, object]:
        """Return a row of the sheet, with sums in whole units as people count."""
        row = super().to_row_dict(item)
        return row | {name: in_whole(row[name], item.currency) for name in SUMS}


class OrderView(InspectView):
    """One order: its lines, its parcels, its payments, and its history."""

    template_name = "cms/dashboard/order.html"

    def get_object(self, queryset: QuerySet[Order] | None = None) -> Order:
        """Return the order with its contact; an address that names none is 404."""
        rows = Order.objects.select_related("contact", "user")
        return get_object_or_404(rows, pk=(ids_of([str(self.pk)], most=1) or [0])[0])

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Lead to the shopper's page of the order; its link acts for them, so few get it."""
        found = []
        if sees_shoppers(self.request.user):
            url = reverse("order", args=[self.object.number, self.object.token])
            found.append(button("What the shopper sees", url, "view"))
        if may(self.request.user, "publish_festival") and self.object.is_paid:
            refund = reverse("desk:order-refund", args=[self.object.pk])
            found.append(button("Refund", refund, "rotate"))
            ways = (("stop", "Stop the parcels", False), ("go", "Let the parcels go", True))
            found += [
                button(label, reverse("desk:order-stop", args=[self.object.pk, name]), "cog")
                for name, label, is_stopped in ways
                if parcels_to_send(self.object, is_stopped=is_stopped).exists()
            ]
        return found

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Return the context of the screen; the shopper's part only for those who may see it."""
        order, user = self.object, self.request.user
        if sees_shoppers(user):
            # Who looked at whose order, by number alone: what is seen stays on the screen.
            log.info("User %d looked at the shopper of order %s.", user.pk, order.number)
        at, sees = clock.moment_of(self.request), sees_shoppers(user)
        counts = may(user, "view_settlement")
        requests, show = requests_of(order), self.request.GET.get("show", "")
        rows = ReadRows(
            parcels=parcels_of(order, user),
            money=money_of(order),
            requests=requests,
            again=replacements_of(order),
            disputes=disputes_of(order),
            tasks=tasks_of(order),
            papers=papers_of(order) if sees else [],
            notes=notes_of(order, user, at=at) if sees else [],
        )
        letters = letters_of(order) if sees else []
        return super().get_context_data(**kwargs) | {
            "order": order,
            "rows": rows,
            "parcels": rows.parcels,
            "bought": [ParcelTable(parcel) for parcel in rows.parcels],
            "sums": sums_of(order),
            "total": written(order.total, order.currency, "en"),
            "money": rows.money,
            "tasks": [task for task in rows.tasks if task.is_open],
            "disputes": [told_dispute(row) for row in rows.disputes],
            "written": messages_of(order) if sees else [],
            "events": events_of(order, rows, show=show if show in SHOWN else ""),
            "kinds": SHOWN.items(),
            "show": show,
            "shopper": shopper_of(order) if sees else None,
            "note_form": NoteForm() if sees else None,
            "may_act": may(user, "publish_festival"),
            "counts": counts,
            "payments": payment_table(rows.money),
            "backs": back_table(rows.money, order, links=counts),
            "asked": asked_of(requests, links=counts),
            "papers": paper_table(rows.papers) if sees else None,
            "letters": letters,
            "mails": mail_table(letters, order),
            "country": country_name(order.contact.country, "en"),
        }


class OrderFilters(WagtailFilterSet):
    """The filters of the list of orders."""

    call = ChoiceFilter("Call back", [("due", "Due"), ("any", "Due or to come")], every="All",
                        method="with_call")  # fmt: skip

    sending = ChoiceFilter("Sending", [("late", "Late")], every="All", method="that_are_late")

    messages = ChoiceFilter("Messages", [("reported", "Reported")], every="All",
                            method="with_reports")  # fmt: skip

    class Meta:
        model = Order
        fields: ClassVar = ["state", "currency", "placed_at"]

    def that_are_late(self, rows: QuerySet[Order], _name: str, asked: str) -> QuerySet[Order]:
        """Keep the orders with a parcel that should have left."""
        late = Suborder.objects.late(clock.moment_of(self.request).date())
        return rows.filter(pk__in=late.values("order")) if asked else rows

    def with_reports(self, rows: QuerySet[Order], _name: str, asked: str) -> QuerySet[Order]:
        """Keep the orders with a message that somebody told of and nobody has looked at."""
        reported = OrderMessage.objects.to_look_at().values("suborder__order")
        return rows.filter(pk__in=reported) if asked else rows

    def with_call(self, rows: QuerySet[Order], _name: str, asked: str) -> QuerySet[Order]:
        """Keep the orders whose shopper is to be called back: by now, or at all."""
        notes = OrderNote.objects.filter(OrderNote.OPEN)
        if asked == "due":
            notes = notes.due(clock.moment_of(self.request).date())
        return rows.filter(pk__in=notes.values("order")) if asked else rows


class OrderViewSet(ReadOnly):
    """All orders; who bought is for those alone who may mend one."""

    model = Order
    name = "desk_orders"
    icon = "list-ul"
    menu_label = "Orders"
    add_to_admin_menu = True
    menu_order = 94
    index_view_class, inspect_view_class = OrderIndexView, OrderView
    list_display = (
        "number", "state", "placed_at", Column("to", accessor=_country),
        Column("stores", accessor=_stores), Column("total", accessor=_total, sort_key="total"),
    )  # fmt: skip
    filterset_class = OrderFilters
    list_export = ("number", "state", "placed_at", "paid_at", "goods", "discount", "delivery",
                   "total", "currency")  # fmt: skip
    search_fields = ("pk",)  # opens the field to type into; what words mean stands above
    ordering = "-pk"
    inspect_view_fields = ("number",)  # the screen takes nothing from them
