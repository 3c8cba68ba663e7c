from django.urls import include, path

from shop.checkout import codes, invoicing, lost_links, returning, tickets, tracking, views

order = [
    path("", tracking.order, name="order"),
    path("code/", codes.code, name="order-code"),
    path("open/<str:proof>/", codes.open_fresh, name="order-open"),
    path("paid/", returning.paid, name="order-paid"),
    path("stopped/", returning.stopped, name="order-stopped"),
    path("cancel/", tracking.cancel, name="order-cancel"),
    path("keep/", tracking.keep_order, name="order-keep"),
    path("invoice/", invoicing.invoice, name="order-invoice"),
    path("tickets/", tickets.tickets, name="order-tickets"),
    path("tickets/<int:line_id>.ics", tickets.session_file, name="order-session"),
]
urlpatterns = [
    path("checkout/", views.address, name="checkout"),
    path("checkout/delivery/", views.delivery, name="checkout-delivery"),
    path("orders/find/", lost_links.find, name="order-find"),
    path("orders/<str:number>/<str:token>/", include(order)),
    path("account/", tracking.account, name="account"),
]
