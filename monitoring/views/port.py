"""One port: its ledger as it is drawn, its outages, what is excluded, its error budget, and corrections."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from drivers.domain.roles import Permission
from monitoring.domain.uptime import NEVI_TARGET, UK_TARGET, uk_reliability
from monitoring.forms.uptime import CorrectionForm, PortForm
from monitoring.models import Correction, Port
from monitoring.permissions import may_claim
from monitoring.selectors import uptime
from monitoring.selectors.exclusions import about, visible_exclusions
from monitoring.selectors.outages import Stretch, stretches
from monitoring.services import corrections
from monitoring.services.evidence import NotEvidence
from monitoring.views.downloads import download
from monitoring.views.drawings import budget_curve, columns, magnified, strip
from monitoring.views.lists.exclusions import EXCLUSIONS
from monitoring.views.words import CAUSES, REASONS
from stations.models import Evse
from stations.permissions import may
from stations.views.pages import ConsoleRequest, console, render_page

DAYS = 90
SHOWN = 40


def _port(request: ConsoleRequest, pk: int) -> Port:
    return get_object_or_404(uptime.visible_ports(request.user).select_related("site__organization"), pk=pk)


@console
def port(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The page of a port, of the month and the day and as known on the date that the URL says."""
    found = _port(request, pk)
    evse = Evse.objects.filter(pk=pk).select_related("station__site").first()
    now = timezone.now().astimezone(UTC)
    form = PortForm(request.GET or None, auto_id="port-%s")
    month, day, as_of = form.values(now) if form.is_bound else (now.date().replace(day=1), now.date(), None)
    known_at = as_of or now
    context = {
        "port": found,
        "site": found.site,
        "evse": evse,
        "form": PortForm(
            initial={"month": f"{month:%Y-%m}", "day": day, "as_of": (as_of or now).date()}, auto_id="port-%s"
        ),
        "month": month,
        "day": day,
        "as_of": as_of,
        "targets": {"nevi": NEVI_TARGET, "uk": UK_TARGET},
        **_months(request, found, month, as_of),
        **(_drawn(evse, known_at, day, as_of) if evse and found.commissioned_at else {}),
        "budget": _budget(found, now) if found.commissioned_at and found.removed_at is None and not as_of else None,
        "corrections": list(found.corrections.select_related("author").order_by("-id")[:SHOWN]),
        "causes": CAUSES,
        "may_claim": bool(found.site and evse and may_claim(request.user, found.site)),
        "may_correct": bool(found.site and may(request.user, Permission.MANAGE_MONITORING, found.site)),
    }
    if evse:
        claims = visible_exclusions(request.user).filter(about(evse), ends_at__gt=known_at - timedelta(days=366))
        context["exclusions"] = EXCLUSIONS.table(
            EXCLUSIONS.rows(request.user, list(claims.order_by("-id")[:SHOWN])), EXCLUSIONS.chosen(())
        )
    return render_page(request, "monitoring/port.html", context)


def _months(request: ConsoleRequest, found: Port, month: date, as_of: datetime | None) -> dict[str, Any]:
    """The figures of the last twelve months, each with the twelve that end with it."""
    every = uptime.monthly(request.user, port=found, until=month)
    year = [figures.month_sums for figures in every if figures.month.year == month.year]
    context: dict[str, Any] = {
        "figures": every[-1],
        "reliability": uk_reliability(sum(year[1:], year[0])),
        "nevi": every[-1].nevi,
        "months": list(
            zip(every, columns(magnified(f.nevi.uptime if f.through else None for f in every)), strict=True)
        ),
        "reasons": [(REASONS[reason], value) for reason, value in sorted(every[-1].nevi.excluded.items())],
    }
    if as_of is not None:
        context["nevi"] = uptime.nevi_as_of(request.user, port=found, month=month, as_of=as_of)
        context["reasons"] = [(REASONS[name], value) for name, value in sorted(context["nevi"].excluded.items())]
    return context


def _drawn(evse: Evse, known_at: datetime, day: date, as_of: datetime | None) -> dict[str, Any]:
    """The strips of ninety days and of one, with the rows that say the same."""
    zone = evse.station.site.zone
    since = known_at - timedelta(days=DAYS)
    whole = stretches([evse], since=since, until=known_at, as_of=as_of)[evse.pk]
    start = datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(UTC)
    until = min(end, known_at)
    single = (
        stretches([evse], since=start, until=until, as_of=as_of)[evse.pk]
        if start < until
        else Stretch(start, start, [], [])
    )
    outages = whole.outages[::-1]
    out, excluded = whole.minutes_of(since, known_at)
    return {
        "strip": strip(whole, since, known_at),
        "since": since,
        "known_at": known_at,
        "outages": [(outage, CAUSES[outage.cause]) for outage in outages[:SHOWN]],
        "outages_total": len(outages),
        "out_minutes": out,
        "excluded_minutes": excluded,
        "day_strip": strip(single, start, end),
        "day_rows": [(interval, CAUSES[interval.cause]) for interval in single.intervals],
        "day_before": day - timedelta(days=1),
        "day_after": day + timedelta(days=1) if end < known_at else None,
    }


def _budget(found: Port, now: datetime) -> dict[str, Any]:
    budget, past = uptime.budget_over_time(found, now=now)
    spent = max(0.0, min(budget.spent / budget.allowed, 1.0))
    # Where it lasts a year shows all: what counts today has left the window by then.
    ahead = () if budget.is_breached else budget.ahead if budget.breach_at else budget.ahead[:12]
    return {
        "is": budget,
        "over": -budget.left,
        "spent_percent": round(spent * 100, 1),
        "drawn": budget_curve(past, ahead, allowed=budget.allowed),
        "past": past,
        "ahead": ahead,
    }


@console
def correct(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form by which a person says what was, against the signals: a new entry, nothing is overwritten."""
    found = _port(request, pk)
    if found.site is None or not may(request.user, Permission.MANAGE_MONITORING, found.site):
        raise PermissionDenied(_("Your role does not include correcting ledgers here."))
    zone = found.site.zone
    if request.method == "POST":
        form = CorrectionForm(request.POST, request.FILES, zone=zone)
        if form.is_valid() and _corrected(request, form, found):
            messages.success(request, _("Corrected. The figures have followed."))
            return redirect("monitoring:port", pk)
    else:
        form = CorrectionForm(zone=zone, initial=_told(request))
    return render_page(request, "monitoring/correction_form.html", {"form": form, "port": found, "site": found.site})


def _told(request: ConsoleRequest) -> dict[str, datetime]:
    found = {}
    for name in ("start", "end"):
        try:
            moment = parse_datetime(request.GET.get(name, "").replace(" ", "+"))
        except ValueError:
            continue
        if moment is not None and moment.tzinfo is not None:
            found[name] = moment
    return found


def _corrected(request: ConsoleRequest, form: CorrectionForm, found: Port) -> Correction | None:
    state, cause = form.state_and_cause()
    values = form.cleaned_data
    try:
        return corrections.correct(
            port=found,
            start=values["start"],
            end=values["end"],
            state=state,
            cause=cause,
            author=request.user,
            reason=values["reason"],
            evidence=values["evidence"],
            file=values["file"],
        )
    except NotEvidence as problem:
        form.add_error("file", str(problem))
    except ValidationError as problem:
        for name, texts in problem.message_dict.items():
            form.add_error(name if name in form.fields else None, texts)
    return None


@console
def correction_file(request: ConsoleRequest, pk: int, correction: int) -> HttpResponse:
    """What shows that a correction is right."""
    row = get_object_or_404(Correction, port=_port(request, pk), pk=correction)
    return download(row.file, name=row.file_name, content_type=row.file_type)
