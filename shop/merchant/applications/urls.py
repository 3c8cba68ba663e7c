from django.urls import path

from shop.merchant.applications import pages, views

urlpatterns = [
    path("", views.apply, name="apply"),
    path("link/", views.mail_link, name="apply-link"),
    path("link/<str:token>/", views.follow, name="apply-follow"),
    path("own/<int:pk>/", views.go_on, name="apply-own"),
    path("say/", views.say, name="apply-say"),
    path("mail/", views.mail_again, name="apply-mail"),
    path("withdraw/", views.withdraw, name="apply-withdraw"),
    path("address/", views.change_address, name="apply-address"),
    path("leave/", views.forget, name="apply-leave"),
    path("papers/<int:pk>/remove/", pages.remove_paper, name="apply-paper-remove"),
    path("files/<int:pk>/remove/", pages.dismiss_file, name="apply-file-remove"),
    path("<slug:name>/", pages.step, name="apply-step"),
]
