"""/helpline-contacts/"""

from django.utils import timezone

from monitoring.models import HelplineContact
from tests.monitoring.helpline_rows import contact_of

URL = "/api/v1/helpline-contacts/"


def test_a_telephone_system_writes_contacts_down(api, support, station):
    told = {"station": station.identity, "at": timezone.now(), "waited_s": 9, "minutes": 4}
    answer = api(support).post(URL, {**told, "category": "plug", "outcome": "follow_up"}, format="json")
    assert answer.status_code == 201, answer.json()
    assert answer.json()["taken_by"] == support.email
    row = HelplineContact.objects.get()
    assert (row.station, row.site, row.waited_s, row.channel) == (station, station.site, 9, "phone")


def test_contacts_are_filtered_and_others_do_not_see_them(api, support, stranger, organization):
    contact_of(organization, category="payment")
    contact_of(organization)
    found = api(support).get(URL, {"category": "payment"}).json()["results"]
    assert [row["category"] for row in found] == ["payment"]
    assert api(stranger).get(URL).json()["results"] == []


def test_who_may_not_answer_drivers_writes_nothing_down(api, viewer, organization):
    told = {"at": timezone.now(), "minutes": 4, "category": "plug", "outcome": "solved"}
    assert api(viewer).post(URL, told, format="json").status_code == 403
    assert not HelplineContact.objects.exists()
