from django.urls import path

from shop.reports.incidents import views

urlpatterns = [path("", views.status, name="status")]
