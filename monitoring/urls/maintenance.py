"""Work orders, maintenance windows, plans and inspections."""

from django.urls import path

from monitoring.views import inspections, plans, repairs, windows, work_orders
from monitoring.views import maintenance_fragments as fragments
from monitoring.views import work_order_forms as forms
from monitoring.views.lists.inspections import inspection_list
from monitoring.views.lists.windows import window_list
from monitoring.views.lists.work_orders import work_order_list

_ORDER = "console/work-orders/<int:pk>"
_INSPECTION = "console/inspections/<int:pk>"

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
    path("console/windows/", window_list, name="window-list"),
    path("console/windows/new/", windows.new, name="window-new"),
    path("console/windows/<int:pk>/", windows.window, name="window"),
    path("console/windows/<int:pk>/edit/", windows.edit, name="window-edit"),
    path("console/windows/<int:pk>/end/", windows.end, name="window-end"),
    path("console/plans/", plans.plan_list, name="plan-list"),
    path("console/plans/new/", plans.plan_new, name="plan-new"),
    path("console/plans/<int:pk>/", plans.plan, name="plan"),
    path("console/plans/<int:pk>/edit/", plans.plan_edit, name="plan-edit"),
    path("console/checklists/", plans.checklist_list, name="checklist-list"),
    path("console/checklists/new/", plans.checklist_new, name="checklist-new"),
    path("console/checklists/<int:pk>/", plans.checklist_edit, name="checklist-edit"),
    # The worker's scope is its own folder.
    path("console/inspections/", inspection_list, name="inspection-list"),
    path("console/inspections/at/<str:identity>/", inspections.new, name="inspection-new"),
    path("console/inspections/worker.js", inspections.worker, name="inspection-worker"),
    path("console/inspections/token/", inspections.token, name="inspection-token"),
    path("console/inspections/sync/", inspections.sync, name="inspection-sync"),
    path("console/inspections/<uuid:client_id>/pictures/", inspections.photos, name="inspection-photos"),
    path(f"{_INSPECTION}/", inspections.inspection, name="inspection"),
    path(f"{_INSPECTION}/report.pdf", inspections.pdf, name="inspection-pdf"),
    path(f"{_INSPECTION}/signature/", inspections.signature, name="inspection-signature"),
    path(f"{_INSPECTION}/pictures/<int:photo>/", inspections.photo, name="inspection-photo"),
    path(f"{_INSPECTION}/repair/", inspections.repair, name="inspection-repair"),
    path("console/repairs/", repairs.page, name="repairs"),
    path("console/repairs/signs/<int:pk>/", repairs.from_signs, name="work-order-from-signs"),
    path("sites/<int:pk>/maintenance/", fragments.public_site, name="public-site-maintenance"),
]
