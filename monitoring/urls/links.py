"""Links: scores, lost connections, providers, network tests."""

from django.urls import path

from monitoring.views import links, network_tests

urlpatterns = [
    path("console/connectivity/", links.link_list, name="link-list"),
    path("console/connectivity/drops/", links.drop_list, name="drop-list"),
    path("console/connectivity/drops/<int:pk>/", links.drop, name="drop"),
    path("console/connectivity/providers/", links.providers, name="providers"),
    path("console/connectivity/ranges/<int:pk>/forget/", links.forget_range, name="range-forget"),
    path("console/connectivity/tests/", network_tests.test_list, name="test-list"),
    path("console/connectivity/tests/new/", network_tests.test_new, name="test-new"),
    path("console/connectivity/tests/<int:pk>/", network_tests.test, name="test"),
    path("console/connectivity/tests/<int:pk>/cancel/", network_tests.test_cancel, name="test-cancel"),
    path("console/connectivity/test-plans/<int:pk>/end/", network_tests.plan_delete, name="test-plan-end"),
    path("console/stations/<str:identity>/link/", links.station_link, name="station-link"),
]
