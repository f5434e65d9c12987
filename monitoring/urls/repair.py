"""Self-repair: its runs, its playbook, what it taught."""

from django.urls import path

from monitoring.views import cures, repair_runs
from monitoring.views.lists.repair_runs import repair_run_list

urlpatterns = [
    path("console/repairs/runs/", repair_run_list, name="repair-run-list"),
    path("console/repairs/runs/<int:pk>/", repair_runs.run, name="repair-run"),
    path("console/repairs/runs/<int:pk>/stop/", repair_runs.stop, name="repair-run-stop"),
    path("console/repairs/cures/", cures.cures, name="cures"),
    path("console/repairs/playbook/", cures.playbook, name="playbook"),
    path("console/stations/<str:identity>/repair/", repair_runs.of_station, name="station-repair"),
    path("console/stations/<str:identity>/repair/start/", repair_runs.start, name="repair-start"),
    path("console/incidents/<int:pk>/repair/", repair_runs.of_incident, name="incident-repair"),
]
