"""Work orders, windows, plans, checklists and inspections."""

from rest_framework.routers import SimpleRouter

from monitoring.api.inspections import ChecklistViewSet, InspectionViewSet
from monitoring.api.maintenance import PlanViewSet, WindowViewSet
from monitoring.api.work_orders import WorkOrderViewSet

router = SimpleRouter()
router.register("work-orders", WorkOrderViewSet, "work-order")
router.register("maintenance-windows", WindowViewSet, "maintenance-window")
router.register("maintenance-plans", PlanViewSet, "maintenance-plan")
router.register("checklists", ChecklistViewSet, "checklist")
router.register("inspections", InspectionViewSet, "inspection")

urlpatterns = router.urls
