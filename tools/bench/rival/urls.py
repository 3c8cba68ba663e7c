"""Oscar's addresses."""

from django.apps import apps
from django.conf import settings
from django.urls import include, path

from tools.bench.rival.listing import ListedByStatement

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include(apps.get_app_config("oscar").urls[0])),
]
if settings.LISTS_WITHOUT_SEARCH:
    urlpatterns.insert(0, path("catalogue/", ListedByStatement.as_view()))
