import base64
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image

from monitoring.models import Inspection, InspectionPhoto
from monitoring.services import inspections
from monitoring.services.inspections import Conflict
from tests.monitoring.maintenance_rows import ChecklistFactory

pytestmark = pytest.mark.django_db


def picture(kind="JPEG"):
    out = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, kind)
    return out.getvalue()


@pytest.fixture
def sent(organization):
    checklist = ChecklistFactory(organization=organization)
    return {
        "checklist": checklist.pk,
        "title": checklist.title,
        "items": checklist.items,
        "order": None,
        "begun_at": "2026-11-20T10:00:00Z",
        "finished_at": "2026-11-20T10:20:00Z",
        "answers": {"housing": {"value": "no", "note": "cracked"}, "rcd": {"value": "22"}},
        "photos": ["housing"],
        "note": "",
        "signed_name": "T. Technician",
        "signature": "data:image/png;base64," + base64.b64encode(picture("PNG")).decode(),
    }


def receive(station, by, sent, client_id=None):
    return inspections.receive(station=station, by=by, client_id=client_id or uuid4(), sent=sent)


def test_it_is_judged_as_it_arrives(station, technician, sent):
    row, is_new = receive(station, technician, sent)
    assert is_new
    assert (row.failed, row.severity, row.answers["rcd"]["verdict"]) == (1, 2, "passed")
    assert row.signature.endswith(".png")


def test_the_same_one_sent_twice_is_one(station, technician, sent):
    client_id = uuid4()
    first, _ = receive(station, technician, sent, client_id)
    second, is_new = receive(station, technician, sent, client_id)
    assert (first.pk, is_new, Inspection.objects.count()) == (second.pk, False, 1)


def test_another_one_under_the_same_number_is_refused(station, technician, sent):
    client_id = uuid4()
    receive(station, technician, sent, client_id)
    with pytest.raises(Conflict):
        receive(station, technician, {**sent, "note": "something else"}, client_id)


def test_one_that_lacks_an_answer_is_refused_in_words(station, technician, sent):
    with pytest.raises(ValidationError, match="RCD trip time"):
        receive(station, technician, {**sent, "answers": {"housing": {"value": "yes"}}})


@pytest.mark.parametrize(
    "broken", [{"items": 3}, {"finished_at": "yesterday"}, {"signature": "data:,x"}, {"photos": 1}]
)
def test_what_cannot_be_read_is_refused(station, technician, sent, broken):
    with pytest.raises(ValidationError):
        receive(station, technician, {**sent, **broken})


def test_a_photo_sent_twice_is_one(station, technician, sent):
    row, _ = receive(station, technician, sent)
    number = uuid4()
    for _time in range(2):
        content = ContentFile(picture(), "photo.jpg")
        inspections.receive_photo(inspection=row, client_id=number, item="housing", content=content)
    assert InspectionPhoto.objects.filter(inspection=row).count() == 1


def test_what_failed_becomes_one_work_order(station, technician, sent):
    row, _ = receive(station, technician, sent)
    order = inspections.make_repair(inspection=row, by=technician)
    assert inspections.make_repair(inspection=row, by=technician) == order
    assert (order.description, order.priority) == ("Housing undamaged? no (cracked)", 2)
