from django.urls import include, path, re_path

from shop.workspace import translations
from shop.workspace.dashboard import overview
from shop.workspace.festivals import enrol, nominate, raise_allotment
from shop.workspace.orders import ship, statements, tickets
from shop.workspace.products import edit, picture_views, prices, sessions, stock
from shop.workspace.products import index as products
from shop.workspace.sheets import views as sheets
from shop.workspace.store import profile

product = [
    path("", edit.edit, name="merchant-product"),
    path("submit/", edit.send_for_review, name="merchant-submit"),
    path("withdraw/", edit.take_off_sale, name="merchant-withdraw"),
    path("change/take-back/", edit.take_change_back, name="merchant-change-back"),
    path("pictures/", picture_views.pictures, name="merchant-pictures"),
    path("pictures/<int:picture_id>/", picture_views.change, name="merchant-picture"),
    path("stock/", stock.stock, name="merchant-stock"),
    path("prices/", prices.prices, name="merchant-prices"),
]
store = [
    path("", overview.overview, name="merchant-store"),
    path("orders/", ship.orders, name="merchant-orders"),
    path("orders/packing.csv", ship.packing_sheet, name="merchant-packing"),
    path("products/", products.products, name="merchant-products"),
    path("products/new/", edit.add, name="merchant-add"),
    path("products/<int:product_id>/", include(product)),
    path("festivals/", enrol.festivals, name="merchant-festivals"),
    path("festivals/<int:festival_id>/", enrol.festival, name="merchant-festival"),
    path("festivals/<int:festival_id>/join/", enrol.answer, name="merchant-join"),
    path("festivals/<int:festival_id>/leave/", enrol.leave, name="merchant-leave"),
    path("festivals/<int:festival_id>/terms/<str:version>/", enrol.terms, name="merchant-terms"),
    path("festivals/<int:festival_id>/sheet/", sheets.upload, name="merchant-sheets"),
    path("festivals/<int:festival_id>/sheet.<str:kind>", sheets.template,
         name="merchant-sheet-template"),
    path("sheets/<int:sheet_id>/", sheets.report, name="merchant-sheet"),
    path("sheets/<int:sheet_id>/refused.<str:kind>", sheets.refused, name="merchant-sheet-refused"),
    path("festivals/<int:festival_id>/statement/", statements.show, name="merchant-statement"),
    re_path(r"^festivals/(?P<festival_id>[0-9]+)/statement\.(?P<kind>csv|xlsx)$",
            statements.sheet, name="merchant-statement-sheet"),
    path("slots/<int:slot_id>/<int:product_id>/", nominate.nominate, name="merchant-nominate"),
    path("slots/<int:slot_id>/<int:product_id>/check/", nominate.check, name="merchant-check"),
    path("nominations/<int:nomination_id>/withdraw/", nominate.withdraw,
         name="merchant-nomination-withdraw"),
    path("sessions/", sessions.sessions, name="merchant-sessions"),
    path("sessions/<int:pool_id>/", sessions.session, name="merchant-session"),
    path("products/<int:product_id>/dates/", sessions.open_dates, name="merchant-open-dates"),
    path("nominations/<int:nomination_id>/raise/", raise_allotment.raise_units,
         name="merchant-raise"),
    path("products/<int:product_id>/words/<str:language>/", translations.of_product,
         name="merchant-words"),
    path("profile/", profile.profile, name="merchant-profile"),
    path("profile/words/<str:language>/", translations.of_store, name="merchant-page-words"),
    path("profile/change/take-back/", profile.take_change_back, name="merchant-page-back"),
]  # fmt: skip
urlpatterns = [
    path("", overview.first_store, name="merchant"),
    path("orders/<int:suborder_id>/", ship.suborder, name="merchant-order"),
    path("tickets/", tickets.find, name="merchant-tickets"),
    path("tickets/<str:code>/", tickets.ticket, name="merchant-ticket"),
    path("<slug:store>/", include(store)),
]
