"""Invitations: made by who manages an organization, opened by who gets the letter."""

from typing import cast

from allauth.account.utils import perform_login
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from drivers.domain.apikeys import digest
from drivers.models import User
from stations.forms.people import InviteForm, JoinForm
from stations.models import Invitation
from stations.selectors.people import managed_organizations, open_invitations
from stations.services import invitations
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.people_wording import ROLE_MEANING


@console
@require_http_methods(["GET", "POST"])
def invite(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form that invites somebody to an organization."""
    organization = get_object_or_404(managed_organizations(request.user), pk=pk)
    posted = request.POST if request.method == "POST" else None
    form = InviteForm(organization, posted, meanings=ROLE_MEANING)
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        try:
            made = invitations.invite(
                organization=organization,
                email=values["email"],
                role=values["role"],
                sites=form.sites(),
                by=request.user,
            )
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            return _send(request, made)
    return render_page(request, "stations/invite.html", {"form": form, "organization": organization})


@console
@require_POST
def send(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Send the letter again."""
    return _send(request, get_object_or_404(open_invitations(request.user), pk=pk))


def _send(request: ConsoleRequest, invitation: Invitation) -> HttpResponse:
    def link(token: str) -> str:
        return request.build_absolute_uri(reverse("stations:invitation", args=[token]))

    if invitations.send(invitation=invitation, link=link):
        messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": invitation.email})
    else:
        messages.error(
            request, _("The letter to %(email)s could not be sent: see below.") % {"email": invitation.email}
        )
    return redirect("stations:member-list")


@console
@require_POST
def withdraw(request: ConsoleRequest, pk: int) -> HttpResponse:
    """From now on the link leads nowhere."""
    found = get_object_or_404(open_invitations(request.user), pk=pk)
    invitations.withdraw(invitation=found)
    messages.success(request, _("The invitation of %(email)s is withdrawn.") % {"email": found.email})
    return redirect("stations:member-list")


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Where the letter leads: to join with the account one has, or with a new one."""
    found = Invitation.objects.select_related("organization", "invited_by").filter(digest=digest(token)).first()
    if found is None:
        return _over(request, None, 404)
    person = request.user if isinstance(request.user, User) else None
    if found.state != Invitation.State.OPEN and not _joined_by(found, person):
        return _over(request, found, 410)
    if person is not None:
        return _accept(request, found, person)
    if invitations.has_account(found.email):
        return _page(request, found)
    return _join(request, found)


def _joined_by(found: Invitation, person: User | None) -> bool:
    """Whether the person joined by it, and still belongs."""
    if person is None or found.accepted_by_id != person.pk:
        return False
    return person.memberships.filter(organization=found.organization_id).exists()


def _accept(request: HttpRequest, found: Invitation, person: User) -> HttpResponse:
    is_theirs = invitations.is_for(found, person)
    if request.method == "GET" or not is_theirs:
        return _page(request, found, is_theirs=is_theirs)
    try:
        invitations.accept(invitation=found, person=person)
    except invitations.NotOpen:
        # It has just been withdrawn: the page says so.
        return redirect(request.path)
    messages.success(request, _("You work for %(organization)s now.") % {"organization": found.organization})
    return redirect("stations:overview")


def _join(request: HttpRequest, found: Invitation) -> HttpResponse:
    form = JoinForm(found.email, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            person = invitations.join(invitation=found, **form.cleaned_data)
        except invitations.NotOpen:
            return redirect(request.path)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            return cast(HttpResponse, perform_login(request, person, redirect_url=reverse("stations:overview")))
    return _page(request, found, form=form)


def _page(
    request: HttpRequest, found: Invitation, *, form: JoinForm | None = None, is_theirs: bool = False
) -> HttpResponse:
    context = {"invitation": found, "form": form, "is_theirs": is_theirs}
    return render(request, "stations/invitation.html", context)


def _over(request: HttpRequest, found: Invitation | None, status: int) -> HttpResponse:
    return render(request, "stations/invitation_over.html", {"invitation": found}, status=status)
