"""Exclusions from outage."""

from django.urls import path

from monitoring.views import exclusions
from monitoring.views.lists.exclusions import exclusion_list

_BASE = "console/uptime/exclusions/"
urlpatterns = [
    path(_BASE, exclusion_list, name="exclusion-list"),
    path(f"{_BASE}add/", exclusions.propose, name="exclusion-add"),
    path(f"{_BASE}preview/", exclusions.preview, name="exclusion-preview"),
    path(f"{_BASE}<int:pk>/", exclusions.exclusion, name="exclusion"),
    path(f"{_BASE}<int:pk>/file/", exclusions.evidence_file, name="exclusion-file"),
    path(f"{_BASE}<int:pk>/review/", exclusions.review, name="exclusion-review"),
    path(f"{_BASE}<int:pk>/withdraw/", exclusions.withdraw, name="exclusion-withdraw"),
]
