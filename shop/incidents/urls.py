from django.urls import path

from shop.incidents import views

urlpatterns = [path("", views.status, name="status")]
