"""Work orders: the page for who stands at the charger, and the forms that make and change one."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from drivers.domain.roles import Permission
from monitoring.forms.work_orders import NoteForm, OutcomeForm, PartForm
from monitoring.models import Alert, WorkOrder, WorkOrderPart, WorkOrderPhoto
from monitoring.selectors.work_orders import visible_work_orders
from monitoring.services import work_order_photos, work_orders
from monitoring.views import maintenance_wording as wording
from monitoring.views.sign_drawings import drawn
from stations.models import Station
from stations.permissions import may, require
from stations.selectors import visible_stations
from stations.selectors.glance import with_glance
from stations.services.pictures import NotAPhoto
from stations.views.confirm import Question, ask
from stations.views.pages import ConsoleRequest, console, render_page


def order_of(request: ConsoleRequest, pk: int) -> WorkOrder:
    """One the viewer sees; raises Http404."""
    rows = visible_work_orders(request.user)
    related = ("site__organization", "organization", "station", "evse", "assigned_to", "created_by", "incident", "plan")
    return get_object_or_404(rows.select_related(*related), pk=pk)


def own_order(request: ConsoleRequest, pk: int) -> WorkOrder:
    """One the viewer may work on; raises Http404 or PermissionDenied."""
    order = order_of(request, pk)
    require(request.user, Permission.MAINTAIN, order.site)
    return order


@console
def work_order(request: ConsoleRequest, pk: int) -> HttpResponse:
    """What is to be done, where, and what has happened so far."""
    return page(request, order_of(request, pk))


def page(
    request: ConsoleRequest,
    order: WorkOrder,
    outcome: OutcomeForm | None = None,
    part: PartForm | None = None,
    problem: str = "",
) -> HttpResponse:
    station = _live(request, order.station_id)
    state = wording.state_of(order, is_overdue=order.is_overdue(timezone.now()))
    context = {
        "order": order,
        "state": state,
        "priority": wording.PRIORITIES[WorkOrder.Priority(order.priority)],
        "station": station,
        "signs": drawn(order.evidence),
        "fault": _last_fault(order.station_id),
        "entries": [(entry, wording.entry_word(entry.kind)) for entry in order.entries.select_related("by")],
        "parts": list(order.parts.all()),
        "photos": list(order.photos.all()),
        "inspections": list(order.inspections.all()),
        "found": wording.choice(WorkOrder.Found, order.found),
        "cured": wording.choice(WorkOrder.Cured, order.cured),
        "outcome": outcome or OutcomeForm(order.currency or order.organization.currency, initial=_shown(order)),
        "part_form": part or PartForm(),
        "note_form": NoteForm(),
        "problem": problem,
        "contacts": list(order.site.contacts.all()),
        "may_maintain": may(request.user, Permission.MAINTAIN, order.site),
    }
    return render_page(request, "monitoring/work_order.html", context)


def _shown(order: WorkOrder) -> dict[str, object]:
    return OutcomeForm.shown(order)


def _live(request: ConsoleRequest, station_id: int | None) -> Station | None:
    if station_id is None:
        return None
    rows = with_glance(visible_stations(request.user)).prefetch_related("evses__connectors")
    return rows.filter(pk=station_id).first()


def _last_fault(station_id: int | None) -> Alert | None:
    return Alert.objects.filter(station=station_id).order_by("-id").first() if station_id else None


def _done(request: ConsoleRequest, pk: int, act: Callable[[], object]) -> HttpResponse:
    """Do it and go back to the page; what could not be done says why."""
    try:
        act()
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
    return redirect("monitoring:work-order", pk)


@console
@require_POST
def start(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Somebody is at it now."""
    order = own_order(request, pk)
    return _done(request, pk, lambda: work_orders.start(order=order, by=request.user))


@console
@require_POST
def finish(request: ConsoleRequest, pk: int) -> HttpResponse:
    """It is done; what was found can be written down before or after."""
    order = own_order(request, pk)
    form = OutcomeForm(order.currency or order.organization.currency, request.POST)
    if "report" not in request.POST:
        return _done(request, pk, lambda: work_orders.finish(order=order, by=request.user))
    if not form.is_valid():
        return page(request, order, outcome=form)
    return _done(request, pk, lambda: work_orders.finish(order=order, by=request.user, **form.values()))


@console
@require_POST
def outcome(request: ConsoleRequest, pk: int) -> HttpResponse:
    """What was found and done, without being done with it."""
    order = own_order(request, pk)
    form = OutcomeForm(order.currency or order.organization.currency, request.POST)
    if not form.is_valid():
        return page(request, order, outcome=form)
    return _done(request, pk, lambda: work_orders.record_outcome(order=order, by=request.user, **form.values()))


@console
@require_POST
def take(request: ConsoleRequest, pk: int) -> HttpResponse:
    """It is mine."""
    order = own_order(request, pk)
    return _done(request, pk, lambda: work_orders.assign(order=order, to=request.user, by=request.user))


@console
@require_http_methods(["GET", "POST"])
def cancel(request: ConsoleRequest, pk: int) -> HttpResponse:
    """It need not be done, once that is confirmed."""
    order = own_order(request, pk)
    if request.method == "POST":
        return _done(request, pk, lambda: work_orders.cancel(order=order, by=request.user))
    text = _("Nobody has to do it any more. It stays in the list of those that were cancelled.")
    return ask(request, Question(_("Cancel this work order?"), text, _("Cancel it")))


@console
@require_POST
def reopen(request: ConsoleRequest, pk: int) -> HttpResponse:
    """It was not done after all."""
    order = own_order(request, pk)
    return _done(request, pk, lambda: work_orders.reopen(order=order, by=request.user))


@console
@require_POST
def note(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Write something down."""
    order = own_order(request, pk)
    text = request.POST.get("text", "")
    return _done(request, pk, lambda: work_orders.note(order=order, by=request.user, text=text))


@console
@require_POST
def part_add(request: ConsoleRequest, pk: int) -> HttpResponse:
    """A part was used."""
    order = own_order(request, pk)
    form = PartForm(request.POST)
    if not form.is_valid():
        return page(request, order, part=form)
    return _done(request, pk, lambda: work_orders.use_part(order=order, by=request.user, **form.cleaned_data))


@console
@require_POST
def part_delete(request: ConsoleRequest, pk: int, part: int) -> HttpResponse:
    """It was not used after all."""
    order = own_order(request, pk)
    row = get_object_or_404(WorkOrderPart.objects.select_related("work_order"), work_order=order, pk=part)
    return _done(request, pk, lambda: work_orders.put_back_part(part=row, by=request.user))


@console
@require_POST
def photo_add(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Keep what is a photo; of the others say why not."""
    order = own_order(request, pk)
    caption = request.POST.get("caption", "")
    for file in request.FILES.getlist("photos"):
        try:
            work_order_photos.add_photo(order=order, content=file, caption=caption, by=request.user)
        except NotAPhoto as problem:
            messages.error(request, f"{file.name}: {problem}")
    return redirect("monitoring:work-order", pk)


@console
@require_POST
def photo_delete(request: ConsoleRequest, pk: int, photo: int) -> HttpResponse:
    """Remove a picture."""
    order = own_order(request, pk)
    work_order_photos.delete_photo(photo=get_object_or_404(WorkOrderPhoto, work_order=order, pk=photo))
    return redirect("monitoring:work-order", pk)


@console
def photo(request: ConsoleRequest, pk: int, photo: int) -> HttpResponse:
    """One picture as a file; `?small`: its thumbnail."""
    row = get_object_or_404(WorkOrderPhoto, work_order__in=visible_work_orders(request.user), work_order=pk, pk=photo)
    return picture(row.thumbnail if "small" in request.GET else row.file)


def picture(name: str) -> HttpResponse:
    """A stored picture, which never changes under its name. Raises Http404."""
    try:
        with default_storage.open(name) as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    kind = "image/png" if name.endswith(".png") else "image/jpeg"
    response = HttpResponse(content, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=2592000, immutable"
    return response
