"""The pages of monitoring and the fragments it puts into the slots of others: one module for each of its subjects."""

from monitoring.urls import connectivity, links, notifications, success

app_name = "monitoring"

urlpatterns = [
    *connectivity.urlpatterns,
    *links.urlpatterns,
    *notifications.urlpatterns,
    *success.urlpatterns,
]
