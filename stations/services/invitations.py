"""Inviting people by letter: written, sent, sent again, withdrawn, accepted.

The letter leaves after the row is committed, and what became of it is written down then.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from smtplib import SMTPException

import structlog
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from drivers import audit
from drivers.domain.apikeys import digest
from drivers.models import Membership, Organization, User
from stations.gateways import letters
from stations.models import Invitation, Site
from stations.services import members

VALID = timedelta(days=7)
PROBLEM_LENGTH = 300
State = Invitation.State

log = structlog.get_logger(__name__)


class NotOpen(Exception):
    """The invitation has been accepted by somebody else or withdrawn, or has expired; `state` says which."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state


def invite(*, organization: Organization, email: str, role: str, sites: Sequence[Site], by: User) -> Invitation:
    """Write down an invitation, for `sites` or, if there are none, for all; `send` sends it.

    Raises ValidationError: a member already, an open invitation, or a site of somebody else.
    """
    if any(site.organization_id != organization.pk for site in sites):
        raise ValidationError({"sites": _("Sites of the same organization only.")})
    if _members(organization, email).exists():
        taken = _("%(email)s works for %(organization)s already.")
        raise ValidationError({"email": taken % {"email": email, "organization": organization}})
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                organization=organization,
                email=email,
                role=role,
                is_limited=bool(sites),
                digest=digest(_new_token()),
                invited_by=by,
                expires_at=timezone.now() + VALID,
            )
            invitation.sites.set(sites)
    except IntegrityError as error:
        taken = _("%(email)s has been invited already: send that invitation again, or withdraw it.")
        raise ValidationError({"email": taken % {"email": email}}) from error
    return invitation


def _members(organization: Organization, email: str) -> QuerySet[Membership]:
    """Its members who have this address, or who sign in with it."""
    people = EmailAddress.objects.filter(email__iexact=email, verified=True).values("user")
    return Membership.objects.filter(organization=organization).filter(
        Q(user__in=people) | Q(user__email__iexact=email)
    )


def send(*, invitation: Invitation, link: Callable[[str], str]) -> bool:
    """Send the letter, with a new link that is valid for another seven days; the one before leads nowhere from now on.

    `link`: token → address. Whether it left; if not, `problem` says why. Raises NotOpen.
    """
    token = _new_token()
    with transaction.atomic():
        row = _locked(invitation.pk)
        if row.state not in (State.OPEN, State.EXPIRED):
            raise NotOpen(row.state)
        row.digest, row.expires_at, row.sent_at, row.problem = digest(token), timezone.now() + VALID, None, ""
        row.save(update_fields=["digest", "expires_at", "sent_at", "problem"])
    try:
        letters.send_invitation(row, link(token))
    except (OSError, SMTPException) as error:
        log.warning("invitation.not_sent", invitation=row.pk, error=repr(error))
        row.problem = str(error)[:PROBLEM_LENGTH] or type(error).__name__
    else:
        row.sent_at = timezone.now()
    with transaction.atomic():
        row.save(update_fields=["sent_at", "problem"])
    return row.sent_at is not None


def withdraw(*, invitation: Invitation) -> None:
    """Its link leads nowhere from now on. Raises NotOpen for one that was accepted; withdrawing twice is no error."""
    with transaction.atomic():
        row = _locked(invitation.pk)
        if row.state == State.ACCEPTED:
            raise NotOpen(row.state)
        if row.withdrawn_at is None:
            row.withdrawn_at = timezone.now()
            row.save(update_fields=["withdrawn_at"])


def accept(*, invitation: Invitation, person: User) -> Membership:
    """`person` joins; a second time changes nothing. Raises PermissionDenied unless the invited address is theirs and
    verified, and NotOpen."""
    if not is_for(invitation, person):
        raise PermissionDenied(_("This invitation is for %(email)s.") % {"email": invitation.email})
    with transaction.atomic():
        row = _locked(invitation.pk)
        joined = Membership.objects.filter(organization=row.organization_id, user=person).first()
        if row.state == State.ACCEPTED and row.accepted_by_id == person.pk and joined is not None:
            return joined
        return _accept(row, person)


def join(*, invitation: Invitation, name: str, password: str) -> User:
    """A new account with the invited address, verified by the link itself, that joins. Raises NotOpen, and
    ValidationError where somebody has this address by now."""
    with transaction.atomic():
        row = _locked(invitation.pk)
        if has_account(row.email):
            raise ValidationError(_("There is an account with this address: sign in with it."))
        person = User.objects.create_user(row.email, password, name=name)
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        audit.acts(person)
        _accept(row, person)
    return person


def is_for(invitation: Invitation, person: User) -> bool:
    """Whether the invited address is the person's, and verified."""
    addresses = EmailAddress.objects.filter(user=person, email__iexact=invitation.email, verified=True)
    return bool(addresses.exists())


def has_account(email: str) -> bool:
    """Whether somebody signs in with this address."""
    return (
        User.objects.filter(email__iexact=email).exists() or EmailAddress.objects.filter(email__iexact=email).exists()
    )


def _accept(row: Invitation, person: User) -> Membership:
    if row.state != State.OPEN:
        raise NotOpen(row.state)
    sites = list(row.sites.all())
    if row.is_limited and not sites:
        # What it was for is gone, and it must not become one for everything.
        raise NotOpen(State.WITHDRAWN)
    membership = members.add(organization=row.organization, person=person, role=row.role, sites=sites)
    row.accepted_at, row.accepted_by = timezone.now(), person
    row.save(update_fields=["accepted_at", "accepted_by"])
    return membership


def _locked(pk: int) -> Invitation:
    return Invitation.objects.select_for_update().get(pk=pk)


def _new_token() -> str:
    return secrets.token_urlsafe(32)
