"""The helpline's log and its quarters."""

from django.urls import path

from monitoring.views import helpline
from monitoring.views.lists.helpline import contact_list

_REPORT = "console/helpline/report/<slug:slug>/<int:year>/<int:quarter>"
urlpatterns = [
    path("console/helpline/", contact_list, name="helpline"),
    path("console/helpline/new/", helpline.new, name="helpline-new"),
    path("console/helpline/report/", helpline.report_now, name="helpline-report-now"),
    path(f"{_REPORT}/", helpline.report, name="helpline-report"),
    path(f"{_REPORT}.csv", helpline.report_csv, name="helpline-report-csv"),
    path(f"{_REPORT}.pdf", helpline.report_pdf, name="helpline-report-pdf"),
]
