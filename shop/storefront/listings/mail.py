"""Mail to merchants about their products. Tasks take ids, may run twice, read everything anew."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext

from shop.catalogue.models import Product
from shop.festivals.models import ChangeLog
from shop.people.accounts.models import User
from shop.people.accounts.own_language import neutral_address
from shop.people.merchants.models import Merchant
from shop.people.merchants.notifications import StoreMail, tell, to_members
from shop.people.merchants.roles import Right, roles_with

DECISIONS: dict[str, str] = {
    Product.State.PUBLISHED: "product-approved",
    Product.State.DRAFT: "product-changes",
}
# By what was done to something that shoppers see; the line of the log has the reason.
ABOUT_ALL = ("suspend", "reopen")
LETTERS = {
    "approve change": "change-approved", "refuse change": "change-refused",
    "take down": "taken-down", "put back": "put-back",
    "suspend": "store-suspended", "reopen": "store-open",
    "trust": "store-trusted", "trust no more": "store-watched", "ask to mend": "mend-asked",
}  # fmt: skip


def tell_decided(product: Product) -> None:
    """Queue a mail to who writes the words of the store whose product was decided on.

    It says what was decided now, whatever becomes of the product before it is sent.
    """
    now = Product.objects.only("state", "review_note").get(pk=product.pk)
    tell(send_decision, now.pk, now.state, now.review_note, merchant=product.merchant_id)


def tell_store(line: ChangeLog, merchant_id: int) -> None:
    """Queue mails to a store about an organizers' action, a line of the log.

    Whether it trades is news to each member; a word or a picture to those who write them.
    """
    whom = {} if line.action in ABOUT_ALL else {"role__in": roles_with(Right.WORDS)}
    tell(send_told, line.pk, merchant_id, merchant=merchant_id, **whom)


@to_members(
    *LETTERS.values(),
    right=None,
    promises={
        "Until then you find your orders here": "workspace-orders",
        "it comes back once somebody has looked at your change": "workspace-product",
        "You can mend your change and send it again, or take it back": "workspace-change-back",
    },
)
def send_told(line_id: int, merchant_id: int, user: User) -> StoreMail | None:
    """Tell one member of a store an organizers' action on public content, with the reason."""
    line = ChangeLog.objects.get(pk=line_id)
    store = Merchant.objects.get(pk=merchant_id)
    language = user.language or "en"
    with translation.override(language):
        what = gettext("the page of your store")
    where = neutral_address("workspace-profile", store.slug)
    if line.action in ABOUT_ALL:
        where = neutral_address("workspace-store", store.slug)
    if line.subject == "product":
        what = Product.objects.get(pk=line.subject_id).title
        where = neutral_address("workspace-product", store.slug, line.subject_id)
    context = {
        "subject": what,
        "reason": line.reason,
        "link": where,
    }
    return StoreMail(store, context, LETTERS[line.action])


@to_members(
    *DECISIONS.values(),
    right=Right.WORDS,
    place=1,
    promises={"Change it and submit again": "workspace-product"},
)
def send_decision(
    product_id: int, user: User, decided: str = "", note: str = ""
) -> StoreMail | None:
    """Tell one member of a store the decision on a product.

    Args:
        decided: the state that it was given; empty in tasks of the version before.
    """
    product = Product.objects.select_related("merchant").get(pk=product_id)
    key = DECISIONS.get(decided or product.state)
    if key is None:
        return None
    store = product.merchant
    context = {
        "product": product.title,
        "note": note if decided else product.review_note,
        "link": neutral_address("workspace-product", store.slug, product.pk),
    }
    return StoreMail(store, context, key)
