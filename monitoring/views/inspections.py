"""Inspections: filled in at the charger, with a connection or without; their results as a page and as a PDF."""

from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from django.contrib import messages
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from drivers.domain.roles import Permission
from monitoring.models import Checklist, Inspection, InspectionPhoto
from monitoring.selectors.inspections import answered, visible_inspections
from monitoring.services import inspections
from monitoring.services.inspections import Conflict
from monitoring.views import inspection_sheet
from monitoring.views.inspection_wording import VERDICTS, texts
from monitoring.views.work_orders import picture
from stations.models import Station
from stations.permissions import may, require
from stations.selectors import visible_stations
from stations.services.pictures import NotAPhoto
from stations.views.pages import ConsoleRequest, console, render_page

# Stands for an inspection's id where only the page's script knows it.
NOBODY = UUID(int=0)
LONGEST = 1_000_000


def _station(request: ConsoleRequest, identity: str) -> Station:
    station = get_object_or_404(visible_stations(request.user).select_related("site"), identity=identity)
    require(request.user, Permission.MAINTAIN, station.site)
    return station


@console
@require_GET
def new(request: ConsoleRequest, identity: str) -> HttpResponse:
    """The page at the charger. Once it was opened it works without a connection."""
    station = _station(request, identity)
    rows = Checklist.objects.filter(organization=station.site.organization_id, is_active=True)
    order = request.GET.get("order", "")
    data = {
        "station": station.identity,
        "person": request.user.pk,
        "name": str(request.user),
        "order": int(order[:18]) if order.isascii() and order.isdigit() else None,
        "checklists": [{"id": row.pk, "title": row.title, "items": row.items} for row in rows],
        "texts": {name: str(text) for name, text in texts().items()},
        "token_url": reverse("monitoring:inspection-token"),
        "sync_url": reverse("monitoring:inspection-sync"),
        "photo_url": reverse("monitoring:inspection-photos", args=[NOBODY]),
        "nobody": str(NOBODY),
        "worker_url": reverse("monitoring:inspection-worker"),
        "scope": reverse("monitoring:inspection-list"),
    }
    return render_page(request, "monitoring/inspection_new.html", {"station": station, "data": data})


@console
@require_GET
def worker(request: ConsoleRequest) -> HttpResponse:
    """The script that keeps the page at hand; its address is what limits it to inspections."""
    path = finders.find("js/inspection-worker.js")
    if not isinstance(path, str):
        raise Http404
    response = HttpResponse(Path(path).read_bytes(), content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@console
@require_GET
def token(request: ConsoleRequest) -> JsonResponse:
    """What a page that was kept needs to send its forms again."""
    return JsonResponse({"token": get_token(request)}, headers={"Cache-Control": "no-store"})


@console
@require_POST
def sync(request: ConsoleRequest) -> JsonResponse:
    """Take an inspection that was filled in: 201 new, 200 known already, 400 and 409 with what is wrong in words."""
    sent = _sent(request)
    if sent is None:
        return _problem(_("This is no inspection that can be read."), 400)
    client_id, identity, values = sent
    person = values.pop("person")
    station = visible_stations(request.user).select_related("site").filter(identity=identity).first()
    try:
        if station is None or not may(request.user, Permission.MAINTAIN, station.site):
            # A station that others have or nobody has: both are said alike.
            text = _("There is no station %(name)s any more, or you may not inspect it.")
            raise Conflict(text % {"name": identity})
        if person != request.user.pk:
            raise Conflict(_("Somebody else filled it in: they have to be signed in."))
        row, is_new = inspections.receive(station=station, by=request.user, client_id=client_id, sent=values)
    except ValidationError as problem:
        return _problem(problem.messages[0], 400)
    except Conflict as problem:
        return _problem(str(problem), 409)
    return JsonResponse({"id": row.pk}, status=201 if is_new else 200)


def _sent(request: ConsoleRequest) -> tuple[UUID, str, dict[str, Any]] | None:
    if len(request.body) > LONGEST:
        return None
    try:
        body = orjson.loads(request.body)
        values = {**body["inspection"], "person": body["person"]}
        return UUID(str(body["id"])), str(body["station"]), values
    except (ValueError, KeyError, TypeError):
        return None


def _problem(text: str, status: int) -> JsonResponse:
    return JsonResponse({"problem": text}, status=status)


@console
@require_POST
def photos(request: ConsoleRequest, client_id: UUID) -> JsonResponse:
    """Take a photo of an inspection that was sent before."""
    row = get_object_or_404(visible_inspections(request.user).select_related("site"), client_id=client_id)
    if row.by_id != request.user.pk:
        raise PermissionDenied(_("Only who made an inspection adds its photos."))
    file = request.FILES.get("photo")
    try:
        number = UUID(request.POST.get("id", ""))
    except ValueError:
        return _problem(_("This is no photo of an inspection."), 400)
    if file is None:
        return _problem(_("Choose a photo first."), 400)
    item = request.POST.get("item", "")
    try:
        photo = inspections.receive_photo(inspection=row, client_id=number, item=item, content=file)
    except NotAPhoto as problem:
        return _problem(str(problem), 400)
    except Conflict as problem:
        return _problem(str(problem), 409)
    return JsonResponse({"id": photo.pk}, status=201)


def _inspection(request: ConsoleRequest, pk: int) -> Inspection:
    rows = visible_inspections(request.user).select_related("station", "site", "by", "work_order", "repair")
    return get_object_or_404(rows.prefetch_related("photos"), pk=pk)


@console
def inspection(request: ConsoleRequest, pk: int) -> HttpResponse:
    """What was asked and answered."""
    row = _inspection(request, pk)
    context = {
        "inspection": row,
        "answers": [(answer, VERDICTS[answer.verdict]) for answer in answered(row)],
        "may_maintain": may(request.user, Permission.MAINTAIN, row.site),
    }
    return render_page(request, "monitoring/inspection.html", context)


@console
@require_GET
def pdf(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The same as a PDF, with photos and signature."""
    row = _inspection(request, pk)
    response = HttpResponse(inspection_sheet.sheet(row, answered(row)), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="inspection-{row.pk}.pdf"'
    return response


@console
def signature(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The drawn signature."""
    row = _inspection(request, pk)
    if not row.signature:
        raise Http404
    return picture(row.signature)


@console
def photo(request: ConsoleRequest, pk: int, photo: int) -> HttpResponse:
    """One picture as a file; `?small`: its thumbnail."""
    seen = visible_inspections(request.user)
    row = get_object_or_404(InspectionPhoto, inspection__in=seen, inspection=pk, pk=photo)
    return picture(row.thumbnail if "small" in request.GET else row.file)


@console
@require_POST
def repair(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Make a work order of what failed."""
    row = _inspection(request, pk)
    require(request.user, Permission.MAINTAIN, row.site)
    try:
        order = inspections.make_repair(inspection=row, by=request.user)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
        return redirect("monitoring:inspection", pk)
    return redirect("monitoring:work-order", order.pk)
