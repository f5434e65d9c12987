"""A driver's own page of a ticket: whoever has its address reads it, nobody else."""

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from monitoring.forms.help import AnswerForm
from monitoring.models import Ticket, TicketAttachment
from monitoring.selectors.help import helpline_of
from monitoring.selectors.tickets import visible_tickets
from monitoring.services import driver_reports, ticket_tokens, tickets
from monitoring.views.help import attached
from monitoring.views.help_wording import STATES
from monitoring.views.limits import is_too_often
from stations.views.pages import ConsoleRequest, console

MOST_ANSWERS = 30


def _found(token: str) -> Ticket:
    ticket = ticket_tokens.find(token)
    if ticket is None:
        raise Http404
    return ticket


@require_http_methods(["GET", "POST"])
def conversation(request: HttpRequest, token: str) -> HttpResponse:
    """What was said, where it stands, and a place to add to it."""
    ticket = _found(token)
    form = AnswerForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_bound and form.data.get("website"):
        return redirect(request.path)
    if form.is_bound and form.is_valid() and _add(request, ticket, form):
        return redirect(request.path)
    messages = ticket.messages.filter(is_internal=False).prefetch_related("attachments")
    context = {
        "ticket": ticket,
        "token": token,
        "conversation": messages,
        "state": STATES[Ticket.State(ticket.state)],
        "helpline": helpline_of(ticket.organization, ticket.site),
        "form": form,
    }
    return _secret(render(request, "monitoring/help_ticket.html", context))


def _add(request: HttpRequest, ticket: Ticket, form: AnswerForm) -> bool:
    if is_too_often(request, "help-answer", most=MOST_ANSWERS):
        form.add_error(None, _("That was a lot in one hour. Call the helpline, or try again later."))
        return False
    try:
        files = attached(form.cleaned_data["photo"])
        driver_reports.add(ticket=ticket, text=form.cleaned_data["text"], files=files)
    except ValidationError as problem:
        form.add_error(None, problem.messages)
        return False
    return True


@require_POST
def solved(request: HttpRequest, token: str) -> HttpResponse:
    """The driver says that it is solved."""
    tickets.resolve(ticket=_found(token), by=None)
    return redirect("monitoring:help-ticket", token)


@require_GET
def driver_file(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """What came along, for the driver."""
    ticket = _found(token)
    return _file(get_object_or_404(TicketAttachment, pk=pk, message__ticket=ticket, message__is_internal=False))


@console
def staff_file(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The same for support."""
    seen = visible_tickets(request.user)
    return _file(get_object_or_404(TicketAttachment, pk=pk, message__ticket__in=seen))


def _file(row: TicketAttachment) -> HttpResponse:
    """A picture was drawn anew and is shown; a document is a download, which no browser runs."""
    try:
        with default_storage.open(row.file) as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type=row.content_type)
    if row.content_type != "image/jpeg":
        name = row.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return _secret(response)


def _secret(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
