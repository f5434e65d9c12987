"""Whether drivers could charge."""

from django.urls import path

from monitoring.api.success import AttemptListView, ChargingSuccessView, StreakListView, SuccessDayListView

urlpatterns = [
    path("charging-success/", ChargingSuccessView.as_view(), name="charging-success"),
    path("charging-success/days/", SuccessDayListView.as_view(), name="charging-success-days"),
    path("charging-success/attempts/", AttemptListView.as_view(), name="charging-success-attempts"),
    path("charging-success/streaks/", StreakListView.as_view(), name="charging-success-streaks"),
]
