from django.urls import path

from shop.operations.retention import views

urlpatterns = [
    path("data/", views.data, name="account-data"),
    path("data/file/", views.data_file, name="account-data-file"),
    path("erase/", views.erase, name="account-erase"),
]
