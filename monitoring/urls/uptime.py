"""Uptime of ports, sites and the network, and its reports."""

from django.urls import path

from monitoring.views import port, reports, uptime

urlpatterns = [
    path("console/uptime/", uptime.uptime_list, name="uptime"),
    path("console/uptime/summary/", uptime.summary, name="uptime-summary"),
    path("console/uptime/ports/<int:pk>/", port.port, name="port"),
    path("console/uptime/ports/<int:pk>/correct/", port.correct, name="port-correct"),
    path(
        "console/uptime/ports/<int:pk>/corrections/<int:correction>/file/", port.correction_file, name="correction-file"
    ),
    path("console/uptime/sites/<int:pk>/", uptime.site_uptime, name="site-uptime"),
    path("console/uptime/sites/<int:pk>/federal/", reports.federal_site, name="federal-site"),
    path("console/uptime/sites/<int:pk>/<int:year>-<int:month>.csv", reports.site_csv, name="site-report-csv"),
    path("console/uptime/sites/<int:pk>/<int:year>-<int:month>.pdf", reports.site_pdf, name="site-report-pdf"),
    path("console/uptime/reports/", reports.reports, name="uptime-reports"),
    path(
        "console/uptime/reports/evchart/<slug:slug>/<int:year>-<int:quarter>-<int:module>.csv",
        reports.evchart_csv,
        name="evchart-csv",
    ),
    path("console/uptime/reports/uk/", reports.uk, name="uk-report"),
    path("console/uptime/reports/uk.csv", reports.uk_csv, name="uk-report-csv"),
    path("console/uptime/reports/uk.pdf", reports.uk_pdf, name="uk-report-pdf"),
    # Parts of pages of the floor below.
    path("console/uptime/overview/", uptime.overview_fragment, name="overview-uptime"),
    path("console/stations/<str:identity>/uptime/", uptime.station_fragment, name="station-uptime"),
    path("console/sites/<int:pk>/uptime/", uptime.site_fragment, name="site-uptime-fragment"),
]
