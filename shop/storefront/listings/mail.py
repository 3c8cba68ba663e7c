"""Mail to merchants about their products. Tasks take ids, may run twice, read everything anew."""

from __future__ import annotations

from django.tasks import task
from django.utils import translation
from django.utils.translation import gettext

from shop.catalogue.models import Product
from shop.core.mail import send
from shop.core.tasks import enqueue_all, tried_again
from shop.festivals.models import ChangeLog
from shop.people.accounts.models import User
from shop.people.accounts.own_language import neutral_address
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.roles import Right, who_may

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
    members = Membership.objects.filter(who_may(Right.WORDS), merchant=product.merchant_id)
    now = Product.objects.only("state", "review_note").get(pk=product.pk)
    users = members.values_list("user", flat=True)
    enqueue_all(send_decision, [(now.pk, pk, now.state, now.review_note) for pk in users])


def tell_store(line: ChangeLog, merchant_id: int) -> None:
    """Queue mails to a store about an organizers' action, a line of the log.

    Whether it trades is news to each member; a word or a picture to those who write them.
    """
    members = Membership.objects.filter(merchant=merchant_id).order_by("user")
    if line.action not in ABOUT_ALL:
        members = members.filter(who_may(Right.WORDS))
    rows = [(line.pk, merchant_id, pk) for pk in members.values_list("user", flat=True)]
    enqueue_all(send_told, rows)


@task
@tried_again
def send_told(line_id: int, merchant_id: int, user_id: int) -> None:
    """Tell one member of a store an organizers' action on public content, with the reason."""
    line = ChangeLog.objects.get(pk=line_id)
    store, user = Merchant.objects.get(pk=merchant_id), User.objects.get(pk=user_id)
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
        "name": user.name,
        "stores": [{"name": store.name}],
        "subject": what,
        "reason": line.reason,
        "link": where,
    }
    send(LETTERS[line.action], user.email, language=language, context=context)


@task
@tried_again
def send_decision(product_id: int, user_id: int, decided: str = "", note: str = "") -> None:
    """Tell one member of a store the decision on a product.

    Args:
        decided: the state that it was given; empty in tasks of the version before.
    """
    product = Product.objects.select_related("merchant").get(pk=product_id)
    user = User.objects.get(pk=user_id)
    key = DECISIONS.get(decided or product.state)
    if key is None:
        return
    store = product.merchant
    context = {
        "name": user.name,
        "stores": [{"name": store.name}],
        "product": product.title,
        "note": note if decided else product.review_note,
        "link": neutral_address("workspace-product", store.slug, product.pk),
    }
    send(key, user.email, language=user.language or "en", context=context)
