"""One order in tables: the parcel of each store, its payments, its refunds, its mails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from cms.dashboard.orders.facts import OrderedLine, SentParcel
from cms.dashboard.orders.mails import OrderMail
from cms.dashboard.orders.money import OrderMoney, ReturnedMoney, Try
from cms.dashboard.tables import (
    BREAK,
    NOTHING,
    QUIET,
    Column,
    Table,
    WhenColumn,
    element,
    joined,
    link,
    small,
    sums,
)
from shop.core.currencies import written
from shop.festivals.models import Deal
from shop.orders.documents.lists import name_of
from shop.orders.documents.models import Document
from shop.orders.models import Order


def _product(row: OrderedLine) -> SafeString:
    deal = row.deal_url and link(
        f"deal of {cast('Deal', row.line.deal).slot.festival.title}", row.deal_url
    )
    return small(link(row.line.title, row.product_url), row.line.label, deal)


def _said(row: ReturnedMoney) -> SafeString | str:
    operation = row.operation
    return small(operation.error or NOTHING, operation.remote_id) if operation else NOTHING


def _ids(row: Try) -> SafeString:
    return joined(BREAK, (element("bdi", name) for name in row.ids))


LINE = (
    Column("Product", _product), Column("SKU", "line.sku"),
    Column("Units", "line.quantity"), Column("Price", "price"), Column("Together", "amount"),
    Column("Benefits", "discount"), Column("Paid", "paid"),
    Column("Went back", lambda row: row.back or ""),
)  # fmt: skip
PAYMENT = (
    Column("Payment", "amount"), Column("State", "state"), Column("With", "payment.method"),
    WhenColumn("Begun (UTC)", "payment.made_at"),
    Column("At the provider", _ids),
)  # fmt: skip


class ParcelTable(Table):
    """The parcel of one store: its lines, the delivery, and all together."""

    def __init__(self, parcel: SentParcel) -> None:
        super().__init__(f"Lines of {parcel.part.merchant.name}", LINE, parcel.lines)
        self.parcel = parcel
        self.foot = ("Together", *[None] * 5, element("strong", parcel.total), None)

    def bodies(self, columns: Sequence[Column]) -> Iterator[Iterable[SafeString]]:
        """Yield the lines, and the delivery where there is one."""
        yield from super().bodies(columns)
        if self.parcel.part.service:
            yield [sums(columns, ("Delivery", *[None] * 5, self.parcel.delivery, None))]


def payment_table(money: OrderMoney) -> Table:
    """Return how an order was paid."""
    return Table("Payments", PAYMENT, money.tries, none="No payment was begun.")


def back_table(money: OrderMoney, order: Order, *, links: bool) -> Table:
    """Return the table of the refunds of an order.

    Args:
        links: whether the reader may open the money desk.
    """
    desk = f"{reverse('desk:money')}?{urlencode({'q': order.number})}"
    waits = link("waits for a person", desk) if links else "waits for a person"
    columns = (
        Column("Goes back", "amount"), Column("Why", lambda row: small(row.cause, row.reason)),
        Column("State", lambda row: joined(", ", (row.state, row.waits and waits))),
        Column("What the provider said", _said), WhenColumn("Since (UTC)", "at"),
    )  # fmt: skip
    return Table("What goes back", columns, money.backs)


def papers_of(order: Order) -> list[Document]:
    """Return the invoices and credit notes of an order. One statement."""
    rows = Document.objects.filter(suborder__order=order).select_related("suborder__merchant")
    return list(rows.defer("frozen").order_by("pk"))


def paper_table(rows: Sequence[Document]) -> Table:
    """Return the table of invoices and credit notes, each as PDF."""
    columns = (
        Column("Paper", lambda row: link(name_of(row.kind, row.number),
                                         reverse("desk:paper", args=[row.pk]))),
        Column("Of", "suborder.merchant.name"), WhenColumn("Issued (UTC)", "issued_at"),
        Column("Total", lambda row: written(row.total, row.currency, "en")),
        Column("Fiscal number", lambda row: row.fiscal_number or NOTHING),
    )  # fmt: skip
    return Table("Papers", columns, rows)


def mail_table(letters: Sequence[OrderMail], order: Order) -> Table:
    """Return the mails of an order, each with a way to send it again."""

    def again(letter: OrderMail) -> SafeString:
        url = reverse("desk:order-mail", args=[order.pk, letter.key])
        what = f"Send again: {letter.label}, to {letter.to}"
        return link("Send again", url, class_=QUIET, aria_label=what)

    columns = (
        Column("Mail", "label"), Column("To", lambda letter: element("bdi", letter.to)),
        Column("Do", again, "desk-acts"),
    )  # fmt: skip
    return Table("Mails of the order", columns, letters)
