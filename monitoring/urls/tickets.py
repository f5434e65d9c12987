"""The support desk."""

from django.urls import path

from monitoring.views import support, ticket_fragments, ticket_new, tickets
from monitoring.views.lists.tickets import ticket_list
from monitoring.views.support_figures import support_figures

urlpatterns = [
    path("console/tickets/", ticket_list, name="ticket-list"),
    path("console/tickets/new/", ticket_new.new, name="ticket-new"),
    path("console/tickets/figures/", support_figures, name="support-figures"),
    path("console/tickets/<str:reference>/", tickets.ticket, name="ticket"),
    path("console/tickets/<str:reference>/say/", tickets.say, name="ticket-say"),
    path("console/tickets/<str:reference>/state/", tickets.change_state, name="ticket-state"),
    path("console/tickets/<str:reference>/assign/", tickets.assign, name="ticket-assign"),
    path("console/tickets/<str:reference>/edit/", tickets.edit, name="ticket-edit"),
    path("console/tickets/<str:reference>/link/", tickets.link, name="ticket-link"),
    path("console/tickets/<str:reference>/refunds/", tickets.refund, name="ticket-refund"),
    path("console/tickets/<str:reference>/refunds/<int:pk>/", tickets.decide, name="ticket-refund-decide"),
    path("console/canned-answers/", support.canned_list, name="canned-list"),
    path("console/canned-answers/<int:pk>/", support.canned_edit, name="canned-edit"),
    path("console/canned-answers/<int:pk>/delete/", support.canned_delete, name="canned-delete"),
    path("console/organization/<int:pk>/canned-answers/new/", support.canned_new, name="canned-new"),
    path("console/support-policy/", support.policy, name="support-policy"),
    path("console/stations/<str:identity>/tickets/", ticket_fragments.of_station, name="station-tickets"),
    path("console/sites/<int:pk>/tickets/", ticket_fragments.of_site, name="site-tickets"),
    path("console/sessions/<int:pk>/tickets/", ticket_fragments.of_session, name="session-tickets"),
    path("console/incidents/<int:pk>/tickets/", ticket_fragments.of_incident, name="incident-tickets"),
    path("console/incidents/<int:pk>/tickets/link/", ticket_fragments.link_suggested, name="incident-tickets-link"),
    path("console/overview/tickets/", ticket_fragments.of_overview, name="overview-tickets"),
]
