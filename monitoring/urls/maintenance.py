"""Work orders, maintenance windows, plans and inspections."""

from django.urls import path

from monitoring.views import maintenance_fragments as fragments
from monitoring.views import work_order_forms as forms
from monitoring.views import work_orders
from monitoring.views.lists.work_orders import work_order_list

_ORDER = "console/work-orders/<int:pk>"

urlpatterns = [
    path("console/work-orders/", work_order_list, name="work-order-list"),
    path("console/work-orders/new/", forms.new, name="work-order-new"),
    path(f"{_ORDER}/", work_orders.work_order, name="work-order"),
    path(f"{_ORDER}/edit/", forms.edit, name="work-order-edit"),
    path(f"{_ORDER}/start/", work_orders.start, name="work-order-start"),
    path(f"{_ORDER}/done/", work_orders.finish, name="work-order-done"),
    path(f"{_ORDER}/outcome/", work_orders.outcome, name="work-order-outcome"),
    path(f"{_ORDER}/take/", work_orders.take, name="work-order-take"),
    path(f"{_ORDER}/cancel/", work_orders.cancel, name="work-order-cancel"),
    path(f"{_ORDER}/reopen/", work_orders.reopen, name="work-order-reopen"),
    path(f"{_ORDER}/note/", work_orders.note, name="work-order-note"),
    path(f"{_ORDER}/parts/", work_orders.part_add, name="work-order-part"),
    path(f"{_ORDER}/parts/<int:part>/delete/", work_orders.part_delete, name="work-order-part-delete"),
    path(f"{_ORDER}/pictures/", work_orders.photo_add, name="work-order-photos"),
    path(f"{_ORDER}/pictures/<int:photo>/", work_orders.photo, name="work-order-photo"),
    path(f"{_ORDER}/pictures/<int:photo>/delete/", work_orders.photo_delete, name="work-order-photo-delete"),
    path("console/stations/<str:identity>/maintenance/", fragments.of_station, name="station-maintenance"),
    path("console/sites/<int:pk>/maintenance/", fragments.of_site, name="site-maintenance"),
    path("console/incidents/<int:pk>/work-orders/", fragments.of_incident, name="incident-work-orders"),
    path("sites/<int:pk>/maintenance/", fragments.public_site, name="public-site-maintenance"),
]
