from django.urls import path

from shop.workspace import sessions, tickets, views

urlpatterns = [
    path("", views.overview, name="merchant"),
    path("tickets/", tickets.find, name="merchant-tickets"),
    path("tickets/<str:code>/", tickets.ticket, name="merchant-ticket"),
    path("sessions/", sessions.sessions, name="merchant-sessions"),
    path("sessions/<int:pool_id>/", sessions.session, name="merchant-session"),
    path("experiences/<int:product_id>/dates/", sessions.open_dates, name="merchant-open-dates"),
    path("orders/<int:suborder_id>/", views.suborder, name="merchant-order"),
]
