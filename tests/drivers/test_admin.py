"""The admin pages open for support staff and show no secrets."""

import pytest
from django.contrib import admin
from django.urls import reverse

from drivers.models import ApiKey, User
from drivers.services import apikeys
from stations.domain.credentials import hash_password
from stations.models import Command
from tests import factories


@pytest.fixture
def staff(client, db):
    client.force_login(User.objects.create_superuser("support@example.com"))
    return client


@pytest.fixture
def rows(network, operator):
    """One of each, with secrets in them."""
    apikeys.issue(user=operator)
    network.station.password_hash = hash_password("a long secret password")
    network.station.save()
    factories.connect(network.station)
    factories.CommandFactory(station=network.station, requested_by=operator, sealed=b"SEALED-SECRET")


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_every_page_opens(staff, rows, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    pages = [reverse(f"{name}_changelist")]
    if row := model.objects.first():
        pages.append(reverse(f"{name}_change", args=[row.pk]))
    assert [staff.get(page).status_code for page in pages] == [200] * len(pages)


def test_no_page_shows_a_secret(staff, rows, station, operator):
    station.refresh_from_db()
    key = ApiKey.objects.get()
    shown = "".join(
        staff.get(reverse(f"admin:{label}_change", args=[pk])).content.decode()
        for label, pk in [
            ("stations_station", station.pk),
            ("stations_command", Command.objects.get().pk),
            ("drivers_apikey", key.pk),
            ("drivers_user", operator.pk),
        ]
    )
    assert station.identity in shown
    for secret in (station.password_hash, "SEALED-SECRET", key.digest, operator.password):
        assert secret not in shown


def test_a_change_leaves_live_columns_alone(staff, station):
    page = reverse("admin:stations_station_change", args=[station.pk])
    form = staff.get(page).context["adminform"].form.initial
    connection = factories.connect(station)
    staff.post(page, form | {"name": "North"})
    station.refresh_from_db()
    assert (station.name, station.connection) == ("North", connection)
