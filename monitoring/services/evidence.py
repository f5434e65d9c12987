"""Files that show something: kept as they came, served only as downloads, and never as what a browser would run."""

import re
import secrets
from dataclasses import dataclass

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image

MOST_BYTES = 10 * 1024 * 1024
_IMAGES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_UNUSUAL = re.compile(r"[^\w.\- ]+")


class NotEvidence(Exception):
    """What was sent is not kept; the text says why, for who sent it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored file: its name in the storage, the name it came with, its type as its content says."""

    file: str
    name: str
    content_type: str


def keep(content: "File[bytes]", *, folder: str) -> Kept:
    """Store a file under a name nobody can guess. Raises NotEvidence."""
    if content.size > MOST_BYTES:
        raise NotEvidence(_("A file may have up to %(most)d MB.") % {"most": MOST_BYTES // 2**20})
    body = content.read()
    content_type = _type_of(content, body)
    stored = default_storage.save(f"{folder}/{secrets.token_urlsafe(24)}", ContentFile(body))
    return Kept(stored, _name(content.name or ""), content_type)


def discard(file: str) -> None:
    """Remove a file. Call it after the commit of what made it useless."""
    if file:
        default_storage.delete(file)


def _type_of(content: "File[bytes]", body: bytes) -> str:
    """By what stands in it: the name and the type that were sent prove nothing."""
    if not body:
        raise NotEvidence(_("This file is empty."))
    if body.startswith(b"%PDF-"):
        return "application/pdf"
    content.seek(0)
    try:
        with Image.open(content, formats=tuple(_IMAGES)) as image:
            found = _IMAGES[image.format or ""]
            image.verify()
            return found
    except (OSError, SyntaxError, ValueError, KeyError, Image.DecompressionBombError):
        pass
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise NotEvidence(_("A PDF, a picture (JPEG, PNG, WebP) or a text is wanted."))
    return "text/plain; charset=utf-8"


def _name(sent: str) -> str:
    """The last part of a name as it was sent, fit for a header."""
    return _UNUSUAL.sub("_", sent.replace("\\", "/").rsplit("/", 1)[-1])[-120:].strip() or "file"
