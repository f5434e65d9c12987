"""Connectivity and network tests."""

from django.urls import path

from monitoring.api import links

urlpatterns = [
    path("connectivity/", links.LinkListView.as_view(), name="connectivity"),
    path("connectivity/drops/", links.DropListView.as_view(), name="connectivity-drops"),
    path("stations/<str:identity>/link-days/", links.LinkDayListView.as_view(), name="link-days"),
    path("network-tests/", links.NetworkTestListView.as_view(), name="network-tests"),
    path("network-tests/<int:pk>/", links.NetworkTestView.as_view(), name="network-test"),
    path("network-tests/<int:pk>/results/", links.NetworkTestResultListView.as_view(), name="network-test-results"),
]
