"""/checklists/ and /inspections/"""

from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.monitoring.maintenance_rows import ChecklistFactory

URL = "/api/v1/inspections/"


@pytest.fixture
def checklist(organization):
    return ChecklistFactory(organization=organization)


@pytest.fixture
def sent(station, checklist):
    return {
        "client_id": str(uuid4()),
        "station": station.identity,
        "checklist": checklist.pk,
        "title": checklist.title,
        "items": checklist.items,
        "answers": {"housing": {"value": "no", "note": "Cracked"}, "rcd": {"value": "22"}},
        "photos": ["housing"],
        "begun_at": "2026-01-05T10:00:00Z",
        "finished_at": "2026-01-05T10:20:00Z",
    }


def test_an_app_reads_the_checklists(api, technician, checklist):
    (row,) = api(technician).get("/api/v1/checklists/?is_active=true").json()["results"]
    assert [item["key"] for item in row["items"]] == ["housing", "rcd"]


def test_an_inspection_sent_twice_is_one(api, technician, sent):
    client = api(technician)
    first, again = (client.post(URL, sent, format="json") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    row = first.json()
    assert (row["id"], row["failed"], row["by"]) == (again.json()["id"], 1, technician.email)
    assert row["answers"]["housing"] == {"value": "no", "note": "Cracked", "verdict": "failed"}


def test_something_else_under_its_id_is_a_conflict(api, technician, sent):
    client = api(technician)
    client.post(URL, sent, format="json")
    assert client.post(URL, {**sent, "note": "Something else"}, format="json").status_code == 409


def test_a_required_item_needs_an_answer(api, technician, sent):
    answer = api(technician).post(URL, {**sent, "answers": {}}, format="json")
    assert (answer.status_code, "has no answer" in answer.json()["detail"]) == (400, True)


def test_questions_are_kept_as_they_were_asked(api, technician, checklist, sent):
    checklist.items = []
    checklist.save()
    row = api(technician).post(URL, sent, format="json").json()
    assert (row["checklist"], len(row["items"])) == (checklist.pk, 2)


def test_its_photos_follow(api, technician, operator, sent):
    out = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "JPEG")
    row = api(technician).post(URL, sent, format="json").json()
    number = str(uuid4())

    def photo(person):
        file = SimpleUploadedFile("crack.jpg", out.getvalue(), "image/jpeg")
        asked = {"client_id": number, "item": "housing", "photo": file}
        return api(person).post(f"{URL}{row['id']}/photos/", asked, format="multipart")

    assert photo(operator).status_code == 403
    assert photo(technician).json() == photo(technician).json()
    assert [kept["client_id"] for kept in api(technician).get(f"{URL}{row['id']}/").json()["photos"]] == [number]


def test_who_only_reads_sends_none(api, viewer, sent):
    assert api(viewer).post(URL, sent, format="json").status_code == 403
