"""The helpline: written down while one speaks, listed, reported."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from monitoring.models import HelplineContact
from stations.models import SiteScope
from tests import factories
from tests.monitoring.helpline_rows import contact_of

NEW = "monitoring:helpline-new"


def _said(**more):
    return {"at": timezone.now().isoformat(), "category": "start", "outcome": "solved", "channel": "phone", **more}


def test_a_call_is_written_down_with_two_taps(browser, support, organization):
    answered = (timezone.now() - timedelta(minutes=7)).isoformat()
    told = _said(at=answered, organization=organization.pk)
    assert browser(support).post(reverse(NEW), told).status_code == 302
    row = HelplineContact.objects.get()
    assert (row.organization, row.minutes, row.taken_by) == (organization, 7, support)


@pytest.mark.parametrize("by_code", [True, False], ids=["code on the label", "identity"])
def test_where_is_found_by_what_the_driver_reads_out(browser, support, station, by_code):
    evse = station.evses.first()
    evse.public_code = "K7M4PQ9R"
    evse.save()
    told = _said(where="k7m4 pq9r" if by_code else station.identity)
    assert browser(support).post(reverse(NEW), told).status_code == 302
    row = HelplineContact.objects.get()
    assert (row.station, row.site, row.organization) == (station, station.site, station.site.organization)


def test_a_call_becomes_a_ticket_that_is_followed_up(browser, support, station):
    told = _said(where=station.identity, note="No light at all", ticket="1", contact_phone="+44 20 7946 0000")
    assert browser(support).post(reverse(NEW), told).status_code == 302
    ticket = HelplineContact.objects.get().ticket
    assert (ticket.station, ticket.source, ticket.contact_phone) == (station, "phone", "+44 20 7946 0000")
    assert ticket.snapshot.data["identity"] == station.identity


def test_what_is_nobodys_charger_is_asked_for_again(browser, support, elsewhere):
    answer = browser(support).post(reverse(NEW), _said(where=elsewhere.station.identity))
    assert "No charger or site of yours" in answer.content.decode()
    assert not HelplineContact.objects.exists()


def test_who_answers_nobody_has_no_helpline(browser, viewer):
    assert browser(viewer).get(reverse(NEW)).status_code == 403
    assert browser(viewer).get(reverse("monitoring:helpline")).status_code == 403


def test_who_works_at_one_site_sees_its_contacts_only(browser, support, organization, site):
    other = factories.SiteFactory(organization=organization, name="Harbour")
    contact_of(organization, site=site, note="at the depot")
    contact_of(organization, site=other, note="at the harbour")
    contact_of(organization, note="nowhere told")
    SiteScope.objects.create(membership=support.memberships.get(), site=site)
    page = browser(support).get(reverse("monitoring:helpline")).content.decode()
    assert "at the depot" in page
    assert "at the harbour" not in page
    assert "nowhere told" not in page


def test_a_quarter_is_told_as_page_file_and_paper(browser, support, organization, site):
    in_may = datetime(2026, 5, 4, 9, tzinfo=UTC)
    contact_of(organization, at=in_may, site=site, waited_s=20)
    contact_of(organization, at=in_may, category="payment", outcome="unsolved", minutes=12)
    contact_of(organization, at=datetime(2026, 3, 31, 23, 59, tzinfo=UTC))
    page = browser(support).get(reverse("monitoring:helpline-report", args=[organization.slug, 2026, 2]))
    assert "50 %" in page.content.decode().replace("\xa0", " ")
    assert "1 of 2" in page.content.decode()
    answer = browser(support).get(reverse("monitoring:helpline-report-csv", args=[organization.slug, 2026, 2]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "volta,2026-Q2,all,,2,1,9.0,20.0,1,0.1" in text
    assert "volta,2026-Q2,category,payment,1,0,12.0" in text
    paper = browser(support).get(reverse("monitoring:helpline-report-pdf", args=[organization.slug, 2026, 2]))
    assert paper.content.startswith(b"%PDF")


def test_a_quarter_of_others_is_not_there(browser, support, elsewhere):
    address = reverse("monitoring:helpline-report", args=[elsewhere.organization.slug, 2026, 2])
    assert browser(support).get(address).status_code == 404


def test_the_quarter_that_was_asked_for_opens(browser, support, organization):
    answer = browser(support).get(reverse("monitoring:helpline-report-now"), {"quarter": "2026-Q1"})
    assert answer.url == reverse("monitoring:helpline-report", args=[organization.slug, 2026, 1])
