from django.urls import path, re_path

from cms.academy import certificates, views

urlpatterns = [
    path("", views.learning, name="learning"),
    path("certificates/<str:number>/", certificates.check, name="diploma"),
    path("<str:slug>/", views.lesson, name="lesson"),
    path("<str:slug>/ticks/", views.tick, name="lesson-ticks"),
    path("<str:slug>/certificate/", certificates.make, name="diploma-make"),
    path("<str:slug>/certificate/away/", certificates.take_away, name="diploma-away"),
    re_path(r"^(?P<slug>[^/]+)/certificate\.(?P<kind>pdf|png)$", certificates.file,
            name="diploma-file"),
]  # fmt: skip
