from django.urls import path, re_path

from cms.academy import certificates, views

SLUG = r"(?P<slug>[-\w]+)"  # letters of all scripts, as pages have them
urlpatterns = [
    path("", views.learning, name="learning"),
    re_path(
        r"^certificates/(?P<number>AC-[0-9A-Z-]{1,19})/$",
        certificates.check,
        name="completion-certificate",
    ),
    re_path(rf"^{SLUG}/$", views.lesson, name="lesson"),
    re_path(rf"^{SLUG}/ticks/$", views.tick, name="lesson-ticks"),
    re_path(rf"^{SLUG}/certificate/$", certificates.make, name="completion-certificate-make"),
    re_path(
        rf"^{SLUG}/certificate/away/$", certificates.take_away, name="completion-certificate-away"
    ),
    re_path(
        rf"^{SLUG}/certificate\.(?P<kind>pdf|png)$",
        certificates.file,
        name="completion-certificate-file",
    ),
]
