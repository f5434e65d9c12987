"""The page of a ticket, and what is done on it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from drivers.domain.roles import Permission
from monitoring.domain import snapshots
from monitoring.domain.canned import filled
from monitoring.forms.incidents import AssignForm
from monitoring.forms.tickets import ChangeForm, DecisionForm, RefundForm, SayForm
from monitoring.models import Incident, RefundRequest, Severity, Ticket, TicketMessage, TicketSnapshot, WorkOrder
from monitoring.selectors import tickets as selectors
from monitoring.selectors.incidents import visible_incidents
from monitoring.services import refunds, ticket_snapshots, tickets
from monitoring.views import alert_wording, maintenance_wording
from monitoring.views import ticket_wording as wording
from stations.views.pages import ConsoleRequest, console, dialog_done, render_page

SHOWN = 300
_SUGGESTED = 3


def ticket_of(request: ConsoleRequest, reference: str, permission: Permission = Permission.VIEW_TICKETS) -> Ticket:
    """Raises Http404 for one that the person does not see, PermissionDenied without `permission` for it."""
    found = selectors.with_parts(selectors.visible_tickets(request.user)).filter(reference=reference).first()
    if found is None:
        raise Http404
    if not selectors.may_on(request.user, permission, found):
        raise PermissionDenied(_("Your role does not include this for tickets there."))
    return found


@console
def ticket(request: ConsoleRequest, reference: str) -> HttpResponse:
    """One ticket: what was said, its clocks, its charger then and now."""
    found = ticket_of(request, reference)
    context = {
        **_said(found),
        **_beside(request, found),
        "ticket": found,
        "may_answer": selectors.may_on(request.user, Permission.RESPOND, found),
        **_composer(request, found),
    }
    fragments = {
        "ticket-state": "monitoring/_ticket_state.html",
        "talk": "monitoring/_ticket_talk.html",
        "ticket-side": "monitoring/_ticket_side.html",
        "composer": "monitoring/_ticket_composer.html",
    }
    return render_page(request, "monitoring/ticket.html", context, fragments=fragments)


def _said(found: Ticket) -> dict[str, Any]:
    now = timezone.now()
    lines = list(found.messages.select_related("by").prefetch_related("attachments").order_by("-at", "-id")[:SHOWN])[
        ::-1
    ]
    return {
        "lines": [(line, wording.LETTERS.get(TicketMessage.Letter(line.letter))) for line in lines],
        "state": wording.state_of(found, now),
        "priority": maintenance_wording.PRIORITIES[WorkOrder.Priority(found.priority)],
    }


def _beside(request: ConsoleRequest, found: Ticket) -> dict[str, Any]:
    snapshot = TicketSnapshot.objects.filter(ticket=found).first()
    suggested = selectors.suggested_incidents(found).filter(pk__in=visible_incidents(request.user))
    of_ticket = list(found.refunds.select_related("requested_by", "decided_by").order_by("-id"))
    may_decide = selectors.may_on(request.user, Permission.DECIDE_REFUNDS, found)
    currency = (found.session.currency if found.session else "") or found.organization.currency
    return {
        "dials": wording.dials(found, timezone.now()),
        "then": snapshots.from_json(snapshot.data) if snapshot else None,
        "taken_at": snapshot.taken_at if snapshot else None,
        "now_state": ticket_snapshots.look(found) if found.station_id else None,
        "suggested": [(one, alert_wording.SEVERITIES[Severity(one.severity)]) for one in suggested[:_SUGGESTED]],
        "incident_state": alert_wording.state_of(found.incident) if found.incident else None,
        "refunds": [(one, wording.REFUNDS[RefundRequest.State(one.state)]) for one in of_ticket],
        "undecided": next((one for one in of_ticket if one.state == RefundRequest.State.REQUESTED), None),
        "may_decide": may_decide,
        "refund_form": RefundForm(currency=currency),
        "decision_form": DecisionForm(),
    }


def _composer(request: ConsoleRequest, found: Ticket) -> dict[str, Any]:
    """With the canned answer that the address names, its places filled."""
    known = selectors.canned_answers(request.user).filter(organization=found.organization)
    offered = [
        one
        for one in known
        if one.category in ("", found.category) and one.language in ("", found.language or one.language)
    ]
    chosen = next((one for one in offered if str(one.pk) == request.GET.get("canned")), None)
    values = {
        "name": found.contact_name or (str(found.driver) if found.driver else ""),
        "reference": found.reference,
        "site": found.site.name if found.site else "",
        "station": found.station.identity if found.station else "",
        "support": str(request.user),
    }
    text = filled(chosen.body, values) if chosen else ""
    return {"canned": offered, "chosen": chosen, "form": SayForm(initial={"text": text})}


@console
@require_POST
def say(request: ConsoleRequest, reference: str) -> HttpResponse:
    """`do`: answer (and wait), resolve, note (for staff), call (what was said on the phone)."""
    found = ticket_of(request, reference, Permission.RESPOND)
    form = SayForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write something first."))
        return redirect("monitoring:ticket", reference)
    text, by = form.cleaned_data["text"], request.user
    verbs: dict[str, tuple[Callable[[], object], str]] = {
        "answer": (lambda: tickets.answer(ticket=found, text=text, by=by), _("The answer is on its way.")),
        "resolve": (lambda: tickets.resolve(ticket=found, text=text, by=by), _("Answered and resolved.")),
        "note": (lambda: tickets.note(ticket=found, text=text, by=by), _("Noted.")),
        "call": (lambda: tickets.note_call(ticket=found, text=text, by=by), _("Noted as said on the phone.")),
    }
    verb, done = verbs.get(request.POST.get("do", ""), verbs["note"])
    return _do(request, found, verb, done)


@console
@require_POST
def change_state(request: ConsoleRequest, reference: str) -> HttpResponse:
    """`to`: resolved, open or closed, without a word to the driver; mine: I take it."""
    found = ticket_of(request, reference, Permission.RESPOND)
    by = request.user
    verbs: dict[str, tuple[Callable[[], object], str]] = {
        "resolved": (lambda: tickets.resolve(ticket=found, by=by), _("Resolved.")),
        "open": (lambda: tickets.reopen(ticket=found, by=by), _("Open again.")),
        "closed": (lambda: tickets.close(ticket=found, by=by), _("Closed.")),
        "mine": (lambda: tickets.assign(ticket=found, to=by, by=by), _("It is yours.")),
    }
    if request.POST.get("to") not in verbs:
        raise Http404
    return _do(request, found, *verbs[request.POST["to"]])


@console
@require_http_methods(["GET", "POST"])
def assign(request: ConsoleRequest, reference: str) -> HttpResponse:
    """Hand it to somebody who may answer there."""
    found = ticket_of(request, reference, Permission.RESPOND)
    people = list(selectors.people_for(found))
    form = AssignForm(request.POST or None, people=people, initial={"to": found.assigned_to_id or ""})
    if form.is_valid():
        to = next((person for person in people if person.pk == form.cleaned_data["to"]), None)
        said = _("%(name)s takes care of it.") % {"name": to} if to else _("Nobody takes care of it now.")
        return _do(request, found, lambda: tickets.assign(ticket=found, to=to, by=request.user), said)
    return _ask(request, found, form, _("Assign"))


@console
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, reference: str) -> HttpResponse:
    """What it is about, how urgent it is, whom it is from."""
    found = ticket_of(request, reference, Permission.RESPOND)
    names = list(ChangeForm.base_fields)
    form = ChangeForm(request.POST or None, initial={name: getattr(found, name) for name in names})
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in names}
        return _do(request, found, lambda: tickets.change(ticket=found, by=request.user, **values), _("Stored."))
    return _ask(request, found, form, _("Edit"))


@console
@require_POST
def link(request: ConsoleRequest, reference: str) -> HttpResponse:
    """`incident`: the number of one that the person sees; nothing takes the link away."""
    found = ticket_of(request, reference, Permission.RESPOND)
    number = request.POST.get("incident", "").strip()
    incident: Incident | None = None
    if number:
        known = visible_incidents(request.user).filter(organization=found.organization)
        incident = known.filter(pk=int(number[:18])).first() if number.isdecimal() else None
        if incident is None:
            messages.error(request, _("There is no incident with this number."))
            return redirect("monitoring:ticket", reference)
    done = _("Linked: the driver is told when the incident is over.") if incident else _("The link is taken away.")
    return _do(request, found, lambda: tickets.link_incident(ticket=found, incident=incident, by=request.user), done)


@console
@require_POST
def refund(request: ConsoleRequest, reference: str) -> HttpResponse:
    """Ask for money to be given back."""
    found = ticket_of(request, reference, Permission.RESPOND)
    currency = (found.session.currency if found.session else "") or found.organization.currency
    form = RefundForm(request.POST, currency=currency)
    if not form.is_valid():
        messages.error(request, _("Say how much, and why."))
        return redirect("monitoring:ticket", reference)
    amount, reason = form.amount_minor(), form.cleaned_data["reason"]

    def verb() -> object:
        return refunds.request_refund(
            ticket=found, amount_minor=amount, reason=reason, by=request.user, currency=currency
        )

    return _do(request, found, verb, _("Asked for: somebody else decides."))


@console
@require_POST
def decide(request: ConsoleRequest, reference: str, pk: int) -> HttpResponse:
    """`decision`: approve or decline."""
    found = ticket_of(request, reference, Permission.DECIDE_REFUNDS)
    asked = found.refunds.filter(pk=pk).first()
    form = DecisionForm(request.POST)
    if asked is None or request.POST.get("decision") not in ("approve", "decline") or not form.is_valid():
        raise Http404
    approved, note = request.POST["decision"] == "approve", form.cleaned_data["note"]
    done = _("Approved.") if approved else _("Declined.")
    return _do(
        request,
        found,
        lambda: refunds.decide_refund(refund=asked, approved=approved, by=request.user, note=note),
        done,
    )


def _ask(request: ConsoleRequest, found: Ticket, form: Any, title: str) -> HttpResponse:
    context = {"ticket": found, "form": form, "title": title}
    fragments = {"dialog-body": "monitoring/_ticket_form.html"}
    return render_page(request, "monitoring/ticket_dialog.html", context, fragments=fragments)


def _do(request: ConsoleRequest, found: Ticket, verb: Callable[[], object], done: str) -> HttpResponse:
    """Do it, and say so; what cannot be done is said instead."""
    try:
        verb()
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect("monitoring:ticket", found.reference)
    if request.htmx:
        return dialog_done(done)
    messages.success(request, done)
    return redirect("monitoring:ticket", found.reference)
