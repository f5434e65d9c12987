"""Pictures that people send: turned upright, made smaller, and kept without anything but the picture.

A phone's photo says where and when it was taken, and by which phone; none of that is kept.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 15 * 1024 * 1024
# Above what phones take; a small file can claim to be a picture that fills the memory.
MOST_PIXELS = 60_000_000
LONGEST_PX, THUMBNAIL_PX = 1600, 320


class NotAPhoto(Exception):
    """What was sent is not kept; the text says why, for who sent it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The names under which a picture and its thumbnail are stored, and its size in pixels."""

    file: str
    thumbnail: str
    width: int
    height: int


def keep(content: "File[bytes]", folder: str) -> Kept:
    """Store a picture and its thumbnail below `folder`. Raises NotAPhoto."""
    picture = _read(content)
    name = f"{folder}/{secrets.token_urlsafe(16)}"
    file = _store(f"{name}.jpg", picture, LONGEST_PX)
    return Kept(file, _store(f"{name}-small.jpg", picture, THUMBNAIL_PX), picture.width, picture.height)


def discard(names: Iterable[str]) -> None:
    """Remove files. Call it after the commit of what made them useless."""
    for name in names:
        default_storage.delete(name)


def _read(content: "File[bytes]") -> Image.Image:
    """The picture, upright and no larger than is kept."""
    if content.size > MOST_BYTES:
        raise NotAPhoto(_("A photo may have up to %(most)d MB.") % {"most": MOST_BYTES // 2**20})
    try:
        with Image.open(content, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NotAPhoto(_("This picture has too many pixels: %(most)d million are possible.") % _IN_MILLIONS)
            # Of a JPEG only as much is decoded as is needed.
            image.draft("RGB", (2 * LONGEST_PX, 2 * LONGEST_PX))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_PX, LONGEST_PX))
            return _on_white(upright)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NotAPhoto(_("This is no photo that can be read: JPEG, PNG and WebP are.")) from error


_IN_MILLIONS = {"most": MOST_PIXELS // 1_000_000}


def _on_white(image: Image.Image) -> Image.Image:
    """Nothing but the picture: a new one, on which only its pixels are put."""
    with_alpha = image.convert("RGBA")
    bare = Image.new("RGB", image.size, "white")
    bare.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return bare


def _store(name: str, picture: Image.Image, longest: int) -> str:
    copy = picture.copy()
    copy.thumbnail((longest, longest))
    out = BytesIO()
    copy.save(out, "JPEG", quality=80, optimize=True)
    return default_storage.save(name, ContentFile(out.getvalue()))
