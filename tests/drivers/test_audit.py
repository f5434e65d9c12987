"""Changes are written down with who made them, without secrets."""

from auditlog.models import LogEntry

from drivers.models import User
from tests import factories


def test_a_change_over_the_api_names_the_key_s_person(api, operator, site):
    api(operator).patch(f"/api/v1/sites/{site.pk}/", {"name": "Renamed"})
    entry = LogEntry.objects.get_for_object(site).first()
    assert entry.actor == operator
    assert entry.changes["name"] == ["Volta depot", "Renamed"]


def test_a_password_is_only_known_to_have_changed(api, operator, station):
    api(operator).patch(f"/api/v1/stations/{station.identity}/", {"password": "correct horse"})
    station.refresh_from_db()
    entry = LogEntry.objects.get_for_object(station).first()
    assert entry.changes["password_hash"] == ["", "••••••"]
    assert station.password_hash not in str(list(LogEntry.objects.values()))


def test_a_person_s_password_is_masked(operator):
    operator.set_password("new password")
    operator.save()
    entry = LogEntry.objects.get_for_object(operator).first()
    assert entry.changes == {"password": ["••••••", "••••••"]}
    assert User.objects.get(pk=operator.pk).password not in str(list(LogEntry.objects.values()))


def test_what_chargers_write_is_not_logged(station):
    before = LogEntry.objects.count()
    factories.connect(station)
    assert LogEntry.objects.count() == before
