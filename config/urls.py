"""The root of all addresses; pages for people carry their language in the path."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from wagtail.urls import serve_pattern

from cms.colleagues.views import invitation
from cms.pages import results, serve, sitemap
from config import health
from config.favicon import favicon
from config.media import media
from config.robots_txt import robots_txt
from config.security_txt import security_txt
from config.watching.metrics import metrics
from shop.core.demonstration.views import demonstration
from shop.merchant.dashboard.orders.door_sync import door_worker
from shop.merchant.dashboard.people.views import invitation as store_invitation
from shop.money.payments.webhooks import receive
from shop.money.settlements.remote.messages import receive_thin
from shop.orders.tickets.own_calendar import own_calendar
from shop.reports.incidents.views import status_json
from shop.storefront.share_links.follow import follow
from shop.storefront.views import server_clock

urlpatterns = [
    path("health/", health.health, name="health"),
    path("health/live/", health.live, name="health-live"),
    path("health/ready/", health.ready, name="health-ready"),
    path("metrics", metrics, name="metrics"),
    path(".well-known/security.txt", security_txt, name="security-txt"),
    path("favicon.ico", favicon, name="favicon"),
    path("robots.txt", robots_txt, name="robots-txt"),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("sitemap-<str:language>-<int:part>.xml", sitemap.sitemap_part, name="sitemap-part"),
    path("status.json", status_json, name="status-json"),
    path("clock/", server_clock, name="clock"),
    path("door-worker.js", door_worker, name="door-worker"),
    path("calendars/<str:token>.ics", own_calendar, name="own-calendar"),
    path("s/<slug:code>/", follow, name="share-link"),
    path("s/<slug:code>", follow),  # as it is copied from paper
    path("webhooks/stripe/", receive, name="stripe-webhook"),
    path("webhooks/stripe/thin/", receive_thin, name="stripe-thin-webhook"),
    path("organize/", include("cms.urls")),
    path("mail/", include("shop.core.mail.urls")),
]
if settings.DEBUG or settings.DEMO:
    urlpatterns.append(path("media/<path:path>", media))
# Pages come last: what an editor calls a page never hides an address of the shop.
urlpatterns += i18n_patterns(
    path("", serve.home, name="home"),
    path("", include("shop.storefront.urls")),
    path("demonstration/", demonstration, name="demonstration"),
    path("", include("shop.orders.cart.urls")),
    path("", include("shop.orders.reminders.urls")),
    path("", include("shop.checkout.urls")),
    path("merchant/", include("shop.merchant.dashboard.urls")),
    path("merchant/", include("shop.merchant.content_reports.store_urls")),
    path("apply/", include("shop.merchant.applications.urls")),
    path("report/", include("shop.merchant.content_reports.urls")),
    path("status/", include("shop.reports.incidents.urls")),
    path("learning/", include("cms.academy.urls")),
    path("feeds/", include("shop.storefront.feeds.urls")),
    path("account/invitation/<str:token>/", invitation, name="colleague-invitation"),
    path("account/store/<str:token>/", store_invitation, name="store-invitation"),
    path("account/", include("shop.operations.retention.urls")),
    path("account/", include("shop.people.accounts.urls")),
    path("account/", include("allauth.urls")),
    path("documents/", include("wagtail.documents.urls")),
    path("festivals/<slug:slug>/result/", results.result, name="festival-result"),
    re_path(serve_pattern, serve.page, name="wagtail_serve"),
    prefix_default_language=False,
)

handler404 = "shop.storefront.not_found.not_found"
handler500 = "shop.storefront.database_away.server_error"
