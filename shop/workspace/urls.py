from django.urls import include, path, re_path

from shop.workspace import (
    editor,
    nominating,
    overview,
    photos,
    pricing,
    products,
    profile,
    raising,
    sending,
    sessions,
    statements,
    stocktaking,
    tickets,
)

product = [
    path("", editor.edit, name="merchant-product"),
    path("submit/", editor.send_for_review, name="merchant-submit"),
    path("withdraw/", editor.take_off_sale, name="merchant-withdraw"),
    path("pictures/", photos.pictures, name="merchant-pictures"),
    path("pictures/<int:picture_id>/", photos.change, name="merchant-picture"),
    path("stock/", stocktaking.stock, name="merchant-stock"),
    path("prices/", pricing.prices, name="merchant-prices"),
]
store = [
    path("", overview.overview, name="merchant-store"),
    path("orders/", sending.orders, name="merchant-orders"),
    path("orders/packing.csv", sending.packing_sheet, name="merchant-packing"),
    path("products/", products.products, name="merchant-products"),
    path("products/new/", editor.add, name="merchant-add"),
    path("products/<int:product_id>/", include(product)),
    path("festivals/", nominating.festivals, name="merchant-festivals"),
    path("festivals/<int:festival_id>/", nominating.festival, name="merchant-festival"),
    path("festivals/<int:festival_id>/join/", nominating.answer, name="merchant-join"),
    path("festivals/<int:festival_id>/statement/", statements.show, name="merchant-statement"),
    re_path(r"^festivals/(?P<festival_id>[0-9]+)/statement\.(?P<kind>csv|xlsx)$",
            statements.sheet, name="merchant-statement-sheet"),
    path("slots/<int:slot_id>/<int:product_id>/", nominating.nominate, name="merchant-nominate"),
    path("slots/<int:slot_id>/<int:product_id>/check/", nominating.check, name="merchant-check"),
    path("nominations/<int:nomination_id>/withdraw/", nominating.withdraw,
         name="merchant-nomination-withdraw"),
    path("sessions/", sessions.sessions, name="merchant-sessions"),
    path("sessions/<int:pool_id>/", sessions.session, name="merchant-session"),
    path("products/<int:product_id>/dates/", sessions.open_dates, name="merchant-open-dates"),
    path("nominations/<int:nomination_id>/raise/", raising.raise_units, name="merchant-raise"),
    path("profile/", profile.profile, name="merchant-profile"),
]  # fmt: skip
urlpatterns = [
    path("", overview.first_store, name="merchant"),
    path("orders/<int:suborder_id>/", sending.suborder, name="merchant-order"),
    path("tickets/", tickets.find, name="merchant-tickets"),
    path("tickets/<str:code>/", tickets.ticket, name="merchant-ticket"),
    path("<slug:store>/", include(store)),
]
