"""Public status pages, and their settings in the console."""

from django.urls import path

from monitoring.views import public_incident, status_feeds, status_page, status_settings, status_subscribing

urlpatterns = [
    path("status/", status_page.index, name="status"),
    path("status/subscription/<str:token>/confirm/", status_subscribing.confirm, name="status-confirm"),
    path("status/subscription/<str:token>/end/", status_subscribing.end, name="status-end"),
    path("status/<slug:slug>.json", status_feeds.status_json, name="status-json"),
    path("status/<slug:slug>.atom", status_feeds.status_atom, name="status-atom"),
    path("status/<slug:slug>.svg", status_feeds.status_svg, name="status-svg"),
    path("status/<slug:slug>/", status_page.network, name="status-network"),
    path("status/<slug:slug>/subscribe/", status_subscribing.subscribe, name="status-subscribe"),
    path("status/<slug:slug>/<int:site>.json", status_feeds.status_json, name="status-site-json"),
    path("status/<slug:slug>/<int:site>.atom", status_feeds.status_atom, name="status-site-atom"),
    path("status/<slug:slug>/<int:site>.svg", status_feeds.status_svg, name="status-site-svg"),
    path("status/<slug:slug>/<int:site>/", status_page.site, name="status-site"),
    path("status/<slug:slug>/<int:site>/subscribe/", status_subscribing.subscribe, name="status-site-subscribe"),
    path("console/status-page/", status_settings.settings_list, name="status-settings"),
    path("console/status-page/organization/<int:pk>/", status_settings.change, name="status-settings-change"),
    path("console/incidents/<int:pk>/public/", public_incident.public_incident, name="incident-public"),
    path("console/incidents/<int:pk>/public/publish/", public_incident.publish, name="incident-publish"),
    path("console/incidents/<int:pk>/public/withdraw/", public_incident.withdraw, name="incident-withdraw"),
]
