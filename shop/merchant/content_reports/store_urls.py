from django.urls import path

from shop.merchant.content_reports import stores

urlpatterns = [
    path("<slug:store>/object/", stores.of_store, name="workspace-object"),
    path("<slug:store>/products/<int:product_id>/object/", stores.of_product,
         name="workspace-object-product"),
]  # fmt: skip
