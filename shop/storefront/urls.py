from django.urls import path

from shop.storefront import views
from shop.storefront.previews import views as previews

urlpatterns = [
    path("products/", views.products, name="products"),
    path("products/<slug:slug>/", views.product, name="product"),
    path("suggestions/", views.suggestions, name="suggestions"),
    path("stores/", views.store_list, name="stores"),
    path("stores/<slug:slug>/", views.store, name="store"),
    path("preferences/", views.preferences, name="preferences"),
    path("preview/", previews.change, name="preview-change"),
    path("preview/leave/", previews.leave, name="preview-leave"),
    path("preview/<str:key>/", previews.follow, name="preview-link"),
]
