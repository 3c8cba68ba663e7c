"""What the people of a store did to it, by name, for its owners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from shop.catalogue.models import Product
from shop.festivals.models import ChangeLog
from shop.people.merchants.models import Merchant

KEPT_IN_SIGHT = timedelta(days=90)
NOBODY = "–"
SENTENCES = {
    "edit": _("%(name)s changed %(what)s"),
    "propose": _("%(name)s proposed a change of %(what)s"),
    "publish change": _("%(name)s changed what shoppers see of %(what)s"),
    "propose pictures": _("%(name)s proposed other pictures of %(what)s"),
    "take back change": _("%(name)s took a change of %(what)s back"),
    "picture_add": _("%(name)s added a picture to %(what)s"),
    "picture_remove": _("%(name)s removed a picture of %(what)s"),
    "submit": _("%(name)s sent %(what)s for review"),
    "withdraw": _("%(name)s took %(what)s off sale"),
    "invite person": _("%(name)s invited %(email)s"),
    "invite again": _("%(name)s invited %(email)s again"),
    "take invitation back": _("%(name)s took the invitation of %(email)s back"),
    "member joined": _("%(email)s joined"),
    "member left": _("%(email)s works here no more (%(name)s)"),
    "change role": _("%(name)s gave %(email)s another role"),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done: in a sentence, and when."""

    text: str
    at: datetime


def deeds_of(merchant: Merchant, *, at: datetime) -> QuerySet[ChangeLog]:
    """Return the lines of the log about a store's people and products, the newest first."""
    products = Product.objects.filter(merchant=merchant).values("pk")
    own = Q(subject="merchant", subject_id=merchant.pk) | Q(
        subject="product", subject_id__in=products
    )
    rows = ChangeLog.objects.filter(own, action__in=SENTENCES, at__gte=at - KEPT_IN_SIGHT)
    return rows.select_related("by").order_by("-pk")


def told(rows: Iterable[ChangeLog], merchant: Merchant) -> Iterator[Deed]:
    """Yield the lines in words. One statement for the names of the products."""
    lines = list(rows)
    ids = {row.subject_id for row in lines if row.subject == "product"}
    titles = dict(Product.objects.filter(pk__in=ids).values_list("pk", "title"))
    for row in lines:
        is_product = row.subject == "product"
        facts = {
            "name": (row.by.name or row.by.email) if row.by else NOBODY,
            "what": titles.get(row.subject_id, NOBODY) if is_product else merchant.name,
            "email": row.after.get("email", NOBODY),
        }
        yield Deed(str(SENTENCES[row.action]) % facts, row.at)
