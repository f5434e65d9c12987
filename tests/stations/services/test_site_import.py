"""Sites from a CSV file: each row is judged, and nothing is half done."""

import pytest

from drivers.models import AuditEntry
from stations.domain import opening_hours_text
from stations.models import Site
from stations.services.imports import Action, NothingDone
from stations.services.imports.sites import carry_out, plan
from tests import factories

pytestmark = pytest.mark.django_db

HEAD = "name,address,country,latitude,longitude,time zone,access,public,opening hours,contacts\n"
ROW = (
    'Quay,Kade 1,nl,"52,36",4.9,Europe/Amsterdam,open,no,Mo-Fr 08:00-18:00,'
    '"Hanna | caretaker | +31 20 1\nHotline||+31 800 1|||helpline"\n'
)


@pytest.fixture
def owner():
    return factories.OrganizationFactory()


def planned(text, owner):
    sites = Site.objects.filter(organization=owner).select_related("organization").prefetch_related("contacts")
    return plan(text=text, organizations=[owner], sites=sites)


def test_a_site_is_made_with_its_hours_and_contacts(owner):
    rows = planned(HEAD + ROW, owner)
    assert [(row.action, row.errors) for row in rows] == [(Action.NEW, {})]
    carry_out(rows=rows, only_good=False, by=None)
    site = Site.objects.get(organization=owner, name="Quay")
    assert (site.address, site.country, float(site.latitude), site.timezone) == (
        "Kade 1",
        "NL",
        52.36,
        "Europe/Amsterdam",
    )
    assert (site.access, site.is_public, opening_hours_text.write(site.hours)) == ("open", False, "Mo-Fr 08:00-18:00")
    assert [(c.name, c.role, c.phone, c.is_public) for c in site.contacts.all()] == [
        ("Hanna", "caretaker", "+31 20 1", False),
        ("Hotline", "", "+31 800 1", True),
    ]
    assert {"sites made by import": ["", "1"], "sites changed by import": ["", "0"]} in [
        entry.changes for entry in AuditEntry.objects.filter(organization=owner)
    ]


def test_a_row_of_a_site_that_exists_says_what_it_changes_and_keeps_the_rest(owner):
    site = factories.SiteFactory(organization=owner, name="Quay", city="Amsterdam")
    site.contacts.create(name="Hanna", role="caretaker")
    row, *_ = planned('name,address,city,contacts\nquay,Kade 2,,"Hanna | caretaker"\n', owner)
    assert row.action is Action.CHANGE
    assert row.changes == {"address": ("", "Kade 2")}
    carry_out(rows=[row], only_good=False, by=None)
    site.refresh_from_db()
    assert (site.name, site.address, site.city, site.contacts.count()) == ("Quay", "Kade 2", "Amsterdam", 1)


def test_each_row_says_what_is_wrong_with_it(owner):
    text = (
        "name,latitude,longitude,time zone,access,public,country,opening hours,contacts,organization\n"
        "A,,,,,,,,,\n"
        "B,north,181,,,,,,,\n"
        "C,1,1,Berlin,all,perhaps,Germany,always,|x,\n"
        "D,1,1,,,,,,,other\n"
        ",1,1,,,,,,,\n"
        "E,1,1,,,,,,,\n"
        "e,1,1,,,,,,,\n"
    )
    rows = planned(text, owner)
    assert [sorted(row.errors) for row in rows] == [
        ["latitude", "longitude"],
        ["latitude", "longitude"],
        ["access", "contacts", "country", "is_public", "opening_hours", "timezone"],
        ["organization"],
        ["name"],
        ["name"],
        ["name"],
    ]
    with pytest.raises(NothingDone):
        carry_out(rows=rows, only_good=False, by=None)
    assert not Site.objects.exists()


def test_who_only_manages_a_site_makes_no_other(owner):
    site = factories.SiteFactory(organization=owner, name="Quay")
    rows = plan(text="name,latitude,longitude\nQuay,1,1\nOther,1,1\n", organizations=[], sites=[site])
    assert [list(row.errors) for row in rows] == [[], ["organization"]]
