from django.urls import path

from cms.admin import catalogue, festivals, links, nominations, overriding, slots, stores

app_name = "desk"
urlpatterns = [
    path("festivals/", festivals.festivals, name="festivals"),
    path("festivals/new/", festivals.add, name="festival-add"),
    path("festivals/<int:pk>/", festivals.board, name="festival"),
    path("festivals/<int:pk>/edit/", festivals.edit, name="festival-edit"),
    path("festivals/<int:pk>/publish/", festivals.publish, name="festival-publish"),
    path("festivals/<int:pk>/override/", overriding.override, name="festival-override"),
    path("festivals/<int:pk>/products/", festivals.list_products, name="festival-products"),
    path("festivals/<int:pk>/page/", links.begin_page, name="festival-page"),
    path("festivals/<int:pk>/slots/new/", slots.add, name="slot-add"),
    path("festivals/<int:pk>/slots/<int:slot_id>/", slots.edit, name="slot-edit"),
    path("festivals/<int:pk>/slots/<int:slot_id>/remove/", slots.remove, name="slot-remove"),
    path("festivals/<int:pk>/stores/", stores.stores, name="festival-stores"),
    path("festivals/<int:pk>/stores/<int:enrolment_id>/", stores.decide, name="enrolment-decide"),
    path("festivals/<int:pk>/nominations/", nominations.nominations, name="festival-nominations"),
    path("festivals/<int:pk>/nominations/<int:nomination_id>/", nominations.nomination,
         name="nomination"),
    path("new-products/", catalogue.queue, name="product-queue"),
    path("new-products/<int:pk>/", catalogue.review, name="product-review"),
]  # fmt: skip
