from django.urls import include, path
from django.views.generic import RedirectView

from shop.checkout import provider_return, views
from shop.checkout.order import (
    codes,
    documents,
    invoice,
    lost_links,
    messages,
    needs,
    returns,
    tickets,
)
from shop.checkout.order import views as order_views

order = [
    path("", order_views.order, name="order"),
    path("code/", codes.code, name="order-code"),
    path("open/<str:proof>/", codes.open_fresh, name="order-open"),
    path("paid/", provider_return.paid, name="order-paid"),
    path("stopped/", provider_return.stopped, name="order-stopped"),
    path("cancel/", order_views.cancel, name="order-cancel"),
    path("keep/", order_views.keep_order, name="order-keep"),
    path("invoice/", invoice.invoice, name="order-invoice"),
    path("parcels/<int:part_id>/arrived/", returns.arrival, name="order-arrival"),
    path(
        "replacements/<int:replacement_id>/arrived/",
        returns.replacement_arrival,
        name="order-replacement-arrival",
    ),
    path("visits/<int:line_id>/needs/", needs.needs, name="order-needs"),
    path("parcels/<int:part_id>/messages/", messages.thread, name="order-messages"),
    path("parcels/<int:part_id>/<str:kind>/", returns.begin, name="order-ask"),
    path("requests/<int:request_id>/", returns.show, name="order-request"),
    path("papers/<int:document_id>.pdf", documents.paper, name="order-paper"),
    path("tickets/", tickets.tickets, name="order-tickets"),
    path("tickets/<int:line_id>.ics", tickets.session_file, name="order-session"),
]
urlpatterns = [
    path("checkout/", views.address, name="checkout"),
    path("checkout/delivery/", views.delivery, name="checkout-delivery"),
    path("orders/", RedirectView.as_view(pattern_name="account")),  # what people type
    path("orders/find/", lost_links.find, name="order-find"),
    path("orders/<str:number>/<str:token>/", include(order)),
    path("account/", order_views.account, name="account"),
]
