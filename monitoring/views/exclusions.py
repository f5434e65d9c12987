"""Exclusions: proposed with evidence, judged by a second person, and never changed afterwards."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from drivers.domain.roles import Permission
from monitoring.forms.exclusions import ProposalForm, ReviewForm, SpanForm, WithdrawalForm
from monitoring.models import Exclusion
from monitoring.permissions import may_claim
from monitoring.selectors.exclusions import visible_exclusions, withdrawn_among
from monitoring.selectors.outages import would_exclude
from monitoring.services import exclusions
from monitoring.services.evidence import NotEvidence
from monitoring.views.downloads import download
from monitoring.views.lists.exclusions import Row
from monitoring.views.words import REASONS
from stations.models import Evse, Site
from stations.permissions import may
from stations.selectors import visible_evses, visible_sites
from stations.views.pages import ConsoleRequest, console, render_page

# What a preview lists one by one.
SHOWN = 20


def _subject_of(request: ConsoleRequest) -> tuple[Site, Evse | None]:
    """The port or the site that the address names."""
    text = request.GET.get("evse", "")
    if text.isascii() and text.isdigit():
        evse = get_object_or_404(visible_evses(request.user), pk=int(text[:18]))
        return evse.station.site, evse
    text = request.GET.get("site", "")
    if not (text.isascii() and text.isdigit()):
        raise Http404
    return get_object_or_404(visible_sites(request.user), pk=int(text[:18])), None


def _scopes(site: Site, evse: Evse | None) -> list[tuple[str, Any]]:
    whole = [("site", _("The whole site: %(site)s") % {"site": site.name})]
    if evse is None:
        return whole
    station = evse.station.identity
    return [
        ("evse", _("This port: %(station)s, EVSE %(number)s") % {"station": station, "number": evse.number}),
        ("station", _("The whole station: %(station)s") % {"station": station}),
        *whole,
    ]


def _evses(site: Site, evse: Evse | None, scope: str) -> list[Evse]:
    found = Evse.objects.filter(station__site=site).select_related("station__site").order_by("station", "number")
    if evse is not None and scope == "evse":
        found = found.filter(pk=evse.pk)
    elif evse is not None and scope == "station":
        found = found.filter(station=evse.station_id)
    return list(found)


@console
def propose(request: ConsoleRequest) -> HttpResponse:
    """The form for a new exclusion, filled in with the outage it was asked for from."""
    site, evse = _subject_of(request)
    if not may_claim(request.user, site):
        raise PermissionDenied(_("Your role does not include proposing exclusions here."))
    shape: dict[str, Any] = {"zone": site.zone, "scopes": _scopes(site, evse)}
    if request.method == "POST":
        form = ProposalForm(request.POST, request.FILES, **shape)
        exclusion = _proposed(request, form, site, evse) if form.is_valid() else None
        if exclusion is not None:
            messages.success(request, _("Proposed. It counts once somebody else has approved it."))
            return redirect("monitoring:exclusion", exclusion.pk)
    else:
        form = ProposalForm(initial=_initial(request), **shape)
    context = {"form": form, "site": site, "evse": evse, "query": request.GET.urlencode()}
    return render_page(request, "monitoring/exclusion_form.html", context)


def _initial(request: ConsoleRequest) -> dict[str, Any]:
    now = timezone.now()
    told = {"starts_at": now - timedelta(hours=1), "ends_at": now}
    for name in told:
        try:
            moment = parse_datetime(request.GET.get(name, "").replace(" ", "+"))
        except ValueError:
            continue
        if moment is not None and moment.tzinfo is not None:
            told[name] = moment
    return told


def _proposed(request: ConsoleRequest, form: ProposalForm, site: Site, evse: Evse | None) -> Exclusion | None:
    values = form.cleaned_data
    scope = values["scope"]
    try:
        return exclusions.propose(
            site=site,
            station=evse.station if evse and scope == "station" else None,
            evse=evse if scope == "evse" else None,
            starts_at=values["starts_at"],
            ends_at=values["ends_at"],
            reason=Exclusion.Reason(values["reason"]),
            text=values["text"],
            file=values["file"],
            by=request.user,
        )
    except NotEvidence as problem:
        form.add_error("file", str(problem))
    except ValidationError as problem:
        for name, texts in problem.message_dict.items():
            form.add_error(name if name in form.fields else None, texts)
    return None


@console
def preview(request: ConsoleRequest) -> HttpResponse:
    """How many minutes an exclusion would exclude: a fragment of the form."""
    site, evse = _subject_of(request)
    form = SpanForm(request.GET, zone=site.zone, scopes=_scopes(site, evse))
    context: dict[str, Any] = {"is_known": False}
    if form.is_valid() and form.cleaned_data["starts_at"] < form.cleaned_data["ends_at"]:
        values = form.cleaned_data
        evses = _evses(site, evse, values["scope"])
        until = min(values["ends_at"], timezone.now())
        minutes = would_exclude(evses, values["starts_at"], until)
        rows = sorted(((minutes[port.pk], port) for port in evses), key=lambda row: -row[0])
        context = {"is_known": True, "total": sum(minutes.values()), "rows": rows[:SHOWN], "ports": len(rows)}
    return render(request, "monitoring/_exclusion_preview.html", context)


def _found(request: ConsoleRequest, pk: int) -> Exclusion:
    return get_object_or_404(visible_exclusions(request.user), pk=pk)


@console
def exclusion(request: ConsoleRequest, pk: int) -> HttpResponse:
    """One exclusion with its evidence, what it excludes, and the judgement."""
    return _page(request, _found(request, pk), ReviewForm(), WithdrawalForm())


def _page(request: ConsoleRequest, found: Exclusion, review_form: Any, withdrawal_form: Any) -> HttpResponse:
    scope = "evse" if found.evse_id else "station" if found.station_id else "site"
    evse = found.evse or (found.station.evses.select_related("station__site").first() if found.station else None)
    evses = _evses(found.site, evse, scope)
    minutes = would_exclude(evses, found.starts_at, min(found.ends_at, timezone.now()))
    reviews = may(request.user, Permission.MANAGE_MONITORING, found.site)
    is_open = found.state == Exclusion.State.PROPOSED
    is_withdrawn = bool(withdrawn_among([found]))
    approved = found.state == Exclusion.State.APPROVED and found.withdraws_id is None and not is_withdrawn
    context = {
        "exclusion": found,
        "state": Row(found, is_withdrawn).state,
        "reason": REASONS[found.reason],
        "rows": [(minutes[port.pk], port) for port in evses[:SHOWN]],
        "total": sum(minutes.values()),
        "withdrawals": list(found.withdrawals.all()),
        "review_form": review_form,
        "withdrawal_form": withdrawal_form,
        "is_author": found.author_id == request.user.pk,
        "may_review": is_open and reviews and found.author_id != request.user.pk,
        "is_open": is_open,
        "may_withdraw": approved
        and may_claim(request.user, found.site)
        and not found.withdrawals.filter(state=Exclusion.State.PROPOSED).exists(),
        "is_standing": approved,
    }
    return render_page(request, "monitoring/exclusion.html", context)


@console
def evidence_file(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The evidence, as a download: nothing of it is ever run or shown by a browser."""
    found = _found(request, pk)
    return download(found.file, name=found.file_name, content_type=found.file_type)


@console
@require_POST
def review(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Approve or reject, as somebody else than the author."""
    found = _found(request, pk)
    form = ReviewForm(request.POST)
    if form.is_valid():
        approve = request.POST.get("verdict") == "approve"
        try:
            exclusions.review(exclusion=found, approve=approve, note=form.cleaned_data["note"], by=request.user)
        except ValidationError as problem:
            _tell(form, problem)
        else:
            messages.success(request, _("Approved: it counts now.") if approve else _("Rejected: it does not count."))
            return redirect("monitoring:exclusion", pk)
    return _page(request, found, form, WithdrawalForm())


@console
@require_POST
def withdraw(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Propose that an approved exclusion should not count."""
    found = _found(request, pk)
    form = WithdrawalForm(request.POST)
    if form.is_valid():
        try:
            made = exclusions.withdraw(exclusion=found, text=form.cleaned_data["text"], by=request.user)
        except ValidationError as problem:
            _tell(form, problem)
        else:
            messages.success(request, _("Proposed. It counts until somebody else has approved this."))
            return redirect("monitoring:exclusion", made.pk)
    return _page(request, found, ReviewForm(), form)


def _tell(form: Any, problem: ValidationError) -> None:
    if not hasattr(problem, "error_dict"):
        form.add_error(None, problem.messages)
        return
    for name, texts in problem.message_dict.items():
        form.add_error(name if name in form.fields else None, texts)
