"""Invitations by letter."""

import re
from datetime import timedelta
from smtplib import SMTPException

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.utils import timezone

from drivers.domain.apikeys import digest
from drivers.domain.roles import Role
from drivers.models import AuditEntry, User
from stations.models import Invitation
from stations.services import invitations, members
from tests import factories


class Refusing(EmailBackend):
    """A server that takes no letters."""

    def send_messages(self, letters):
        raise SMTPException("mailbox unavailable")


class Watching(EmailBackend):
    """Notes whether a transaction was open while a letter left."""

    open_transactions: list[bool] = []

    def send_messages(self, letters):
        self.open_transactions.append(connection.in_atomic_block)
        return super().send_messages(letters)


@pytest.fixture
def invite(owner, organization):
    def make(email="tina@example.com", role=Role.TECHNICIAN, sites=()):
        return invitations.invite(organization=organization, email=email, role=role, sites=list(sites), by=owner)

    return make


def sent(invitation):
    """Send it; the token in the letter."""
    assert invitations.send(invitation=invitation, link=lambda token: f"https://busbar.example/i/{token}/")
    return re.search(r"/i/([^/]+)/", mail.outbox[-1].body)[1]


def test_the_letter_has_a_link_of_which_only_a_digest_is_stored(invite):
    invitation = invite()
    token = sent(invitation)
    invitation.refresh_from_db()
    assert invitation.digest == digest(token)
    assert token not in str(list(Invitation.objects.values()) + list(AuditEntry.objects.values()))
    text, html = mail.outbox[0].body, mail.outbox[0].alternatives[0].content
    assert mail.outbox[0].to == ["tina@example.com"]
    for part in ("Volta", "Technician", token):
        assert part in text
        assert part in html


@pytest.mark.django_db(transaction=True)
def test_the_letter_leaves_outside_any_transaction(invite, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Watching"
    Watching.open_transactions.clear()
    sent(invite())
    assert Watching.open_transactions == [False]


def test_a_letter_that_did_not_leave_says_why_and_is_sent_again(invite, settings):
    invitation = invite()
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    assert not invitations.send(invitation=invitation, link=str)
    invitation.refresh_from_db()
    assert (invitation.sent_at, invitation.problem) == (None, "mailbox unavailable")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    sent(invitation)
    invitation.refresh_from_db()
    assert (invitation.sent_at is not None, invitation.problem) == (True, "")


def test_of_two_letters_only_the_later_link_leads_anywhere(invite):
    invitation = invite()
    first, second = sent(invitation), sent(invitation)
    assert not Invitation.objects.filter(digest=digest(first)).exists()
    assert Invitation.objects.filter(digest=digest(second)).exists()


def test_somebody_new_gets_an_account_with_the_role_and_its_sites(invite, site):
    person = invitations.join(invitation=invite(sites=[site]), name="Tina", password="a long password")
    membership = person.memberships.get()
    assert (membership.role, [scope.site for scope in membership.site_scopes.all()]) == (Role.TECHNICIAN, [site])
    assert EmailAddress.objects.get(user=person).verified


def test_accepting_twice_is_accepting_once(invite):
    invitation, person = invite(), factories.UserFactory(email="tina@example.com")
    first = invitations.accept(invitation=invitation, person=person)
    assert invitations.accept(invitation=invitation, person=person) == first


def test_whoever_was_removed_does_not_come_back_by_the_old_link(invite, site):
    invitation, person = invite(sites=[site]), factories.UserFactory(email="tina@example.com")
    members.remove(membership=invitations.accept(invitation=invitation, person=person))
    with pytest.raises(invitations.NotOpen):
        invitations.accept(invitation=invitation, person=person)
    assert not person.memberships.exists()


def test_somebody_else_cannot_accept(invite, stranger):
    with pytest.raises(PermissionDenied, match=r"for tina@example\.com"):
        invitations.accept(invitation=invite(), person=stranger)


def test_an_address_that_is_not_verified_proves_nothing(invite):
    person = factories.UserFactory(email="tina@example.com", verified=False)
    with pytest.raises(PermissionDenied):
        invitations.accept(invitation=invite(), person=person)


def test_a_used_link_makes_no_second_account(invite):
    invitation = invite()
    invitations.join(invitation=invitation, name="Tina", password="a long password")
    with pytest.raises(ValidationError, match="sign in with it"):
        invitations.join(invitation=invitation, name="Other", password="a long password")
    assert User.objects.filter(email="tina@example.com").count() == 1


def test_after_seven_days_and_after_withdrawal_it_opens_nothing(invite):
    late, withdrawn = invite(), invite("tom@example.com")
    invitations.withdraw(invitation=withdrawn)
    with pytest.raises(invitations.NotOpen):
        invitations.join(invitation=withdrawn, name="Tom", password="a long password")
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)), pytest.raises(invitations.NotOpen):
        invitations.join(invitation=late, name="Tina", password="a long password")


def test_a_role_for_sites_that_are_gone_does_not_become_one_for_all(invite, organization):
    site = factories.SiteFactory(organization=organization)
    invitation = invite(sites=[site])
    site.delete()
    with pytest.raises(invitations.NotOpen):
        invitations.join(invitation=invitation, name="Tina", password="a long password")


def test_members_and_the_invited_are_not_invited_again(invite, operator):
    with pytest.raises(ValidationError, match="works for Volta already"):
        invite(operator.email.upper())
    first = invite()
    with pytest.raises(ValidationError, match="invited already"):
        invite("TINA@example.com")
    invitations.withdraw(invitation=first)
    assert invite()


def test_sites_of_others_are_refused(invite, elsewhere):
    with pytest.raises(ValidationError, match="same organization"):
        invite(sites=[elsewhere.site])
