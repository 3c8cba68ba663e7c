"""All that the shop keeps about the person of an account, as data that other programs read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Count, Prefetch, QuerySet

from shop.catalogue.delivery.models import PERSONAL, Contact
from shop.core.currencies import in_whole
from shop.festivals.models import Claim
from shop.merchant.academy.models import LessonResult
from shop.merchant.applications.models import Application, ApplicationNote
from shop.merchant.content_reports.models import ContentReport
from shop.money.payments.disputes.models import DisputeEvidence
from shop.money.returns.models import ReturnLine, ReturnRequest
from shop.operations.retention.person import Person, person_of
from shop.orders.cart.models import Cart
from shop.orders.documents.models import Document
from shop.orders.models import Order, OrderLine, OrderMessage, Replacement, Suborder
from shop.orders.reminders.models import Reminder
from shop.people.accounts.models import User
from shop.people.accounts.second_step import second_steps

APPLIED = (
    "name", "phone", "business", "country", "city", "sells", "makes", "story", "founded", "makers",
    "web", "claims", "legal_name", "registration", "tax_number", "legal_address", "paid_by",
)  # fmt: skip
"""What somebody wrote who applied to sell."""


def own_data(user: User, *, at: datetime) -> dict[str, Any]:
    """Return what is kept about somebody; amounts are decimal texts, instants ISO 8601."""
    person = person_of(user)
    orders = person.orders.select_related("contact").order_by("pk")
    reminders = person.reminders.select_related("slot", "product", "variant__product")
    cart = person.carts.select_related("contact").first()
    return {
        "made_at": _moment(at),
        "account": _account(user),
        "stores": list(user.memberships.values_list("merchant__name", flat=True)),
        "cart": _cart(cart) if cart else None,
        "orders": [
            _order(row)
            for row in orders.prefetch_related(
                "suborders__merchant",
                "suborders__lines",
                "suborders__shipments__contact",
                "suborders__shipments__lines__line",
                "refunds",
                *_after_sale(),
            )
        ],
        "lessons": [_learned(row) for row in _lessons(user)],
        "applications": [_application(row) for row in _applications(person)],
        "reported": [_notice(row) for row in _notices(person)],
        "reminders": [_reminder(row) for row in reminders.order_by("pk")],
        "vouchers": [
            {
                "title": row.promotion.title,
                "state": row.state,
                "claimed_at": _moment(row.claimed_at),
            }
            for row in Claim.objects.filter(shopper=user).select_related("promotion").order_by("pk")
        ],
    }


def _account(user: User) -> dict[str, Any]:
    addresses = EmailAddress.objects.filter(user=user).order_by("pk")
    return {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "language": user.language,
        "joined_at": _moment(user.date_joined),
        "signed_in_at": _moment(user.last_login),
        "addresses": list(addresses.values("email", "verified")),
        "second_steps": list(second_steps(user).values_list("type", flat=True)),
    }


def _lessons(user: User) -> QuerySet[LessonResult]:
    rows = LessonResult.objects.filter(user=user).select_related("lesson", "completion_certificate")
    return rows.order_by("lesson__position", "pk")


def _learned(row: LessonResult) -> dict[str, Any]:
    """Return what somebody has answered of a lesson, and its certificate if there is one."""
    return {
        "lesson": row.lesson.title,
        "tries": row.tries,
        "best": row.best,
        "of": row.count,
        "tried_at": _moment(row.tried_at),
        "done_at": _moment(row.done_at),
        "last_answers": row.chosen,
        "ticked": row.ticked,
        "certificate": row.completion_certificate.said
        if hasattr(row, "completion_certificate")
        else None,
    }


def _applications(person: Person) -> QuerySet[Application]:
    rows = Application.objects.filter(email__in=person.addresses).order_by("pk")
    said = ApplicationNote.objects.exclude(kind=ApplicationNote.Kind.INTERNAL)
    return rows.annotate(paper_count=Count("papers")).prefetch_related(Prefetch("notes", said))


def _application(row: Application) -> dict[str, Any]:
    """Return an application to sell; of papers how many there are."""
    return {
        "number": row.number,
        "state": row.state,
        **{name: getattr(row, name) for name in APPLIED},
        "begun_at": _moment(row.begun_at),
        "sent_at": _moment(row.sent_at),
        "decided_at": _moment(row.decided_at),
        "papers": row.paper_count,
        "said": [{"at": _moment(one.at), "kind": one.kind, "text": one.text}
                 for one in row.notes.all()],
    }  # fmt: skip


def _notices(person: Person) -> QuerySet[ContentReport]:
    rows = ContentReport.objects.filter(email__in=person.addresses)
    return rows.select_related("merchant", "product").order_by("pk")


def _notice(row: ContentReport) -> dict[str, Any]:
    """Return what somebody reported, and what was decided."""
    return {
        "number": row.number, "about": row.subject, "reason": row.reason, "text": row.text,
        "at": _moment(row.at), "state": row.state, "measure": row.measure, "answer": row.answer,
        "objection": row.objection,
    }  # fmt: skip


def _cart(cart: Cart) -> dict[str, Any]:
    lines = cart.lines.select_related("variant__product")
    saved = cart.saved.select_related("product")
    return {
        "country": cart.country,
        "contact": _contact(cart.contact),
        "changed_at": _moment(cart.changed_at),
        "lines": [
            {"product": line.variant.product.title, "sku": line.variant.sku,
             "quantity": line.quantity, "added_at": _moment(line.added_at)}
            for line in lines
        ],
        "saved": [
            {"product": row.product.title, "saved_at": _moment(row.saved_at)} for row in saved
        ],
    }  # fmt: skip


def _after_sale() -> list[str | Prefetch[Any]]:
    """Return what to read of orders beside themselves: all that followed, and papers."""
    lines = ReturnLine.objects.select_related("line").annotate(picture_count=Count("pictures"))
    papers = Document.objects.defer("frozen").order_by("pk")
    said = DisputeEvidence.objects.annotate(paper_count=Count("papers"))
    return [
        "notes",
        "needs",
        Prefetch("suborders__evidence", said),
        Prefetch("suborders__messages", OrderMessage.objects.order_by("pk")),
        Prefetch("suborders__replacements", Replacement.objects.select_related("contact")),
        Prefetch("suborders__returns", ReturnRequest.objects.order_by("pk")),
        Prefetch("suborders__returns__lines", lines.order_by("line__position")),
        Prefetch("suborders__papers", papers.exclude(kind=Document.Kind.COMMISSION)),
    ]


def _order(order: Order) -> dict[str, Any]:
    return {
        "number": order.number,
        "state": order.state,
        "placed_at": _moment(order.placed_at),
        "paid_at": _moment(order.paid_at),
        "ended_at": _moment(order.ended_at),
        "language": order.language,
        "currency": order.currency,
        "goods": _amount(order.goods, order),
        "discount": _amount(order.discount, order),
        "delivery": _amount(order.delivery, order),
        "total": _amount(order.total, order),
        "contact": _contact(order.contact),
        "stores": [_part(part, order) for part in order.suborders.all()],
        "refunds": [
            {"at": _moment(row.at), "amount": _amount(row.amount, order), "reason": row.reason}
            for row in order.refunds.all()
        ],
        "papers": [
            {"kind": row.kind, "number": row.number, "issued_at": _moment(row.issued_at)}
            for part in order.suborders.all()
            for row in part.papers.all()
        ],
        "notes": [{"at": _moment(row.at), "text": row.text} for row in order.notes.all()],
        "told_to_hosts": [{"at": _moment(row.at), "text": row.words} for row in order.needs.all()],
        "said_to_be_at_least": order.of_age,
    }


def _part(part: Suborder, order: Order) -> dict[str, Any]:
    return {
        "store": part.merchant.name,
        "state": part.state,
        "lines": [_line(line, order) for line in part.lines.all()],
        "parcels": [
            {"carrier": row.carrier, "tracking_number": row.tracking_number,
             "shipped_at": _moment(row.shipped_at), "contact": _contact(row.contact),
             "lines": [{"title": one.line.read_title, "quantity": one.quantity}
                       for one in row.lines.all()]}
            for row in part.shipments.all()
        ],
        "requests": [_request(row) for row in part.returns.all()],
        "replacements": [
            {"state": row.state, "made_at": _moment(row.made_at), "reason": row.reason,
             "carrier": row.carrier, "tracking_number": row.tracking_number,
             "shipped_at": _moment(row.shipped_at), "contact": _contact(row.contact)}
            for row in part.replacements.all()
        ],
        "messages": [
            {"at": _moment(row.at), "written_by": row.side,
             "text": "" if row.is_hidden and row.side == OrderMessage.Side.STORE else row.text,
             "taken_away_at": _moment(row.hidden_at)}
            for row in part.messages.all()
        ],
        "disputes": [
            {"said_at": _moment(row.at), "text": row.text, "tracking_number": row.tracking_number,
             "papers": row.paper_count}
            for row in part.evidence.all()
        ],
    }  # fmt: skip


def _request(request: ReturnRequest) -> dict[str, Any]:
    """Return what somebody asked for after paying; of pictures how many there are."""
    return {
        "number": request.number,
        "kind": request.kind,
        "state": request.state,
        "asked_at": _moment(request.asked_at),
        "answer": request.answer,
        "answered_at": _moment(request.answered_at),
        "send_by": _moment(request.send_by),
        "sent_at": _moment(request.sent_at),
        "carrier": request.carrier,
        "tracking_number": request.tracking_number,
        "received_at": _moment(request.received_at),
        "appealed_at": _moment(request.appealed_at),
        "closed_at": _moment(request.closed_at),
        "lines": [
            {"product": row.line.read_title, "quantity": row.quantity, "reason": row.reason,
             "words": row.words, "pictures": row.picture_count}
            for row in request.lines.all()
        ],
    }  # fmt: skip


def _line(line: OrderLine, order: Order) -> dict[str, Any]:
    return {
        "product": line.read_title,
        "options": line.shown_options or line.options,
        "sku": line.sku,
        "quantity": line.quantity,
        "paid": _amount(line.paid, order),
    }


def _reminder(row: Reminder) -> dict[str, Any]:
    product = row.product or (row.variant.product if row.variant else None)
    return {
        "email": row.email,
        "of": product.title if product else (row.slot.label if row.slot else ""),
        "asked_at": _moment(row.asked_at),
        "sent_at": _moment(row.sent_at),
    }


def _contact(contact: Contact | None) -> dict[str, str] | None:
    if contact is None:
        return None
    return {name: getattr(contact, name) for name in (*PERSONAL, "country")}


def _amount(amount: int, order: Order) -> str:
    return str(in_whole(amount, order.currency))


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
