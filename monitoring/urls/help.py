"""Help for drivers."""

from django.urls import path, re_path

from monitoring.views import help as help_pages
from monitoring.views import help_ticket

_TICKET = r"^help/t/(?P<token>[A-Za-z0-9_-]{20,100})/"
urlpatterns = [
    path("help/", help_pages.anywhere, name="help"),
    path("help/c/<str:code>/", help_pages.at_charger, name="help-charger"),
    path("help/sites/<int:pk>/", help_pages.at_site, name="help-site"),
    re_path(rf"{_TICKET}$", help_ticket.conversation, name="help-ticket"),
    re_path(rf"{_TICKET}solved/$", help_ticket.solved, name="help-solved"),
    re_path(rf"{_TICKET}files/(?P<pk>[0-9]{{1,18}})/$", help_ticket.driver_file, name="help-file"),
    path("console/ticket-files/<int:pk>/", help_ticket.staff_file, name="ticket-file"),
]
