from django.urls import re_path

from shop.storefront.feeds import views

urlpatterns = [
    re_path(
        r"^(?P<token>[A-Za-z0-9_:-]{20,300})/(?:(?P<country>[a-z]{2})/)?"
        r"(?P<file>google\.xml|meta\.csv|products\.jsonl)$",
        views.feed,
        name="feed",
    )
]
