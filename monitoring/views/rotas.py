"""Rotas: who is on call now and in the weeks to come, layers, and who takes over for a while."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from drivers.models import Organization
from monitoring.domain.rota import instant
from monitoring.forms.rotas import LayerForm, OverrideForm, RotaForm
from monitoring.models import Rota, RotaLayer, RotaOverride
from monitoring.selectors.notifications import managed
from monitoring.selectors.rota import Duty, duties, visible_rotas
from monitoring.services import rotas
from monitoring.views.channels import chosen_organization, require_managed
from stations.views.confirm import Question, ask
from stations.views.pages import ConsoleRequest, console, render_page, save

WEEKS = 5
_TONES = ("charging", "reserved", "available", "occupied", "offline")
_GAP = "faulted"


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a week: from which of its 168 hours, how many, whose (None: a gap), and in which colours."""

    x: float
    width: float
    duty: Duty
    tone: str


@dataclass(frozen=True, slots=True)
class Week:
    """A week as it is drawn."""

    monday: date
    sunday: date
    bars: list[Bar]


@console
def rota_list(request: ConsoleRequest) -> HttpResponse:
    """Who is on call now, by rota."""
    now = timezone.now()
    found = [(rota, gettext(rota, now)) for rota in visible_rotas(request.user)]
    context = {"rotas": found, "organizations": list(managed(request.user)), "manages": managed(request.user).exists()}
    return render_page(request, "monitoring/rota_list.html", context)


@console
def rota_page(request: ConsoleRequest, pk: int) -> HttpResponse:
    """One rota: now, the weeks to come, its layers, and who takes over when."""
    rota = get_object_or_404(visible_rotas(request.user), pk=pk)
    now = timezone.now()
    zone = ZoneInfo(rota.timezone)
    monday = now.astimezone(zone).date() - timedelta(days=now.astimezone(zone).weekday())
    end = instant(monday + timedelta(weeks=WEEKS), time(0), zone)
    coming = duties(rota, now, end)
    context = {
        "rota": rota,
        "zone": zone,
        "duty": coming[0] if coming else None,
        "coming": coming,
        "gaps": sum(1 for duty in coming if duty.person is None),
        "weeks": _weeks(rota, monday, zone),
        "overrides": [row for row in rota.overrides.all() if row.ends_at > now],
        "manages": managed(request.user).exists(),
        "may_change": managed(request.user).filter(pk=rota.organization_id).exists(),
    }
    return render_page(request, "monitoring/rota.html", context)


def gettext(rota: Rota, now: datetime) -> Duty:
    """Who is on call, and until when at least."""
    return duties(rota, now, now + timedelta(days=28))[0]


def _weeks(rota: Rota, monday: date, zone: ZoneInfo) -> list[Week]:
    tones: dict[int, str] = {}
    weeks = []
    for number in range(WEEKS):
        first = monday + timedelta(weeks=number)
        start, end = instant(first, time(0), zone), instant(first + timedelta(weeks=1), time(0), zone)
        whole = (end - start).total_seconds()
        bars = []
        for duty in duties(rota, start, end):
            pk = duty.person.pk if duty.person else None
            tone = _GAP if pk is None else tones.setdefault(pk, _TONES[len(tones) % len(_TONES)])
            x = (duty.shift.start - start).total_seconds() / whole * 168
            bars.append(Bar(round(x, 2), round(duty.shift.length.total_seconds() / whole * 168, 2), duty, tone))
        weeks.append(Week(first, first + timedelta(days=6), bars))
    return weeks


@console
@require_http_methods(["GET", "POST"])
def add(request: ConsoleRequest) -> HttpResponse:
    """The form of a new rota."""
    return _rota_form(request, Rota(organization=chosen_organization(request)))


@console
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form of a rota's name and zone."""
    return _rota_form(request, _managed(request, pk))


def _rota_form(request: ConsoleRequest, rota: Rota) -> HttpResponse:
    form = RotaForm(request.POST if request.method == "POST" else None, instance=rota)
    if form.is_bound and form.is_valid() and save(form, lambda: rotas.save_rota(rota=rota, values=form.cleaned_data)):
        messages.success(request, _("“%(name)s” is stored.") % {"name": rota.name})
        return redirect("monitoring:rota", rota.pk)
    return _render(request, form, rota, _("On-call rota"))


@console
@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Forget a rota once that is confirmed."""
    rota = _managed(request, pk)
    if request.method == "POST":
        rota.delete()
        messages.success(request, _("“%(name)s” is deleted.") % {"name": rota.name})
        return redirect("monitoring:rota-list")
    text = _("Steps of escalations that name it go with it.")
    return ask(request, Question(_("Delete %(name)s?") % {"name": rota.name}, text, _("Delete the rota")))


@console
@require_http_methods(["GET", "POST"])
def layer_add(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form of a new layer."""
    rota = _managed(request, pk)
    today = timezone.now().astimezone(ZoneInfo(rota.timezone)).date()
    return _layer_form(request, RotaLayer(rota=rota, starts_on=today - timedelta(days=today.weekday())))


@console
@require_http_methods(["GET", "POST"])
def layer_edit(request: ConsoleRequest, pk: int, layer: int) -> HttpResponse:
    """The form of a layer."""
    rota = _managed(request, pk)
    return _layer_form(request, get_object_or_404(RotaLayer.objects.select_related("rota"), rota=rota, pk=layer))


def _layer_form(request: ConsoleRequest, layer: RotaLayer) -> HttpResponse:
    rota = layer.rota
    form = LayerForm(rota.organization, request.POST if request.method == "POST" else None, instance=layer)

    def store() -> None:
        rotas.save_layer(layer=layer, values=form.values(), people=form.people())

    if form.is_bound and form.is_valid() and save(form, store):
        messages.success(request, _("“%(name)s” is stored.") % {"name": layer.name})
        return redirect("monitoring:rota", rota.pk)
    return _render(request, form, rota, _("Layer"))


@console
@require_POST
def layer_delete(request: ConsoleRequest, pk: int, layer: int) -> HttpResponse:
    """Forget a layer."""
    get_object_or_404(RotaLayer, rota=_managed(request, pk), pk=layer).delete()
    return redirect("monitoring:rota", pk)


@console
@require_http_methods(["GET", "POST"])
def override_add(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form of somebody who takes over; whoever is in the rota may swap, too."""
    rota = get_object_or_404(visible_rotas(request.user), pk=pk)
    in_rota = any(turn.person_id == request.user.pk for layer in rota.layers.all() for turn in layer.turns.all())
    if not in_rota:
        rota = _managed(request, pk)
    with timezone.override(ZoneInfo(rota.timezone)):
        row = RotaOverride(rota=rota, created_by=request.user)
        form = OverrideForm(rota.organization, request.POST if request.method == "POST" else None, instance=row)
        is_good = form.is_bound and form.is_valid()
    if is_good and save(form, lambda: rotas.take_over(override=row)):
        messages.success(request, _("%(person)s takes over.") % {"person": row.person})
        return redirect("monitoring:rota", rota.pk)
    return _render(request, form, rota, _("Somebody takes over"))


@console
@require_POST
def override_delete(request: ConsoleRequest, pk: int, override: int) -> HttpResponse:
    """Take a swap back."""
    rota = get_object_or_404(visible_rotas(request.user), pk=pk)
    row = get_object_or_404(RotaOverride, rota=rota, pk=override)
    if row.created_by_id != request.user.pk:
        _managed(request, pk)
    row.delete()
    return redirect("monitoring:rota", pk)


def _managed(request: ConsoleRequest, pk: int) -> Rota:
    """A rota that the viewer may change; raises Http404 or PermissionDenied."""
    rota = get_object_or_404(visible_rotas(request.user), pk=pk)
    organizations: list[Organization] = require_managed(request)
    return rota if rota.organization in organizations else get_object_or_404(Rota.objects.none(), pk=pk)


def _render(request: ConsoleRequest, form: object, rota: Rota, title: str) -> HttpResponse:
    context = {"form": form, "rota": rota, "title": title, "manages": True}
    return render_page(request, "monitoring/rota_form.html", context)
