from django.urls import include, path

from shop.workspace import (
    editor,
    joining,
    nominating,
    overview,
    photos,
    pricing,
    products,
    profile,
    raising,
    sending,
    sessions,
    stocktaking,
    tickets,
)
from shop.workspace.sheets import views as sheets

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
    path("festivals/", joining.festivals, name="merchant-festivals"),
    path("festivals/<int:festival_id>/", joining.festival, name="merchant-festival"),
    path("festivals/<int:festival_id>/join/", joining.answer, name="merchant-join"),
    path("festivals/<int:festival_id>/leave/", joining.leave, name="merchant-leave"),
    path("festivals/<int:festival_id>/terms/<str:version>/", joining.terms, name="merchant-terms"),
    path("festivals/<int:festival_id>/sheet/", sheets.upload, name="merchant-sheets"),
    path("festivals/<int:festival_id>/sheet.<str:kind>", sheets.template,
         name="merchant-sheet-template"),
    path("sheets/<int:sheet_id>/", sheets.report, name="merchant-sheet"),
    path("sheets/<int:sheet_id>/refused.<str:kind>", sheets.refused, name="merchant-sheet-refused"),
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
