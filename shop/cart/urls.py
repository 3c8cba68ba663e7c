from django.urls import path

from shop.cart import saved_views, views, voucher_views

urlpatterns = [
    path("cart/", views.show, name="cart"),
    path("cart/add/", views.add, name="cart-add"),
    path("cart/reserve/", views.reserve, name="cart-reserve"),
    path("cart/lines/<int:variant_id>/", views.line, name="cart-line"),
    path("cart/voucher/", views.voucher, name="cart-voucher"),
    path("cart/claim/<int:promotion_id>/", voucher_views.claim, name="voucher-claim"),
    path("cart/country/", views.country, name="cart-country"),
    path("cart/limit/<int:product_id>/", views.limit, name="own-limit"),
    path("cart/summary/", views.summary, name="cart-summary"),
    path("account/vouchers/", voucher_views.vouchers, name="vouchers"),
    path("saved/", saved_views.saved, name="saved"),
    path("saved/remove/", saved_views.remove, name="saved-remove"),
    path("saved/move/", saved_views.move, name="saved-move"),
]
