"""Exclusions: a reason, evidence, a second person."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage

from drivers.models import AuditEntry
from monitoring.models import Exclusion, MaintenanceWindow
from monitoring.selectors.exclusions import approved_of, standing
from monitoring.services import exclusions
from monitoring.services.evidence import NotEvidence
from stations.services import network
from tests import factories
from tests.monitoring.exclusion_rows import letter

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def evse(station):
    return station.evses.get()


def propose(site, by, **kwargs):
    values = {"starts_at": NOW - 2 * HOUR, "ends_at": NOW, "reason": Exclusion.Reason.UTILITY, "text": "Grid notice 7."}
    return exclusions.propose(site=site, by=by, **{"file": letter(), **values, **kwargs})


def judged(exclusion, by, *, approve=True, note="Seen."):
    return exclusions.review(exclusion=exclusion, approve=approve, note=note, by=by)


def test_a_proposal_does_not_count(site, operator):
    propose(site, operator)
    assert not standing().exists()


def test_nobody_judges_what_they_proposed_themselves(site, operator):
    exclusion = propose(site, operator)
    with pytest.raises(PermissionDenied):
        judged(exclusion, operator)


def test_it_counts_once_a_second_person_has_approved_it(site, operator, owner):
    exclusion = propose(site, operator)
    judged(exclusion, owner)
    assert list(standing()) == [exclusion]


def test_it_counts_from_when_it_was_approved(site, operator, owner):
    approved = judged(propose(site, operator), owner)
    assert not standing(as_of=approved.reviewed_at - HOUR).exists()


def test_a_technician_proposes_but_does_not_judge(site, operator, technician):
    exclusion = propose(site, technician)
    with pytest.raises(PermissionDenied):
        judged(propose(site, operator), technician)
    assert exclusion.author == technician


def test_who_only_looks_proposes_nothing(site, viewer):
    with pytest.raises(PermissionDenied):
        propose(site, viewer)


def test_a_rejection_says_why(site, operator, owner):
    exclusion = propose(site, operator)
    with pytest.raises(ValidationError):
        judged(exclusion, owner, approve=False, note=" ")
    assert judged(exclusion, owner, approve=False, note="That was our own fuse.").state == Exclusion.State.REJECTED


def test_what_is_judged_stays_so(site, operator, owner):
    exclusion = judged(propose(site, operator), owner)
    with pytest.raises(ValidationError):
        judged(exclusion, owner, approve=False)


def test_an_approved_one_ends_by_another_that_somebody_else_approves(site, operator, owner):
    exclusion = judged(propose(site, operator), owner)
    withdrawal = exclusions.withdraw(exclusion=exclusion, text="The notice was of another street.", by=operator)
    assert list(standing()) == [exclusion]
    judged(withdrawal, owner)
    assert not standing().exists()
    assert Exclusion.objects.get(pk=exclusion.pk).state == Exclusion.State.APPROVED


def test_it_is_withdrawn_only_once(site, operator, owner):
    exclusion = judged(propose(site, operator), owner)
    exclusions.withdraw(exclusion=exclusion, text="Once.", by=operator)
    with pytest.raises(ValidationError):
        exclusions.withdraw(exclusion=exclusion, text="Twice.", by=operator)


def test_one_of_the_site_concerns_each_of_its_evses_and_none_elsewhere(site, evse, operator, owner):
    judged(propose(site, operator), owner)
    other = factories.EvseFactory()
    found = approved_of([evse, other], since=NOW - 5 * HOUR, until=NOW)
    assert [len(found[evse.pk]), len(found[other.pk])] == [1, 0]


def test_one_of_an_evse_concerns_no_other(site, station, evse, operator, owner):
    judged(propose(site, operator, evse=evse), owner)
    sibling = factories.EvseFactory(station=station)
    found = approved_of([evse, sibling], since=NOW - 5 * HOUR, until=NOW)
    assert [len(found[evse.pk]), len(found[sibling.pk])] == [1, 0]


@pytest.mark.parametrize("content", [b"MZ\x00\x01 a program", b""])
def test_a_file_that_is_no_picture_letter_or_text_is_not_kept(site, operator, content):
    with pytest.raises(NotEvidence):
        propose(site, operator, file=letter(content, "notice.pdf"))
    assert not Exclusion.objects.exists()


def test_a_page_with_a_script_is_kept_as_text(site, operator):
    exclusion = propose(site, operator, file=letter(b"<script>alert(1)</script>", "../x.html"))
    assert (exclusion.file_type, exclusion.file_name) == ("text/plain; charset=utf-8", "x.html")
    assert default_storage.exists(exclusion.file)


def test_it_needs_words_and_a_length(site, operator):
    with pytest.raises(ValidationError):
        propose(site, operator, text=" ")
    with pytest.raises(ValidationError):
        propose(site, operator, ends_at=NOW - 2 * HOUR)


def test_each_step_stands_in_the_audit_log(site, operator, owner):
    exclusion = judged(propose(site, operator), owner)
    entries = AuditEntry.objects.filter(
        object_pk=exclusion.pk, site_id=site.pk, content_type__model="exclusion"
    ).order_by("id")
    assert [entry.action for entry in entries] == [AuditEntry.Action.CREATE, AuditEntry.Action.UPDATE]


def window(site, *, announced, by=None, stations=()):
    row = MaintenanceWindow.objects.create(
        organization=site.organization,
        site=site,
        title="New meters",
        starts_at=NOW - 2 * HOUR,
        ends_at=NOW - HOUR,
        created_by=by,
        created_at=announced,
    )
    row.stations.set(stations)
    return row


def test_a_window_announced_before_it_began_is_proposed_by_itself_once(site, operator):
    window(site, announced=NOW - 3 * HOUR, by=operator)
    assert [exclusions.propose_of_windows(now=NOW) for _ in range(2)] == [1, 0]
    exclusion = Exclusion.objects.get()
    assert (exclusion.reason, exclusion.state, exclusion.author) == ("maintenance", "proposed", operator)


def test_a_window_announced_afterwards_is_not_proposed(site):
    window(site, announced=NOW - timedelta(minutes=90))
    assert exclusions.propose_of_windows(now=NOW) == 0


def test_a_window_of_some_stations_is_proposed_for_each(site, station):
    window(site, announced=NOW - 3 * HOUR, stations=[station, factories.StationFactory(site=site)])
    assert exclusions.propose_of_windows(now=NOW) == 2


def test_what_a_claim_is_about_is_not_deleted(site, station, evse, operator):
    station.sessions.all().delete()
    propose(site, operator, evse=evse)
    for delete in (lambda: network.delete_evse(evse=evse), lambda: network.delete_station(station=station)):
        with pytest.raises(network.StillInUse, match="such as exclusions"):
            delete()
    assert Exclusion.objects.get().evse == evse


def test_a_site_that_claims_are_about_is_not_deleted(operator, organization):
    site = factories.SiteFactory(organization=organization)
    propose(site, operator)
    with pytest.raises(network.StillInUse, match="such as exclusions"):
        network.delete_site(site=site)


def test_a_window_that_ended_early_excludes_nothing_beyond_its_end(site):
    row = window(site, announced=NOW - 3 * HOUR)
    row.ended_at = NOW - timedelta(minutes=90)
    row.save()
    exclusions.propose_of_windows(now=NOW)
    exclusion = Exclusion.objects.get()
    assert (exclusion.starts_at, exclusion.ends_at) == (NOW - 2 * HOUR, NOW - timedelta(minutes=90))
