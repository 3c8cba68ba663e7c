from django.urls import path

from shop.merchant.content_reports import views

urlpatterns = [
    path("product/<slug:slug>/", views.report_product, name="report-product"),
    path("store/<slug:slug>/", views.report_store, name="report-store"),
    path("<int:pk>/<str:secret>/", views.status, name="content-report"),
]
