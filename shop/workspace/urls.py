from django.urls import URLPattern, URLResolver, include, path, re_path

from shop.workspace import translations
from shop.workspace.dashboard import overview
from shop.workspace.festivals import enrol, nominate, raise_allotment
from shop.workspace.money import account as accounts
from shop.workspace.money import remote
from shop.workspace.money import views as money
from shop.workspace.orders import disputes, papers, replace, returns, ship, statements, tickets
from shop.workspace.people import team
from shop.workspace.products import edit, picture_views, prices, sessions, stock
from shop.workspace.products import index as products
from shop.workspace.sheets import views as sheets
from shop.workspace.store import certificates, legal, profile

product = [
    path("", edit.edit, name="workspace-product"),
    path("submit/", edit.send_for_review, name="workspace-submit"),
    path("withdraw/", edit.take_off_sale, name="workspace-withdraw"),
    path("change/take-back/", edit.take_change_back, name="workspace-change-back"),
    path("pictures/", picture_views.pictures, name="workspace-pictures"),
    path("pictures/<int:picture_id>/", picture_views.change, name="workspace-picture"),
    path("stock/", stock.stock, name="workspace-stock"),
    path("prices/", prices.prices, name="workspace-prices"),
]
store: list[URLPattern | URLResolver] = [
    path("", overview.overview, name="workspace-store"),
    path("orders/", ship.orders, name="workspace-orders"),
    path("orders/packing.csv", ship.packing_sheet, name="workspace-packing"),
    path("returns/", returns.index, name="workspace-returns"),
    path("money/", money.overview, name="workspace-money"),
    path("money/held.csv", money.held_sheet, name="workspace-held"),
    path("money/ask/", money.ask, name="workspace-money-ask"),
    path("money/account/", accounts.account, name="workspace-account"),
    path("money/account/<int:method_id>/close/", accounts.close, name="workspace-account-close"),
    path("money/provider/", remote.form, name="workspace-provider-form"),
    path("money/<int:settlement_id>/", money.settlement, name="workspace-settlement"),
    re_path(r"^money/(?P<settlement_id>[0-9]{1,15})\.(?P<kind>csv|xlsx|pdf)$",
            money.settlement_sheet, name="workspace-settlement-sheet"),
    path("money/<int:settlement_id>/commission.pdf", money.commission, name="workspace-commission"),
    path("money/proofs/<int:payout_id>/", money.proof, name="workspace-proof"),
    path("papers/", papers.papers, name="workspace-papers"),
    path("papers/papers.csv", papers.sheet, name="workspace-papers-sheet"),
    path("products/", products.products, name="workspace-products"),
    path("products/new/", edit.add, name="workspace-add"),
    path("products/<int:product_id>/", include(product)),
    path("festivals/", enrol.festivals, name="workspace-festivals"),
    path("festivals/<int:festival_id>/", enrol.festival, name="workspace-festival"),
    path("festivals/<int:festival_id>/join/", enrol.answer, name="workspace-join"),
    path("festivals/<int:festival_id>/leave/", enrol.leave, name="workspace-leave"),
    path("festivals/<int:festival_id>/terms/<str:version>/", enrol.terms, name="workspace-terms"),
    path("festivals/<int:festival_id>/sheet/", sheets.upload, name="workspace-sheets"),
    path("festivals/<int:festival_id>/sheet.<str:kind>", sheets.template,
         name="workspace-sheet-template"),
    path("sheets/<int:sheet_id>/", sheets.report, name="workspace-sheet"),
    path("sheets/<int:sheet_id>/refused.<str:kind>", sheets.refused,
         name="workspace-sheet-refused"),
    path("festivals/<int:festival_id>/statement/", statements.show, name="workspace-statement"),
    re_path(r"^festivals/(?P<festival_id>[0-9]+)/statement\.(?P<kind>csv|xlsx)$",
            statements.sheet, name="workspace-statement-sheet"),
    path("slots/<int:slot_id>/<int:product_id>/", nominate.nominate, name="workspace-nominate"),
    path("slots/<int:slot_id>/<int:product_id>/check/", nominate.check, name="workspace-check"),
    path("nominations/<int:nomination_id>/withdraw/", nominate.withdraw,
         name="workspace-nomination-withdraw"),
    path("sessions/", sessions.sessions, name="workspace-sessions"),
    path("sessions/<int:pool_id>/", sessions.session, name="workspace-session"),
    path("products/<int:product_id>/dates/", sessions.open_dates, name="workspace-open-dates"),
    path("nominations/<int:nomination_id>/raise/", raise_allotment.raise_units,
         name="workspace-raise"),
    path("products/<int:product_id>/words/<str:language>/", translations.of_product,
         name="workspace-words"),
    path("team/", team.team, name="workspace-team"),
    path("team/done/", team.done, name="workspace-done"),
    path("team/leave/", team.leaving, name="workspace-leaving"),
    path("team/leave/now/", team.leave, name="workspace-leave-store"),
    path("team/<int:member_id>/", team.person, name="workspace-person"),
    path("team/invited/<int:invitation_id>/", team.invited, name="workspace-invited"),
    path("profile/", profile.profile, name="workspace-profile"),
    path("profile/seller/", legal.legal, name="workspace-legal"),
    path("profile/certificates/", certificates.certificates, name="workspace-certificates"),
    path("profile/certificates/papers/<int:paper_id>/", certificates.paper,
         name="workspace-certificate-paper"),
    path("profile/certificates/<int:certificate_id>/remove/", certificates.remove,
         name="workspace-certificate-remove"),
    path("profile/words/<str:language>/", translations.of_store, name="workspace-page-words"),
    path("profile/change/take-back/", profile.take_change_back, name="workspace-page-back"),
]  # fmt: skip
urlpatterns = [
    path("", overview.first_store, name="workspace"),
    path("orders/<int:suborder_id>/", ship.suborder, name="workspace-order"),
    path("orders/<int:suborder_id>/cannot-send/", returns.cannot_send,
         name="workspace-cannot-send"),
    path("orders/<int:suborder_id>/replace/", replace.offer, name="workspace-send-again"),
    path("replacements/<int:replacement_id>/", replace.replacement, name="workspace-replacement"),
    path("orders/<int:suborder_id>/disputes/papers/<int:paper_id>/", disputes.paper,
         name="workspace-dispute-paper"),
    path("orders/<int:suborder_id>/disputes/papers/<int:paper_id>/remove/",
         disputes.remove_paper, name="workspace-dispute-paper-remove"),
    path("orders/<int:suborder_id>/disputes/<int:dispute_id>/", disputes.dispute,
         name="workspace-dispute"),
    path("returns/<int:request_id>/", returns.show, name="workspace-return"),
    path("returns/pictures/<int:picture_id>.jpg", returns.picture, name="workspace-return-picture"),
    path("orders/<int:suborder_id>/papers/<int:document_id>.pdf", papers.paper,
         name="workspace-paper"),
    path("tickets/", tickets.find, name="workspace-tickets"),
    path("tickets/<str:code>/", tickets.ticket, name="workspace-ticket"),
    path("<slug:store>/", include(store)),
]  # fmt: skip
