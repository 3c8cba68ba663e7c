"""The subject of a line of the change log: its name, found in the database, and its screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Expression,
    F,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, ExtractYear, NullIf
from django.urls import reverse

from cms.models import Invitation
from shop.catalogue.delivery.models import Carrier
from shop.catalogue.models import Product, Term
from shop.festivals.models import (
    ChangeLog,
    Deal,
    Enrolment,
    Festival,
    Fund,
    Nomination,
    ProductRequest,
    Promotion,
    Slot,
)
from shop.merchant.applications.models import Application
from shop.money.payments.models import GatewayEvent, Operation, Payment
from shop.orders.models import NUMBER_START, Order
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.reports.incidents.models import Incident
from shop.storefront.feeds.models import Feed
from shop.storefront.listings.models import Meaning, Synonym
from shop.storefront.models import PreviewLink
from shop.storefront.share_links.models import ShareLink


def _both(first: str, second: str) -> Concat:
    return Concat(F(first), Value(", "), F(second), output_field=CharField())


def _number(way: str = "") -> Concat:
    """Return the number of an order as people read it out; ``way`` leads to the order."""
    year = Cast(ExtractYear(f"{way}placed_at", tzinfo=UTC), CharField())
    count = Cast(F(f"{way}pk") + NUMBER_START, CharField())
    return Concat(Value("BB-"), year, Value("-"), count, output_field=CharField())


def _first(*names: str) -> Coalesce:
    """Return the first of some texts that says anything."""
    empty = Value("")
    return Coalesce(*(NullIf(F(name), empty) for name in names), empty, output_field=CharField())


DEAL = Concat(
    F("variant__product__title"), Value(" ("), F("variant__sku"), Value("), "), F("slot__label"),
    output_field=CharField(),
)  # fmt: skip
# By subject, the model and how its rows are called.
NAMES: dict[str, tuple[type[Model], Expression | F]] = {
    "application": (Application, F("business")),
    "carrier": (Carrier, F("name")),
    "deal": (Deal, DEAL),
    "enrolment": (Enrolment, F("merchant__name")),
    "feed": (Feed, Coalesce(F("festival__title"), F("merchant__name"), Value("the programme"))),
    "festival": (Festival, F("title")),
    "fund": (Fund, F("sponsor")),
    "gatewayevent": (GatewayEvent, F("gateway_id")),
    "incident": (Incident, F("title")),
    "invitation": (Invitation, F("email")),
    "meaning": (Meaning, F("phrase")),
    "merchant": (Merchant, F("name")),
    "nomination": (Nomination, _both("product__title", "slot__label")),
    "operation": (Operation, _number("payment__order__")),
    "order": (Order, _number()),
    "payment": (Payment, _number("order__")),
    "previewlink": (PreviewLink, F("shared_with")),
    "product": (Product, F("title")),
    "promotion": (Promotion, _first("title", "code")),
    "sharelink": (ShareLink, _first("name", "code")),
    "slot": (Slot, F("label")),
    "synonym": (Synonym, F("term")),
    "term": (Term, F("term")),
    "user": (User, F("email")),
    "wanted": (ProductRequest, _first("product__title", "category__name", "country")),
}
# What there is one of is called by its screen.
ONLY_ONE = {"fairness": "Fairness", "signinrules": "Sign-in of stores"}


def _of_festival(screen: str, after: str = "") -> Callable[[ChangeLog], str]:
    def address(line: ChangeLog) -> str:
        return f"{reverse(screen, args=[line.festival_id])}{after}" if line.festival_id else ""

    return address


def _in_festival(screen: str) -> Callable[[ChangeLog], str]:
    def address(line: ChangeLog) -> str:
        found = [line.festival_id, line.subject_id]
        return reverse(screen, args=found) if line.festival_id else ""

    return address


def _own(screen: str) -> Callable[[ChangeLog], str]:
    return lambda line: reverse(screen, args=[line.subject_id])


def _screen(screen: str) -> Callable[[ChangeLog], str]:
    return lambda _line: reverse(screen)


LINKS: dict[str, Callable[[ChangeLog], str]] = {
    "application": _own("desk:application"),
    "carrier": _own("desk:carrier-edit"),
    "deal": _in_festival("desk:deal"),
    "enrolment": _of_festival("desk:festival-stores"),
    "fairness": _screen("desk:fairness"),
    "feed": _screen("desk:channels"),
    "festival": _own("desk:festival"),
    "fund": _in_festival("desk:fund"),
    "gatewayevent": _screen("desk:money"),
    "incident": _screen("desk:incidents"),
    "invitation": _screen("desk:colleagues"),
    "meaning": _own("desk_meanings:edit"),
    "moneytask": _own("desk:money-task"),
    "merchant": _own("desk:store-page"),
    "nomination": _in_festival("desk:nomination"),
    "operation": _screen("desk:money"),
    "order": _own("desk_orders:inspect"),
    "payment": _screen("desk:money"),
    "previewlink": _of_festival("desk:festival-previews"),
    "product": _own("desk_products:inspect"),
    "promotion": _in_festival("desk:benefit"),
    "sharelink": _screen("desk:share-links"),
    "signinrules": _screen("desk:sign-in"),
    "slot": _of_festival("desk:festival", "#slots"),
    "synonym": _own("desk_synonyms:edit"),
    "term": _own("desk_terms:edit"),
    "user": _screen("desk:colleagues"),
    "wanted": _of_festival("desk:festival-wanted"),
}


def named(rows: QuerySet[ChangeLog]) -> QuerySet[ChangeLog]:
    """Return lines of the log, each with its subject's name as ``what``; empty if that is gone."""
    own = OuterRef("subject_id")
    whens = [
        When(subject=subject, then=Subquery(_called(model, name).filter(pk=own).values("called")))
        for subject, (model, name) in NAMES.items()
    ]
    whens += [When(subject=subject, then=Value(name)) for subject, name in ONLY_ONE.items()]
    found = Case(*whens, default=Value(""), output_field=CharField())
    return rows.annotate(what=Coalesce(found, Value(""), output_field=CharField()))


def _called(model: type[Model], name: Expression | F) -> QuerySet[Any]:
    return model._base_manager.annotate(called=Cast(name, CharField())).order_by()


def link_of(line: ChangeLog) -> str:
    """Return where that is seen which a line is about; empty where it is gone or has no screen."""
    made = LINKS.get(line.subject)
    return made(line) if made and line.what else ""
