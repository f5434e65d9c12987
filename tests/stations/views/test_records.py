"""Photos, notes and labels of a station, and changing and deleting it."""

from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from stations.models import Evse, Station, StationNote, StationPhoto
from stations.services import network, station_photos
from tests import factories

pytestmark = pytest.mark.django_db

GPS, ORIENTATION = 0x8825, 0x0112


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def picture(size=(2400, 1200), kind="JPEG", **options):
    out = BytesIO()
    Image.new("RGB", size, "navy").save(out, kind, **options)
    return out.getvalue()


def upload(client, station, *contents, **more):
    files = [SimpleUploadedFile(f"photo-{number}.jpg", content) for number, content in enumerate(contents)]
    url = reverse("stations:photo-add", args=[station.identity])
    return client.post(url, {"chosen": files, "caption": "Fuse box", **more})


def from_phone():
    """Taken upright by a phone that knows where it is."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x010F] = "Phone maker"
    exif.get_ifd(GPS)[1] = "N"
    return picture(exif=exif.tobytes(), comment=b"secret place")


def test_a_photo_is_turned_upright_made_smaller_and_tells_nothing_else(browser, technician, station):
    client = browser(technician)
    assert upload(client, station, from_phone())["Location"] == reverse("stations:station-photos", args=["DE*VLT*E01"])
    photo = StationPhoto.objects.get()
    assert (photo.width, photo.height, photo.caption, photo.added_by) == (800, 1600, "Fuse box", technician)
    answer = client.get(reverse("stations:photo", args=[station.identity, photo.pk]))
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"].startswith("private")
    kept = Image.open(BytesIO(answer.content))
    assert (kept.size, dict(kept.getexif()), "comment" in kept.info) == ((800, 1600), {}, False)
    assert b"Phone maker" not in answer.content
    small = client.get(reverse("stations:photo-small", args=[station.identity, photo.pk])).content
    assert Image.open(BytesIO(small)).size == (160, 320)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_pictures_are_kept_as_jpeg_too(browser, operator, station, kind):
    upload(browser(operator), station, picture((300, 200), kind))
    with default_storage.open(StationPhoto.objects.get().file) as file:
        assert Image.open(file).format == "JPEG"


def bomb():
    out = BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html><script>alert(1)</script>", "no photo that can be read"),
        (b"", "no photo that can be read"),
        (picture()[:500], "no photo that can be read"),
        (bomb(), "too many pixels"),
    ],
)
def test_what_is_no_photo_is_refused_in_words_and_the_others_are_kept(browser, operator, station, content, why):
    page = upload(browser(operator), station, picture((40, 30)), content).content.decode()
    assert why in page
    assert StationPhoto.objects.count() == 1
    assert len(list(default_storage.listdir(f"photos/{station.pk}")[1])) == 2


def test_who_only_looks_adds_no_photo_and_no_note(browser, viewer, station):
    client = browser(viewer)
    assert upload(client, station, picture()).status_code == 403
    url = reverse("stations:station-notes", args=[station.identity])
    assert client.get(url).status_code == 200
    assert client.post(url, {"text": "Hello"}).status_code == 403
    assert not StationPhoto.objects.exists()


def test_one_deletes_what_is_ones_own(browser, technician, operator, station):
    upload(browser(operator), station, picture())
    photo = StationPhoto.objects.get()
    url = reverse("stations:photo-delete", args=[station.identity, photo.pk])
    assert browser(technician).post(url).status_code == 403
    browser(operator).post(url)
    assert not StationPhoto.objects.exists()
    assert default_storage.listdir(f"photos/{station.pk}")[1] == []


def test_files_go_with_their_station(operator, station, session):
    content = SimpleUploadedFile("a.jpg", picture())
    photo = station_photos.add_photo(station=station, content=content, caption="", by=operator)
    session.delete()
    network.delete_station(station=station)
    assert not default_storage.exists(photo.file)


def test_notes_stand_newest_first_with_who_wrote_them_and_when(browser, technician, operator, station):
    client, url = browser(technician), reverse("stations:station-notes", args=[station.identity])
    client.post(url, {"text": "Replaced the fuse"})
    browser(operator).post(url, {"text": "Ordered a new one"})
    page = browser(technician).get(url).content.decode()
    assert page.index("Ordered a new one") < page.index("Replaced the fuse")
    assert str(technician) in page
    mine, other = StationNote.objects.get(author=technician), StationNote.objects.get(author=operator)
    delete = "stations:note-delete"
    assert browser(technician).post(reverse(delete, args=[station.identity, other.pk])).status_code == 403
    browser(technician).post(reverse(delete, args=[station.identity, mine.pk]))
    assert list(StationNote.objects.all()) == [other]
    assert "Ordered a new one" in browser(operator).get(f"/console/stations/{station.identity}/").content.decode()


# --- Labels ---


def test_a_label_leads_to_the_site_and_its_code_stays(browser, viewer, station, client):
    url = reverse("stations:station-labels", args=[station.identity])
    browser(viewer).get(url)
    code = Evse.objects.get().public_code
    page = browser(viewer).get(url).content.decode()
    assert Evse.objects.get().public_code == code
    assert f"{code[:4]} {code[4:]}" in page
    for typed in (code, code.lower(), f"{code[:4]}-{code[4:]}"):
        assert client.get(f"/c/{typed}")["Location"] == f"/?site={station.site_id}&charger={code}"
    assert client.get("/c/NOTHING").status_code == 404


def test_codes_of_a_site_that_is_not_public_lead_nowhere(client, station, site):
    Evse.objects.update(public_code="ABCDEFGH")
    site.is_public = False
    site.save()
    assert client.get("/c/ABCDEFGH").status_code == 404


def test_the_sheet_has_a_label_for_each_evse_with_the_helpline(browser, viewer, station, site):
    site.contacts.create(name="Hotline", phone="+49 800 1", is_public=True)
    site.contacts.create(name="Hanna", phone="+49 30 999")
    factories.EvseFactory(station=station)
    page = browser(viewer).get(f"{reverse('stations:label-list')}?site={site.pk}").content.decode()
    assert page.count('<li class="label">') == 2
    assert page.count("+49 800 1") == 2
    assert "+49 30 999" not in page


def test_the_pdf_holds_the_same_labels_eight_to_a_page(browser, viewer, station, site):
    site.name = "Großer Łódź-Platz"
    site.save()
    for _ in range(9):
        factories.EvseFactory(station=station)
    answer = browser(viewer).get(f"{reverse('stations:label-list-pdf')}?site={site.pk}")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert answer.content.count(b"/Type /Page\n") == 2


def test_a_label_can_be_had_as_svg_by_those_who_see_the_station(browser, viewer, stranger, station):
    station.evses.update(public_code="ABCDEFGH")
    url = reverse("stations:label-svg", args=["ABCDEFGH"])
    assert b"<svg" in browser(viewer).get(url).content
    assert browser(stranger).get(url).status_code == 404


# --- Changing and deleting ---


def changes(station, **more):
    values = {"name": "", "site": station.site.name, "security_profile": station.security_profile}
    return {**values, "registration": station.registration, **more}


def test_a_station_is_renamed_moved_and_told_to_wait(browser, operator, station, organization):
    other = factories.SiteFactory(organization=organization, name="Other place")
    url = reverse("stations:station-edit", args=[station.identity])
    browser(operator).post(url, changes(station, name="Gate", site="other PLACE", registration="Pending"))
    station.refresh_from_db()
    assert (station.name, station.site, station.registration) == ("Gate", other, "Pending")


def test_a_profile_with_a_password_makes_one_and_shows_it_once(browser, operator, station):
    url = reverse("stations:station-edit", args=[station.identity])
    page = browser(operator).post(url, changes(station, security_profile=2)).content.decode()
    assert "only time the password is shown" in page
    assert Station.objects.get(pk=station.pk).password_hash


def test_a_station_moves_to_no_site_of_others(browser, operator, station, elsewhere):
    url = reverse("stations:station-edit", args=[station.identity])
    page = browser(operator).post(url, changes(station, site=elsewhere.site.name)).content.decode()
    assert "There is no site" in page


def test_a_station_with_sessions_is_not_deleted_and_the_page_says_why(browser, operator, station, session):
    client, url = browser(operator), reverse("stations:station-delete", args=[station.identity])
    assert "go with it" in client.get(url).content.decode()
    assert "has charging sessions" in client.post(url, follow=True).content.decode()
    session.delete()
    client.post(url)
    assert not Station.objects.filter(pk=station.pk).exists()


def test_a_technician_changes_no_station(browser, technician, station):
    for name in ("edit", "delete"):
        assert browser(technician).post(reverse(f"stations:station-{name}", args=[station.identity])).status_code == 403


def test_a_running_session_is_drawn_with_its_words(browser, operator, station, session):
    for power in (1000.0, 7000.0, 11_000.0):
        factories.MeterSampleFactory(session=session, power_w=power)
    page = browser(operator).get(f"/console/stations/{station.identity}/").content.decode()
    assert "<polyline" in page
    assert "at most 11.0\N{NO-BREAK SPACE}kW" in page
