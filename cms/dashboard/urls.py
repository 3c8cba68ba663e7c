from django.urls import path, re_path

from cms.dashboard import colleagues, erase, limits
from cms.dashboard.books import index as books
from cms.dashboard.books import months, receivables
from cms.dashboard.catalogue import (
    content_reports,
    later_reviews,
    pending_changes,
    review,
    take_down,
)
from cms.dashboard.channels import board as channels
from cms.dashboard.channels import lacking
from cms.dashboard.deals import actions as deal_actions
from cms.dashboard.deals import views as deals
from cms.dashboard.deals import wrong_prices
from cms.dashboard.documents import tax_rules
from cms.dashboard.documents.index import PapersView, fiscal_numbers, paper
from cms.dashboard.enrolment import invite, remind, stores, terms
from cms.dashboard.failed_jobs import views as failed_jobs
from cms.dashboard.festivals import (
    calendar,
    clone,
    close,
    history,
    links,
    override,
    publish,
    slot_actions,
    slots,
    translations,
)
from cms.dashboard.festivals import views as festivals
from cms.dashboard.incidents import views as incidents
from cms.dashboard.money import task as money
from cms.dashboard.money.bank_answer import bank_answer
from cms.dashboard.money.index import MoneyView
from cms.dashboard.nominations import bulk, take_back, wishes
from cms.dashboard.nominations import index as queue
from cms.dashboard.nominations import views as nominations
from cms.dashboard.orders import carriers, messages
from cms.dashboard.orders.actions import address, mail, stop
from cms.dashboard.orders.notes import change as change_note
from cms.dashboard.orders.notes import write as write_note
from cms.dashboard.orders.refunds import refund
from cms.dashboard.orders.replacements import arrived as replacement_arrived
from cms.dashboard.orders.replacements import cancel as cancel_replacement
from cms.dashboard.orders.replacements import offer as offer_replacement
from cms.dashboard.orders.returns import arrived, keep, return_picture
from cms.dashboard.orders.whole_refund import whole_refund
from cms.dashboard.payouts import accounts, batches, remote, settlements
from cms.dashboard.payouts.index import AccountsView, BatchesView, PayoutsView, SettlementsView
from cms.dashboard.promotions import sponsors
from cms.dashboard.promotions import views as promotions
from cms.dashboard.promotions.actions import act, codes, make_codes
from cms.dashboard.reports import live, previews, price_spreadsheets, share_links
from cms.dashboard.reports import views as reports
from cms.dashboard.search import not_found
from cms.dashboard.search.spreadsheets import of_meanings, of_synonyms
from cms.dashboard.stores import (
    application,
    certificates,
    edit,
    lesson_results,
    people,
    second_step,
    spreadsheet,
    suspend,
)
from cms.dashboard.stores.applications import ApplicationsView
from cms.dashboard.stores.legal import legal
from cms.dashboard.stores.page import clear, page
from cms.dashboard.stores.trust import trust

app_name = "desk"
urlpatterns = [
    path("festivals/", festivals.FestivalsView.as_view(), name="festivals"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("festivals/<int:pk>/timeline/", calendar.timeline, name="festival-timeline"),
    path("festivals/new/", festivals.add, name="festival-add"),
    path("festivals/<int:pk>/", festivals.board, name="festival"),
    path("festivals/<int:pk>/history/", history.history, name="festival-history"),
    path("festivals/<int:pk>/edit/", festivals.edit, name="festival-edit"),
    path("festivals/<int:pk>/words/", translations.first, name="festival-words"),
    path("festivals/<int:pk>/words/<slug:code>/", translations.write, name="festival-words-in"),
    path("festivals/<int:pk>/publish/", publish.publish, name="festival-publish"),
    path("festivals/<int:pk>/override/", override.override, name="festival-override"),
    path("festivals/<int:pk>/products/", festivals.list_products, name="festival-products"),
    path("festivals/<int:pk>/page/", links.begin_page, name="festival-page"),
    path("festivals/<int:pk>/preview/", previews.previews, name="festival-previews"),
    path("festivals/<int:pk>/preview/links/", previews.share, name="preview-share"),
    path(
        "festivals/<int:pk>/preview/links/<int:link_id>/revoke/",
        previews.revoke,
        name="preview-revoke",
    ),
    path("festivals/<int:pk>/prices/", price_spreadsheets.price_list, name="festival-prices"),
    path("festivals/<int:pk>/prices/changes/", price_spreadsheets.changes, name="festival-changes"),
    path("festivals/<int:pk>/slots/new/", slots.add, name="slot-add"),
    path("festivals/<int:pk>/slots/<int:slot_id>/", slots.edit, name="slot-edit"),
    path("festivals/<int:pk>/slots/<int:slot_id>/remove/", slots.remove, name="slot-remove"),
    path("festivals/<int:pk>/slots/<int:slot_id>/<slug:name>/", slot_actions.act, name="slot-act"),
    path("festivals/<int:pk>/clone/", clone.clone, name="festival-clone"),
    path("festivals/<int:pk>/deals/", deals.DealsView.as_view(), name="festival-deals"),
    path("festivals/<int:pk>/deals/<int:deal_id>/", deals.deal, name="deal"),
    path("festivals/<int:pk>/deals/<int:deal_id>/decide/", wrong_prices.decide, name="wrong-price"),
    path("festivals/<int:pk>/deals/<int:deal_id>/<slug:name>/", deal_actions.act, name="deal-act"),
    path("festivals/benefits.css", promotions.styles, name="benefit-styles"),
    path(
        "festivals/<int:pk>/benefits/", promotions.BenefitsView.as_view(), name="festival-benefits"
    ),
    path("festivals/<int:pk>/benefits/new/", promotions.add, name="benefit-add"),
    path("festivals/<int:pk>/benefits/<int:benefit_id>/", promotions.benefit, name="benefit"),
    path(
        "festivals/<int:pk>/benefits/<int:benefit_id>/edit/", promotions.edit, name="benefit-edit"
    ),
    path(
        "festivals/<int:pk>/benefits/<int:benefit_id>/codes/", make_codes, name="benefit-codes-make"
    ),
    path(
        "festivals/<int:pk>/benefits/<int:benefit_id>/codes/<int:batch_id>/",
        codes,
        name="benefit-codes",
    ),
    path("festivals/<int:pk>/benefits/<int:benefit_id>/<slug:name>/", act, name="benefit-act"),
    path("festivals/<int:pk>/sponsors/new/", sponsors.add, name="fund-add"),
    path("festivals/<int:pk>/sponsors/<int:fund_id>/", sponsors.fund, name="fund"),
    path("festivals/<int:pk>/sponsors/<int:fund_id>/paid/", sponsors.paid, name="fund-paid"),
    path("festivals/<int:pk>/sponsors/<int:fund_id>/repaid/", sponsors.repaid, name="fund-repaid"),
    path("festivals/<int:pk>/stores/remind/", remind.remind, name="festival-remind"),
    path("festivals/<int:pk>/stores/", stores.StoresView.as_view(), name="festival-stores"),
    path("festivals/<int:pk>/stores/invite/", invite.InviteView.as_view(), name="festival-invite"),
    path("festivals/<int:pk>/stores/invite/all/", invite.invite_all, name="festival-invite-all"),
    path("festivals/<int:pk>/terms/", terms.terms, name="festival-terms"),
    path(
        "festivals/<int:pk>/wanted/", wishes.ProductRequestsView.as_view(), name="festival-wanted"
    ),
    path("festivals/<int:pk>/wanted/<int:wanted_id>/remove/", wishes.remove, name="wanted-remove"),
    path("festivals/<int:pk>/stores/<int:enrolment_id>/", stores.decide, name="enrolment-decide"),
    path(
        "festivals/<int:pk>/nominations/",
        queue.NominationsView.as_view(),
        name="festival-nominations",
    ),
    path(
        "festivals/<int:pk>/nominations/<int:nomination_id>/",
        nominations.nomination,
        name="nomination",
    ),
    path(
        "festivals/<int:pk>/nominations/bulk/<int:bulk_id>/",
        bulk.bulk_approval,
        name="bulk-approval",
    ),
    path(
        "festivals/<int:pk>/nominations/<int:nomination_id>/take-back/",
        take_back.act,
        name="nomination-take-back",
    ),
    path("not-found/", not_found.NotFoundView.as_view(), name="not-found"),
    path("not-found/aside/", not_found.set_aside, name="not-found-aside"),
    path("meanings/sheet/", of_meanings, name="meaning-sheet"),
    path("synonyms/sheet/", of_synonyms, name="synonym-sheet"),
    path("fairness/", limits.edit, name="fairness"),
    path("settlements/", SettlementsView.as_view(), name="settlements"),
    path("settlements/approve/", settlements.approve_many, name="settlements-approve"),
    path("settlements/<int:pk>/", settlements.settlement, name="settlement"),
    path("settlements/<int:pk>/approve/", settlements.approve, name="settlement-approve"),
    path("settlements/<int:pk>/drop/", settlements.drop, name="settlement-drop"),
    path("settlements/<int:pk>/paid/", settlements.paid, name="settlement-paid"),
    path("payouts/", PayoutsView.as_view(), name="payouts"),
    path("payouts/<int:pk>/", batches.payout, name="payout"),
    path("payouts/<int:pk>/prove/", batches.prove, name="payout-prove"),
    path("payouts/<int:pk>/proof/", batches.proof, name="payout-proof"),
    path("payouts/<int:pk>/take-back/", remote.take_back, name="payout-take-back"),
    path("payout-countries/", remote.CountriesView.as_view(), name="payout-countries"),
    path("payout-countries/<int:pk>/", remote.country, name="payout-country"),
    re_path(
        r"^payouts/(?P<pk>[0-9]{1,15})/(?P<way>leave-out|fail|came-back)/$",
        batches.end,
        name="payout-end",
    ),
    path("batches/", BatchesView.as_view(), name="batches"),
    path("batches/new/", batches.add, name="batch-add"),
    path("batches/<int:pk>/", batches.batch, name="batch"),
    path("batches/<int:pk>/export/", batches.export, name="batch-export"),
    path("batches/<int:pk>/file/", batches.file, name="batch-file"),
    path("batches/<int:pk>/close/", batches.close, name="batch-close"),
    path("accounts/", AccountsView.as_view(), name="accounts"),
    path("accounts/<int:pk>/", accounts.account, name="account"),
    path("accounts/<int:pk>/estimate/", accounts.estimate, name="account-estimate"),
    re_path(
        r"^accounts/(?P<pk>[0-9]{1,15})/(?P<way>confirm|close|trust)/$",
        accounts.decide,
        name="account-decide",
    ),
    path("money/", MoneyView.as_view(), name="money"),
    path("money/papers/<int:pk>/", money.paper, name="money-paper"),
    path("money/<int:pk>/", money.task, name="money-task"),
    path("money/<int:pk>/look/", money.look_again, name="money-look"),
    path("money/<int:pk>/bank/", bank_answer, name="money-bank"),
    path("money/<int:pk>/<slug:outcome>/", money.close, name="money-close"),
    path("books/", books.books, name="books"),
    path("books/paid-in/", books.money_in, name="money-in"),
    path("books/taken-out/", books.money_out, name="money-out"),
    path("books/tax-paid/", books.tax_paid, name="tax-paid"),
    path("books/tax-returned/", books.tax_returned, name="tax-returned"),
    path("books/receivables/", receivables.show_receivables, name="receivables"),
    re_path(r"^books/(?P<year>20[0-9]{2})-(?P<month>[0-9]{2})/$", months.show_month, name="month"),
    re_path(
        r"^books/(?P<year>20[0-9]{2})-(?P<month>[0-9]{2})\.(?P<kind>csv|xlsx)$",
        months.month_sheet,
        name="month-sheet",
    ),
    re_path(
        r"^books/(?P<year>20[0-9]{2})-(?P<month>[0-9]{2})/journal\.csv$",
        months.journal_sheet,
        name="journal",
    ),
    path("papers/", PapersView.as_view(), name="papers"),
    path("papers/<int:pk>.pdf", paper, name="paper"),
    path("papers/fiscal/", fiscal_numbers, name="fiscal-numbers"),
    path("papers/tax/", tax_rules.TaxRulesView.as_view(), name="tax-rules"),
    path("papers/tax/new/", tax_rules.add, name="tax-rule-add"),
    path("papers/tax/<int:pk>/", tax_rules.edit, name="tax-rule-edit"),
    path("papers/tax/<int:pk>/remove/", tax_rules.remove, name="tax-rule-remove"),
    path("channels/", channels.board, name="channels"),
    path("channels/products/", lacking.LackingView.as_view(), name="channel-products"),
    path("links/", share_links.LinksView.as_view(), name="share-links"),
    path("links/new/", share_links.add, name="share-link-add"),
    path("links/<int:pk>/<slug:what>/", share_links.act, name="share-link-act"),
    path("orders/carriers/", carriers.CarriersView.as_view(), name="carriers"),
    path("orders/carriers/new/", carriers.add, name="carrier-add"),
    path("orders/carriers/<int:pk>/", carriers.edit, name="carrier-edit"),
    path("orders/carriers/<int:pk>/remove/", carriers.remove, name="carrier-remove"),
    path("orders/messages/<int:pk>/hide/", messages.hide, name="order-message-hide"),
    path("orders/messages/<int:pk>/leave/", messages.leave, name="order-message-leave"),
    path("orders/<int:pk>/address/", address, name="order-address"),
    path("orders/<int:pk>/refund/", refund, name="order-refund"),
    path("orders/<int:pk>/refund/all/", whole_refund, name="order-refund-all"),
    path("orders/<int:pk>/arrived/", arrived, name="order-arrived"),
    path("orders/<int:pk>/keep/", keep, name="order-keep"),
    path("orders/<int:pk>/notes/", write_note, name="order-notes"),
    re_path(
        r"^orders/notes/(?P<pk>[0-9]{1,15})/(?P<name>strike|called)/$",
        change_note,
        name="order-note",
    ),
    path("orders/<int:pk>/replace/", offer_replacement, name="order-replace"),
    path("orders/replacements/<int:pk>/cancel/", cancel_replacement, name="replacement-cancel"),
    path("orders/replacements/<int:pk>/arrived/", replacement_arrived, name="replacement-arrived"),
    path("orders/returns/pictures/<int:picture_id>.jpg", return_picture, name="return-picture"),
    re_path(r"^orders/(?P<pk>[0-9]+)/(?P<name>stop|go)/$", stop, name="order-stop"),
    path("orders/<int:pk>/mails/<slug:key>/", mail, name="order-mail"),
    path("sign-in/", second_step.SignInView.as_view(), name="sign-in"),
    path("sign-in/<int:pk>/free/", second_step.free, name="sign-in-free"),
    path("festivals/<int:pk>/live/", live.live, name="festival-live"),
    path("festivals/<int:pk>/health/", live.health, name="festival-health"),
    path("festivals/<int:pk>/close/", close.close, name="festival-close"),
    path("festivals/<int:pk>/result/", close.result, name="festival-result"),
    path("festivals/<int:pk>/report/", reports.show_report, name="festival-report"),
    path("festivals/<int:pk>/report/report.xlsx", reports.report_book, name="festival-book"),
    path("festivals/<int:pk>/report/<slug:part>.csv", reports.report_sheet, name="festival-sheet"),
    path(
        "festivals/<int:pk>/statements/",
        reports.StatementsView.as_view(),
        name="festival-statements",
    ),
    path(
        "festivals/<int:pk>/statements/<int:merchant_id>/",
        reports.show_statement,
        name="festival-statement",
    ),
    re_path(
        r"^festivals/(?P<pk>[0-9]+)/statements/(?P<merchant_id>[0-9]+)\.(?P<kind>csv|xlsx)$",
        reports.statement_file,
        name="festival-statement-file",
    ),
    path("failed/", failed_jobs.FailedJobsView.as_view(), name="failed-jobs"),
    path("failed/<int:pk>/close/", failed_jobs.close, name="failed-job-close"),
    path("disturbances/", incidents.IncidentsView.as_view(), name="incidents"),
    path("disturbances/new/", incidents.add, name="incident-add"),
    path("disturbances/<int:pk>/", incidents.edit, name="incident-edit"),
    path("disturbances/<int:pk>/updates/", incidents.add_update, name="incident-update-add"),
    path("disturbances/<int:pk>/<slug:name>/", incidents.act, name="incident-act"),
    path("disturbances/updates/<int:pk>/", incidents.edit_update, name="incident-update"),
    path(
        "disturbances/updates/<int:pk>/remove/",
        incidents.drop_update,
        name="incident-update-remove",
    ),
    path("people/erase/", erase.person, name="person-erase"),
    path("colleagues/", colleagues.colleagues, name="colleagues"),
    path("colleagues/<int:pk>/<slug:name>/", colleagues.act, name="colleague-act"),
    path(
        "colleagues/invitations/<int:pk>/<slug:name>/",
        colleagues.act_on_invitation,
        name="invitation-act",
    ),
    path("new-products/", review.QueueView.as_view(), name="product-queue"),
    path("new-products/<int:pk>/", review.review, name="product-review"),
    path("new-products/<int:pk>/take-down/", take_down.take_down, name="product-take-down"),
    path("new-products/<int:pk>/put-back/", take_down.put_back, name="product-put-back"),
    path("changes/later/", later_reviews.LaterReviewsView.as_view(), name="later-reviews"),
    path("changes/later/<int:pk>/", later_reviews.later_review, name="later-review"),
    path("notices/", content_reports.ContentReportsView.as_view(), name="content-reports"),
    path("notices/<int:pk>/", content_reports.report, name="content-report"),
    path("certificates/", certificates.CertificationsView.as_view(), name="certificates"),
    path("certificates/<int:pk>/", certificates.certificate, name="certificate"),
    path("certificates/papers/<int:pk>/", certificates.paper, name="certificate-paper"),
    path("stores/<int:pk>/certificate/", certificates.add, name="store-certificate"),
    path("applications/", ApplicationsView.as_view(), name="applications"),
    path("applications/papers/<int:pk>/", application.paper, name="application-paper"),
    path(
        "applications/papers/<int:pk>/refuse/",
        application.refuse_paper,
        name="application-paper-refuse",
    ),
    path("applications/<int:pk>/", application.application, name="application"),
    path("applications/<int:pk>/approve/", application.approve, name="application-approve"),
    path("applications/<int:pk>/<slug:name>/", application.act, name="application-act"),
    path("academy/", lesson_results.LessonResultsView.as_view(), name="learned"),
    path("academy/stores/", lesson_results.StoreLessonResultsView.as_view(), name="learned-stores"),
    path(
        "academy/people/", lesson_results.PeopleLessonResultsView.as_view(), name="learned-people"
    ),
    path("stores/new/", edit.add, name="store-add"),
    path("stores/sheet/", spreadsheet.bring, name="store-sheet"),
    path("stores/sheet.csv", spreadsheet.template, name="store-sheet-template"),
    path("stores/<int:pk>/trust/", trust, name="store-trust"),
    path("stores/<int:pk>/edit/", edit.edit, name="store-edit"),
    path("stores/<int:pk>/seller/", legal, name="store-legal"),
    path("stores/<int:pk>/", page, name="store-page"),
    path("stores/<int:pk>/suspend/", suspend.suspend, name="store-suspend"),
    path("stores/<int:pk>/reopen/", suspend.reopen, name="store-reopen"),
    path("stores/<int:pk>/leave/", suspend.leave, name="store-leave"),
    path("stores/<int:pk>/stay/", suspend.stay, name="store-stay"),
    path("stores/<int:pk>/invite/", people.invite, name="store-invite"),
    path(
        "stores/<int:pk>/people/<int:member_id>/<slug:name>/", people.act, name="store-member-act"
    ),
    path(
        "stores/<int:pk>/invitations/<int:invitation_id>/<slug:name>/",
        people.act_on_invitation,
        name="store-invitation-act",
    ),
    path("stores/<int:pk>/take-down/", clear, name="store-page-clear"),
    path("changes/", pending_changes.PendingChangesView.as_view(), name="pending-changes"),
    path("changes/<int:pk>/", pending_changes.pending_change, name="pending-change"),
]
