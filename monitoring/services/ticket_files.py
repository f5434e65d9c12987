"""Pictures and documents that come with a driver's message: pictures are drawn anew, documents kept as they came."""

from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.db import transaction

from drivers.domain.phrases import english
from monitoring.domain.incoming_mail import Attached
from monitoring.models import TicketAttachment, TicketMessage
from monitoring.services import evidence, tickets
from stations.services import pictures

FOLDER = "tickets"
MOST = 10
_PDF = b"%PDF-"


def keep(*, message: TicketMessage, files: Iterable[Attached]) -> list[TicketAttachment]:
    """Keep what is a picture or a PDF; what is not kept is noted for staff by its name. Outside of a transaction."""
    kept, refused = [], []
    for number, file in enumerate(files):
        try:
            if number >= MOST:
                raise evidence.NotEvidence
            name, stored, content_type = _store(file)
        except (evidence.NotEvidence, pictures.NotAPhoto):
            refused.append(file.name or "?")
            continue
        with transaction.atomic():
            row = TicketAttachment.objects.create(message=message, file=stored, name=name, content_type=content_type)
        kept.append(row)
    if refused:
        names = ", ".join(refused)[:300]
        tickets.note(
            ticket=message.ticket,
            text=english("Came along and was not kept, being neither a picture nor a PDF: %(names)s", names=names),
            by=None,
        )
    return kept


def _store(file: Attached) -> tuple[str, str, str]:
    """Name, name in the storage, type. Raises NotEvidence, NotAPhoto."""
    content = ContentFile(file.body, name=file.name)
    if file.body.startswith(_PDF):
        document = evidence.keep(content, folder=FOLDER)
        return document.name, document.file, document.content_type
    picture = pictures.keep(content, FOLDER)
    pictures.discard([picture.thumbnail])
    return (file.name or "photo").rpartition("/")[2][:115] or "photo", picture.file, "image/jpeg"
