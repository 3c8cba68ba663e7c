from django.urls import path

from shop.orders.cart import views
from shop.orders.cart.saved.views import move, remove, saved
from shop.orders.cart.vouchers.views import claim, vouchers

urlpatterns = [
    path("cart/", views.show, name="cart"),
    path("cart/add/", views.add, name="cart-add"),
    path("cart/reserve/", views.reserve, name="cart-reserve"),
    path("cart/lines/<int:variant_id>/", views.line, name="cart-line"),
    path("cart/voucher/", views.voucher, name="cart-voucher"),
    path("cart/claim/<int:promotion_id>/", claim, name="voucher-claim"),
    path("cart/country/", views.country, name="cart-country"),
    path("cart/limit/<int:product_id>/", views.limit, name="own-limit"),
    path("cart/summary/", views.summary, name="cart-summary"),
    path("account/vouchers/", vouchers, name="vouchers"),
    path("saved/", saved, name="saved"),
    path("saved/remove/", remove, name="saved-remove"),
    path("saved/move/", move, name="saved-move"),
]
