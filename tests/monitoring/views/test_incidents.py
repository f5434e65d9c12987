"""The pages of incidents and rules: who sees what, and what people do there."""

import pytest
from django.urls import reverse

from monitoring.models import RuleSetting, Severity
from stations.models import SiteScope
from tests import factories
from tests.monitoring.alert_rows import AlertFactory, IncidentFactory


@pytest.fixture
def incident(site, station):
    incident = IncidentFactory(site=site)
    AlertFactory(station=station, incident=incident, evidence={"reason": "gone"})
    return incident


def page(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"monitoring:{name}", args=args), query)


def post(client, user, name, *args, **data):
    client.force_login(user)
    return client.post(reverse(f"monitoring:{name}", args=args), data)


def test_the_list_has_open_incidents_the_gravest_first(client, viewer, incident, site):
    IncidentFactory(site=site, title="Worse than that", severity=Severity.CRITICAL)
    IncidentFactory(site=site, title="Long over", resolved_at=incident.opened_at)
    text = page(client, viewer, "incident-list").content.decode()
    assert text.index("Worse than that") < text.index("DE*VLT*E01 is offline.")
    assert "Long over" not in text
    assert "Long over" in page(client, viewer, "incident-list", state="resolved").content.decode()


def test_the_page_tells_of_alerts_stations_and_what_happened(client, operator, incident, station):
    post(client, operator, "incident-comment", incident.pk, text="On my way.")
    text = page(client, operator, "incident", incident.pk).content.decode()
    assert "On my way." in text
    assert reverse("stations:station", args=[station.identity]) in text
    assert "gone" in text


def test_one_tap_acknowledges(client, technician, incident):
    assert post(client, technician, "incident-acknowledge", incident.pk).status_code == 302
    incident.refresh_from_db()
    assert incident.acknowledged_by == technician


def test_who_only_looks_acknowledges_nothing(client, viewer, incident):
    assert post(client, viewer, "incident-acknowledge", incident.pk).status_code == 403
    assert "Acknowledge</button>" not in page(client, viewer, "incident", incident.pk).content.decode()


def test_many_are_acknowledged_at_once(client, operator, site, incident):
    other = IncidentFactory(site=site)
    post(client, operator, "incidents-acknowledge", all="on", query="?severity=2")
    for one in (incident, other):
        one.refresh_from_db()
        assert one.acknowledged_by == operator


def test_ticked_ones_of_others_are_left_alone(client, operator, elsewhere, incident):
    foreign = IncidentFactory(site=elsewhere.site)
    post(client, operator, "incidents-acknowledge", station=[incident.pk, foreign.pk, "x"])
    foreign.refresh_from_db()
    assert foreign.acknowledged_at is None


def test_it_is_handed_to_who_may_be_there(client, operator, technician, viewer, incident):
    post(client, operator, "incident-assign", incident.pk, to=technician.pk)
    incident.refresh_from_db()
    assert incident.assigned_to == technician
    assert post(client, operator, "incident-assign", incident.pk, to=viewer.pk).status_code == 200


def test_it_is_snoozed_and_woken(client, operator, incident):
    post(client, operator, "incident-snooze", incident.pk, minutes="30")
    incident.refresh_from_db()
    assert incident.snoozed_until is not None
    post(client, operator, "incident-snooze", incident.pk, wake="1")
    incident.refresh_from_db()
    assert incident.snoozed_until is None


def test_resolving_takes_a_word(client, operator, incident):
    assert post(client, operator, "incident-resolve", incident.pk, text="").status_code == 200
    post(client, operator, "incident-resolve", incident.pk, text="A fuse.")
    incident.refresh_from_db()
    assert incident.resolved_by == operator


def test_who_sees_one_site_sees_its_incidents_and_no_others(client, organization, incident):
    other = factories.SiteFactory(organization=organization)
    foreign = IncidentFactory(site=other)
    whole = IncidentFactory(site=None, organization=organization)
    member = factories.MembershipFactory(organization=organization)
    SiteScope.objects.create(membership=member, site=incident.site)
    assert page(client, member.user, "incident", incident.pk).status_code == 200
    assert page(client, member.user, "incident", foreign.pk).status_code == 404
    assert page(client, member.user, "incident", whole.pk).status_code == 404


def test_the_map_of_an_incident_has_the_sites_concerned_and_no_others(client, viewer, incident, organization):
    factories.SiteFactory(organization=organization)
    client.force_login(viewer)
    found = client.get(reverse("monitoring:incident-sites", args=[incident.pk])).json()
    assert [feature["id"] for feature in found["features"]] == [incident.site_id]
    assert "sites.geojson" in page(client, viewer, "incident", incident.pk).content.decode()


def test_what_concerns_oneself_is_in_the_persons_menu(client, viewer):
    assert reverse("monitoring:my-notifications") in page(client, viewer, "uptime").content.decode()


def test_a_stations_page_has_what_is_wrong_with_it(client, viewer, incident, station):
    assert incident.title in page(client, viewer, "station-incidents", station.identity).content.decode()
    assert "1 open" in page(client, viewer, "overview-incidents").content.decode()


def test_a_rule_is_set_for_the_organization_and_for_a_site(client, operator, organization, site):
    url = reverse("monitoring:alert-rule", args=["offline"])
    client.force_login(operator)
    client.post(f"{url}?organization={organization.pk}", {"minutes": "5", "is_on": ""})
    client.post(f"{url}?site={site.pk}", {"is_on": "off", "minutes": ""})
    settings = {s.site: (s.is_on, s.values) for s in RuleSetting.objects.all()}
    assert settings == {None: (None, {"minutes": "5"}), site: (False, {})}
    text = page(client, operator, "alert-rules", site=site.pk).content.decode()
    assert "<strong>5</strong>" in text


@pytest.mark.parametrize(
    ("rule", "name"), [("failed_starts", "attempts"), ("zero_energy", "people"), ("early_signs", "sensitivity")]
)
def test_a_threshold_that_would_tell_of_every_port_or_of_none_is_refused(client, operator, rule, name):
    answer = post(client, operator, "alert-rule", rule, **{name: "0"})
    assert answer.status_code == 200
    assert "is greater than or equal to" in answer.content.decode()
    assert not RuleSetting.objects.exists()


def test_who_may_not_manage_monitoring_changes_no_rule(client, technician, site):
    assert post(client, technician, "alert-rule", "offline").status_code == 403
    assert "Change<" not in page(client, technician, "alert-rules").content.decode()
