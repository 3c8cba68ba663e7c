from django.urls import path

from shop.workspace import views

urlpatterns = [
    path("", views.overview, name="merchant"),
    path("orders/<int:suborder_id>/", views.suborder, name="merchant-order"),
]
