"""Pictures and documents that come with a driver's message: pictures are drawn anew, documents kept as they came.

They are stored before the message is, and stand with it in one transaction: a process that dies in between leaves no
message without its files, only files that nobody asks for, and whoever comes again begins anew.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.core.files.base import ContentFile

from drivers.domain.phrases import english
from monitoring.domain.incoming_mail import Attached
from monitoring.models import TicketAttachment, TicketMessage
from monitoring.services import evidence, tickets
from monitoring.services.evidence import Kept
from stations.services import pictures

FOLDER = "tickets"
MOST = 10
_PDF = b"%PDF-"


@dataclass
class Files:
    """What came along and is stored, and the names of what was not kept, being neither a picture nor a PDF."""

    kept: list[Kept] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    is_attached: bool = False

    def attach(self, message: TicketMessage) -> None:
        """They came with this message; what is not kept is noted for staff. Call it in the message's transaction."""
        if message.attachments.exists():
            # Another process took in the same one, and was quicker.
            return
        rows = [
            TicketAttachment(message=message, file=one.file, name=one.name, content_type=one.content_type)
            for one in self.kept
        ]
        TicketAttachment.objects.bulk_create(rows)
        if self.refused:
            names = ", ".join(self.refused)[:300]
            tickets.note(
                ticket=message.ticket,
                text=english("Came along and was not kept, being neither a picture nor a PDF: %(names)s", names=names),
                by=None,
            )
        self.is_attached = True


@contextmanager
def stored(files: Iterable[Attached]) -> Iterator[Files]:
    """Store them, for a message that is written now; they are gone again where none was. Outside of a transaction."""
    found, is_done = Files(), False
    try:
        _store_all(found, files)
        yield found
        is_done = found.is_attached
    finally:
        if not is_done:
            for one in found.kept:
                evidence.discard(one.file)


def _store_all(found: Files, files: Iterable[Attached]) -> None:
    for number, file in enumerate(files):
        try:
            if number >= MOST:
                raise evidence.NotEvidence
            found.kept.append(_store(file))
        except (evidence.NotEvidence, pictures.NotAPhoto):
            found.refused.append(file.name or "?")


def _store(file: Attached) -> Kept:
    """Raises NotEvidence, NotAPhoto."""
    content = ContentFile(file.body, name=file.name)
    if file.body.startswith(_PDF):
        return evidence.keep(content, folder=FOLDER)
    picture = pictures.keep(content, FOLDER)
    pictures.discard([picture.thumbnail])
    return Kept(picture.file, (file.name or "photo").rpartition("/")[2][:115] or "photo", "image/jpeg")
