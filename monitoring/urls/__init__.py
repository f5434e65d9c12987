"""The pages of monitoring and the fragments it puts into the slots of others: one module for each of its subjects."""

from monitoring.urls import connectivity, notifications, success

app_name = "monitoring"

urlpatterns = [*connectivity.urlpatterns, *notifications.urlpatterns, *success.urlpatterns]
