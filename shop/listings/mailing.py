"""Mail to merchants about their products. Tasks take ids, may run twice, read everything anew."""

from __future__ import annotations

from django.conf import settings
from django.tasks import task
from django.urls import reverse

from shop.accounts.models import User
from shop.catalogue.models import Product
from shop.mail import send
from shop.merchants.models import Membership
from shop.tasks import enqueue, tried_again

DECISIONS = {Product.State.PUBLISHED: "product-approved", Product.State.DRAFT: "product-changes"}


def tell_decided(product: Product) -> None:
    """Queue a mail to every member of the store whose product was decided on."""
    members = Membership.objects.filter(merchant=product.merchant_id)
    for user_id in members.values_list("user", flat=True):
        enqueue(send_decision, product.pk, user_id)


@task
@tried_again
def send_decision(product_id: int, user_id: int) -> None:
    """Tell one member of a store what was decided; nothing if the product waits again."""
    product = Product.objects.select_related("merchant").get(pk=product_id)
    user = User.objects.get(pk=user_id)
    key = DECISIONS.get(product.state)
    if key is None:
        return
    store = product.merchant
    context = {
        "name": user.name,
        "stores": [{"name": store.name}],
        "product": product.title,
        "note": product.review_note,
        "link": settings.SITE_URL + reverse("merchant-product", args=[store.slug, product.pk]),
    }
    send(key, user.email, language=user.language or "en", context=context)
