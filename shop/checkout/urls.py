from django.urls import path

from shop.cart.views import show

urlpatterns = [
    path("checkout/", show, name="checkout"),
    path("checkout/delivery/", show, name="checkout-delivery"),
    path("account/", show, name="account"),
]
