from django.urls import re_path

from shop.core.mail import views
from shop.core.mail.outbox import NAME

urlpatterns = [
    re_path(r"^$", views.messages, name="mail"),
    re_path(rf"^(?P<name>{NAME})/$", views.message, name="mail-message"),
    re_path(rf"^(?P<name>{NAME})/html/$", views.html, name="mail-html"),
]
