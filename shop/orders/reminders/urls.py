from django.urls import path

from shop.orders.reminders import views

urlpatterns = [
    path("remind/", views.remind, name="remind"),
    path("remind/done/", views.done, name="reminded"),
    path("remind/<str:token>/confirm/", views.confirm, name="remind-confirm"),
    path("remind/<str:token>/stop/", views.stop, name="remind-stop"),
    path("remind/<str:token>/go/", views.go, name="remind-go"),
]
