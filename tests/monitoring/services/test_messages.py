"""What stands in a message, as whoever gets it reads it."""

from datetime import UTC, datetime
from html import unescape

import pytest
from django.utils import timezone

from monitoring.models import Notification, Severity
from monitoring.services import messages
from tests.monitoring.alert_rows import AlertFactory, IncidentFactory
from tests.monitoring.tickets import report

Change = Notification.Change
pytestmark = pytest.mark.django_db
SAID = "EVSE 1 of DE*VLT*E01 reports a fault: GroundFailure"


@pytest.fixture(autouse=True)
def _day(time_machine):
    time_machine.move_to(datetime(2026, 3, 1, 12, 5, tzinfo=UTC))


@pytest.fixture
def incident(site, station):
    """A ground failure, at a station that was offline before."""
    made = IncidentFactory(site=site, title=SAID)
    AlertFactory(incident=made, station=station, severity=Severity.MAJOR)
    AlertFactory(incident=made, station=station, rule="faulted", said=SAID, severity=Severity.CRITICAL)
    return made


def notice(person, key="n1", change=Change.OPENED, **about):
    now = timezone.now()
    organization = person.memberships.get().organization
    more = {"organization": organization, "person": person, "severity": Severity.MAJOR, **about}
    return Notification.objects.create(key=key, change=change, created_at=now, due_at=now, **more)


def test_a_letter_says_what_is_wrong_where_since_when_and_what_to_do_first(incident, technician):
    letter = messages.compose(notice(technician, incident=incident))
    for content in (letter.text, unescape(letter.html)):
        for words in (SAID, incident.site.name, "Take the station out of service", f"/incidents/{incident.pk}/"):
            assert words in content
        # The gravest alert's advice only.
        assert "look at its power and its router first" not in content


def test_a_letter_has_the_time_on_the_clock_of_the_site(incident, technician):
    incident.site.timezone = "Europe/Berlin"
    incident.site.save()
    assert "Since: 13:00" in messages.compose(notice(technician, incident=incident)).text


def test_what_is_over_asks_for_nothing(incident, technician):
    incident.alerts.update(resolved_at=timezone.now())
    letter = messages.compose(notice(technician, change=Change.RESOLVED, incident=incident))
    assert "what to do" not in letter.text + letter.html


def test_a_german_letter_is_german_to_the_advice(incident, technician):
    technician.language = "de"
    technician.save()
    letter = messages.compose(notice(technician, incident=incident))
    for words in ("Was das heißt und was zu tun ist:", "Nehmen Sie die Ladestation dann außer Betrieb", "Zum Vorfall:"):
        assert words in letter.text


@pytest.mark.parametrize(
    ("kinds", "subject", "counts_open"),
    [
        ("ii", "2 messages about incidents", True),
        ("tt", "2 messages about tickets", False),
        ("it", "2 messages about incidents and tickets", True),
    ],
)
def test_a_digest_says_what_it_is_about(network, incident, owner, kinds, subject, counts_open):
    digest = notice(owner, "digest", Change.DIGEST)
    for number, kind in enumerate(kinds):
        about = {"incident": incident} if kind == "i" else {"ticket": report(network)}
        notice(owner, f"n{number}", digest=digest, **about)
    letter = messages.compose(digest)
    assert letter.subject == f"Busbar: {subject}"
    assert ("still open" in letter.text, "still open" in letter.html) == (counts_open, counts_open)
