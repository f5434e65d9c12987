"""Stations from a CSV file: each row is judged, and nothing is half done."""

import pytest

from stations.domain.credentials import verify_password
from stations.models import Station
from stations.services import station_import
from stations.services.station_import import NothingDone, Unreadable, carry_out, decode, generated_passwords, plan
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return factories.SiteFactory(name="Main Street")


def planned(text, site, **more):
    return plan(text=text, sites=[site], **more)


def errors(rows):
    return [sorted(row.errors) for row in rows]


def test_all_columns_are_read_and_passwords_are_made_where_none_is_given(site):
    text = (
        "identity,site,name,profile,password,vendor\n"
        "A1,main street,Gate,1,,ABB\n"
        "A2,Main Street,,2,eight-or-more,\n"
        "A3,Main Street,,0,,\n"
    )
    rows = planned(text, site)
    assert errors(rows) == [[], [], []]
    assert [row.is_generated for row in rows] == [True, False, False]
    carry_out(rows=rows, only_good=False)
    first, second, third = Station.objects.order_by("identity")
    assert (first.name, first.security_profile, first.vendor, first.site) == ("Gate", 1, "ABB", site)
    assert verify_password(rows[0].password.encode(), first.password_hash)
    assert verify_password(b"eight-or-more", second.password_hash)
    assert third.password_hash == ""


@pytest.mark.parametrize("mark", ["", "\N{ZERO WIDTH NO-BREAK SPACE}"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_are_read_as_spreadsheets_save_them(site, mark, delimiter, end):
    lines = [["Identity", "Site", "Name"], ["A1", "Main Street", '"Tor; 3, ""links"""'], ["", "", ""]]
    rows = planned(mark + end.join(delimiter.join(line) for line in lines), site)
    assert [(row.identity, row.name, row.errors) for row in rows] == [("A1", 'Tor; 3, "links"', {})]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_umlauts_arrive(encoding):
    assert decode("identity;name\nA1;Tür".encode(encoding)).endswith("Tür")


def test_each_row_says_what_is_wrong_with_it(site):
    factories.StationFactory(identity="TAKEN")
    text = (
        "identity,site,profile,password\n"
        ",Main Street,1,\n"
        "with space,Main Street,1,\n"
        "A1,Elsewhere,1,\n"
        "A2,Main Street,7,\n"
        "A3,Main Street,1,short\n"
        "TWICE,Main Street,1,\n"
        "TWICE,Main Street,1,\n"
        "TAKEN,Main Street,1,\n"
        "A4,,1,\n"
        "GOOD,Main Street,1,\n"
    )
    rows = planned(text, site)
    assert errors(rows) == [
        ["identity"],
        ["identity"],
        ["site"],
        ["profile"],
        ["password"],
        ["identity"],
        ["identity"],
        ["identity"],
        ["site"],
        [],
    ]
    assert [row.number for row in rows] == list(range(2, 12))


def test_one_bad_row_and_nothing_is_stored_unless_good_ones_are_enough(site):
    rows = planned("identity\nA1\nA B\n", site, default_site=site)
    with pytest.raises(NothingDone):
        carry_out(rows=rows, only_good=False)
    assert not Station.objects.exists()
    carry_out(rows=rows, only_good=True)
    assert Station.objects.get().identity == "A1"


def test_an_identity_taken_between_look_and_deed_leaves_nothing_behind(site):
    rows = planned("identity\nA1\nA2\n", site, default_site=site)
    factories.StationFactory(identity="A2")
    with pytest.raises(NothingDone):
        carry_out(rows=rows, only_good=True)
    assert Station.objects.count() == 1


@pytest.mark.parametrize("text", ["", "name,site\nx,y\n", "identity\n", "identity\n" + "A\n" * 1001])
def test_a_file_that_makes_no_sense_is_refused_as_a_whole(site, text):
    with pytest.raises(Unreadable):
        station_import.plan(text=text, sites=[site], default_site=None)


def test_only_passwords_we_made_are_handed_out_and_no_formula(site):
    rows = planned("identity,password\nA1,\nA2,chosen-by-me\n=A3,\n", site, default_site=site)
    lines = generated_passwords(rows).splitlines()
    assert lines == ["identity,password", f"A1,{rows[0].password}", f"'=A3,{rows[2].password}"]
