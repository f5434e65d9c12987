"""Stations are brought in line with their templates, and nobody fights with them for ever."""

import orjson
import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from stations.domain.commands import CommandKind, CommandState
from stations.domain.configuration import Drift, Key
from stations.domain.secrets import MASK
from stations.models import Command, ConfigurationTemplate, Fact, Variable
from stations.selectors.configuration import drift_of
from stations.services import configuration
from stations.services.commands import unseal
from stations.services.variables import Reported, Result, all_told, changed, reported
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def station():
    return factories.StationFactory(vendor="Volta", model="Duo", protocol="ocpp1.6")


def template(station, *entries, **columns):
    """A template of the station's organization; entries are (key, value)."""
    row = ConfigurationTemplate(organization=station.site.organization, name="All")
    given = [{"name": name, "value": value} for name, value in entries]
    return configuration.save_template(template=row, entries=given, **columns)


def tell(station, **values):
    """The station tells keys of OCPP 1.6."""
    told = [Reported(name=name, value=value, mutability="ReadWrite") for name, value in values.items()]
    reported(station=station, variables=told, at=timezone.now())


def answer(station, name, value, status):
    """The station answers a change of a key."""
    key = Key("", "", 0, 0, name, "", "Actual")
    changed(station=station, results=[Result(key, status, value=value)], at=timezone.now())


def drift(station):
    return {item.key.name: item.drift for item in drift_of(station)}


def asked(kind=CommandKind.SET_VARIABLES):
    """What is asked of stations: (key, value), and the commands are over then."""
    rows = Command.objects.filter(kind=kind, state=CommandState.QUEUED).order_by("id")
    found = [
        (item["name"], item.get("value"))
        for row in rows
        for item in (unseal(bytes(row.sealed)) if row.sealed else orjson.loads(row.payload))["variables"]
    ]
    rows.update(state=CommandState.ACCEPTED)
    return found


def test_what_differs_is_set_and_what_does_not_is_left(station):
    template(station, ("HeartbeatInterval", "60"), ("ConnectionTimeOut", "30"), ("ResetRetries", "1"))
    tell(station, HeartbeatInterval="300", ConnectionTimeOut="30")
    assert drift(station) == {
        "ConnectionTimeOut": Drift.SAME,
        "HeartbeatInterval": Drift.DIFFERS,
        "ResetRetries": Drift.UNREPORTED,
    }
    configuration.repair(station=station, requested_by=None)
    assert asked() == [("HeartbeatInterval", "60"), ("ResetRetries", "1")]


def test_nothing_is_asked_where_nothing_differs(station):
    template(station, ("HeartbeatInterval", "60"))
    tell(station, HeartbeatInterval="60")
    assert configuration.repair(station=station, requested_by=None) is None


def test_a_refused_value_is_not_tried_again_until_the_template_changes(station):
    row = template(station, ("HeartbeatInterval", "60"), is_enforced=True)
    tell(station, HeartbeatInterval="300")
    assert configuration.repair_enforced(stations=[station]) == 1
    assert asked() == [("HeartbeatInterval", "60")]
    answer(station, "HeartbeatInterval", "60", "Rejected")
    assert drift(station) == {"HeartbeatInterval": Drift.REFUSED}
    assert configuration.repair_enforced(stations=[station]) == 0

    configuration.save_template(template=row)
    assert drift(station) == {"HeartbeatInterval": Drift.DIFFERS}


def test_a_person_may_have_a_refused_value_tried_again(station):
    template(station, ("HeartbeatInterval", "60"))
    tell(station, HeartbeatInterval="300")
    answer(station, "HeartbeatInterval", "60", "NotSupported")
    assert configuration.repair(station=station, requested_by=None) is None
    configuration.repair(station=station, requested_by=None, include_refused=True)
    assert asked() == [("HeartbeatInterval", "60")]


def test_a_station_that_sets_a_value_back_each_time_is_left_alone_in_the_end(station):
    template(station, ("HeartbeatInterval", "60"), is_enforced=True)
    for _ in range(3):
        tell(station, HeartbeatInterval="300")
        assert configuration.repair_enforced(stations=[station]) == 1
        assert asked() == [("HeartbeatInterval", "60")]
        answer(station, "HeartbeatInterval", "60", "Accepted")
    tell(station, HeartbeatInterval="300")
    assert drift(station) == {"HeartbeatInterval": Drift.OVERRULED}
    assert configuration.repair_enforced(stations=[station]) == 0


def test_a_value_that_takes_effect_after_a_restart_is_shown_and_waited_for(station):
    template(station, ("HeartbeatInterval", "60"), is_enforced=True)
    tell(station, HeartbeatInterval="300")
    answer(station, "HeartbeatInterval", "60", "RebootRequired")
    assert drift(station) == {"HeartbeatInterval": Drift.AFTER_REBOOT}
    assert configuration.repair_enforced(stations=[station]) == 0


def test_what_is_not_enforced_waits_for_a_person(station):
    template(station, ("HeartbeatInterval", "60"))
    tell(station, HeartbeatInterval="300")
    assert configuration.repair_enforced(stations=[station]) == 0


def test_a_repair_under_way_is_not_asked_for_twice(station):
    template(station, ("HeartbeatInterval", "60"), is_enforced=True)
    tell(station, HeartbeatInterval="300")
    assert configuration.repair_enforced(stations=[station]) == 1
    assert configuration.repair_enforced(stations=[station]) == 0


def test_an_enforced_template_repairs_its_stations_when_it_changes(station):
    other = factories.StationFactory(site=station.site, vendor="Faraday", protocol="ocpp1.6")
    for each in (station, other):
        tell(each, HeartbeatInterval="300")
    row = template(station, ("HeartbeatInterval", "60"), is_enforced=True, vendor="volta")
    assert configuration.repair_fitting(template=row) == 1
    assert Command.objects.get().station == station


def test_after_a_restart_the_enforced_values_are_read(station):
    template(station, ("HeartbeatInterval", "60"), is_enforced=True)
    assert configuration.read_enforced(station=station) is not None
    assert asked(CommandKind.GET_VARIABLES) == [("HeartbeatInterval", None)]


def test_a_secret_is_kept_sealed_and_sent_in_clear(station):
    secret = "0123456789abcdef0123"
    row = template(station, ("AuthorizationKey", secret))
    entry = row.entries.get()
    assert (entry.value, secret in str(vars(entry))) == (MASK, False)
    configuration.repair(station=station, requested_by=None)
    command = Command.objects.get()
    assert secret not in command.payload
    assert asked() == [("AuthorizationKey", secret)]
    answer(station, "AuthorizationKey", secret, "Accepted")
    assert drift(station) == {"AuthorizationKey": Drift.SAME}

    configuration.save_template(template=row, entries=[{"name": "AuthorizationKey", "value": MASK}])
    assert unseal(bytes(row.entries.get().sealed)) == {"value": secret}
    with pytest.raises(ValidationError):
        configuration.save_template(template=row, entries=[{"name": "HeartbeatInterval", "value": MASK}])


def test_a_variable_named_twice_is_refused_and_nothing_is_lost(station):
    row = template(station, ("HeartbeatInterval", "60"))
    twice = [{"name": "ResetRetries", "value": "1"}, {"name": "ResetRetries", "value": "2"}]
    with pytest.raises(ValidationError):
        configuration.save_template(template=row, entries=twice)
    assert row.entries.get().value == "60"


def test_a_template_of_another_organizations_site_is_refused(station):
    with pytest.raises(ValidationError):
        template(station, site=factories.SiteFactory())


def test_a_changed_template_is_a_fact(station):
    row = template(station)
    assert Fact.objects.filter(kind="configuration_template.changed", subject_id=row.pk).exists()
    configuration.delete_template(template=row)
    assert Fact.objects.filter(kind="configuration_template.deleted").exists()


def test_a_refusal_outlives_a_full_list(station):
    answer(station, "NoSuchKey", "1", "NotSupported")
    tell(station, Old="1")
    all_told(station=station, since=timezone.now())
    assert list(Variable.objects.values_list("name", flat=True)) == ["NoSuchKey"]


def test_a_station_nobody_has_accepted_is_told_nothing_by_itself(station):
    station.quarantined_at = timezone.now()
    station.save()
    tell(station, HeartbeatInterval="300")
    row = template(station, ("HeartbeatInterval", "60"), is_enforced=True)
    assert configuration.repair_fitting(template=row) == 0
    assert configuration.read_enforced(station=station) is None
