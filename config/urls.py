"""The root of all addresses; pages for people carry their language in the path."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.urls import include, path

from shop.payments.webhooks import receive

urlpatterns = [
    path("webhooks/stripe/", receive, name="stripe-webhook"),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
    *i18n_patterns(
        path("", include("shop.storefront.urls")),
        path("", include("shop.cart.urls")),
        path("", include("shop.checkout.urls")),
        path("account/", include("allauth.urls")),
        prefix_default_language=False,
    ),
]
