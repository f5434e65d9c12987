"""Inspections as they arrive: once each, however often they are sent, and never changed."""

import base64
import binascii
import hashlib
import secrets
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from PIL import Image

from drivers import clock
from drivers.domain.phrases import english
from drivers.models import User
from monitoring.domain import checklists
from monitoring.models import Checklist, Inspection, InspectionPhoto, WorkOrder
from monitoring.services.work_orders import open_work_order
from stations import live
from stations.models import Station
from stations.services import pictures
from stations.services.pictures import NotAPhoto

MOST_PHOTOS = 100
LONGEST_SIGNATURE = 300_000
_PNG = "data:image/png;base64,"


class Conflict(Exception):
    """What was sent contradicts what is kept; the text says how."""


def receive(*, station: Station, by: User, client_id: UUID, sent: Mapping[str, Any]) -> tuple[Inspection, bool]:
    """Keep an inspection; the same one sent again is the same one. Whether it is new.

    Raises ValidationError for what cannot be read, and Conflict where another one has this id.
    """
    digest = hashlib.sha256(orjson.dumps(sent, option=orjson.OPT_SORT_KEYS)).hexdigest()
    if known := Inspection.objects.filter(client_id=client_id).first():
        return _same(known, digest, station, by), False
    row, signature = _read(station, by, sent)
    row.client_id, row.digest = client_id, digest
    if signature:
        name = f"inspections/{station.pk}/{secrets.token_urlsafe(16)}.png"
        row.signature = default_storage.save(name, ContentFile(signature))
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        # Sent twice at the same time.
        if row.signature:
            pictures.discard([row.signature])
        return _same(Inspection.objects.get(client_id=client_id), digest, station, by), False
    live.nudge(live.station_group(station.pk))
    return row, True


def _same(known: Inspection, digest: str, station: Station, by: User) -> Inspection:
    if known.digest != digest or known.station_id != station.pk or known.by_id != by.pk:
        raise Conflict(_("Another inspection was sent under this number already. What is there stays as it is."))
    return known


def _read(station: Station, by: User, sent: Mapping[str, Any]) -> tuple[Inspection, bytes]:
    now = clock.now()
    answers = sent.get("answers")
    photos = sent.get("photos")
    if not isinstance(answers, dict) or not isinstance(photos, list):
        raise ValidationError(_("This is no inspection that can be read."))
    try:
        items = checklists.read_items(sent.get("items"))
        results = checklists.judge(items, answers, Counter(str(item) for item in photos))
    except checklists.Unreadable as problem:
        raise ValidationError(str(problem.phrase)) from problem
    failed = [result for result in results if result.verdict is checklists.Verdict.FAILED]
    finished_at = min(_time(sent.get("finished_at")), now)
    row = Inspection(
        organization_id=station.site.organization_id,
        site_id=station.site_id,
        station=station,
        checklist=_checklist(station, sent.get("checklist")),
        work_order=_work_order(station, sent.get("order")),
        title=str(sent.get("title", "")).strip()[:120] or _("Inspection"),
        items=[item.to_json() for item in items],
        answers={r.item.key: {"value": r.value, "note": r.note, "verdict": r.verdict.value} for r in results},
        failed=len(failed),
        severity=min((result.item.severity for result in failed), default=None),
        note=str(sent.get("note", "")).strip()[:2000],
        signed_name=str(sent.get("signed_name", "")).strip()[:80],
        by=by,
        begun_at=min(_time(sent.get("begun_at")), finished_at),
        finished_at=finished_at,
        received_at=now,
    )
    return row, _signature(sent.get("signature"))


def _time(value: Any) -> datetime:
    found = parse_datetime(value) if isinstance(value, str) else None
    if found is None or timezone.is_naive(found):
        raise ValidationError(_("This is no inspection that can be read."))
    return found


def _checklist(station: Station, value: Any) -> Checklist | None:
    if not isinstance(value, int):
        return None
    return Checklist.objects.filter(organization=station.site.organization_id, pk=value).first()


def _work_order(station: Station, value: Any) -> WorkOrder | None:
    return WorkOrder.objects.filter(station=station, pk=value).first() if isinstance(value, int) else None


def _signature(value: Any) -> bytes:
    """A drawing as a PNG, read and written anew: nothing but the picture is kept."""
    if not value:
        return b""
    if not isinstance(value, str) or not value.startswith(_PNG) or len(value) > LONGEST_SIGNATURE:
        raise ValidationError(_("The signature cannot be read."))
    try:
        with Image.open(BytesIO(base64.b64decode(value[len(_PNG) :], validate=True)), formats=("PNG",)) as image:
            if image.width * image.height > 2_000_000:
                raise ValidationError(_("The signature cannot be read."))
            drawn = image.convert("RGBA")
    except (OSError, SyntaxError, ValueError, binascii.Error) as error:
        raise ValidationError(_("The signature cannot be read.")) from error
    white = Image.new("RGB", drawn.size, "white")
    white.paste(drawn, mask=drawn.getchannel("A"))
    out = BytesIO()
    white.save(out, "PNG", optimize=True)
    return out.getvalue()


def receive_photo(*, inspection: Inspection, client_id: UUID, item: str, content: "File[bytes]") -> InspectionPhoto:
    """Keep a picture of it; the same one sent again is the same one. Raises NotAPhoto and Conflict."""
    if known := InspectionPhoto.objects.filter(client_id=client_id).first():
        if known.inspection_id != inspection.pk:
            raise Conflict(_("Another photo was sent under this number already. What is there stays as it is."))
        return known
    if inspection.photos.count() >= MOST_PHOTOS:
        raise NotAPhoto(_("An inspection has up to %(most)d photos.") % {"most": MOST_PHOTOS})
    kept = pictures.keep(content, f"inspections/{inspection.station_id}")
    try:
        with transaction.atomic():
            return InspectionPhoto.objects.create(
                client_id=client_id, inspection=inspection, item=item[:40], file=kept.file, thumbnail=kept.thumbnail
            )
    except IntegrityError:
        pictures.discard([kept.file, kept.thumbnail])
        return InspectionPhoto.objects.get(client_id=client_id)


def make_repair(*, inspection: Inspection, by: User) -> WorkOrder:
    """A work order of what failed; a second time it is the same one. Raises ValidationError where nothing failed."""
    with transaction.atomic():
        row = (
            Inspection.objects.select_for_update(of=("self",))
            .select_related("station__site", "site")
            .get(pk=inspection.pk)
        )
        if row.repair is not None:
            return row.repair
        failed = [item for item in row.items if row.answers.get(item["key"], {}).get("verdict") == "failed"]
        if not failed:
            raise ValidationError(_("Nothing failed."))
        row.repair = open_work_order(
            site=row.site,
            station=row.station if row.station.site_id == row.site_id else None,
            title=english("Failed at the inspection: %(items)s", items=", ".join(i["text"] for i in failed))[:200],
            description="\n".join(_line(row, item) for item in failed)[:5000],
            priority=row.severity or WorkOrder.Priority.NORMAL,
            evidence={"inspection": row.pk},
            by=by,
        )
        row.save(update_fields=["repair"])
    return row.repair


def _line(row: Inspection, item: Mapping[str, Any]) -> str:
    answer = row.answers[item["key"]]
    value = f"{answer['value']} {item['unit']}".strip()
    return f"{item['text']} {value}" + (f" ({answer['note']})" if answer["note"] else "")
