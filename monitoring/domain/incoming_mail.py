"""Letters that come in: what they say, whose answer they are, and whether a person wrote them.

A letter is whatever somebody sent: nothing of it is believed but what cannot be guessed. Quoted text is set apart by
the line that our own letters begin with and by the marks of RFC 3676 (`>` before quoted lines, `-- ` before a
signature); what is set apart is kept, never thrown away.
"""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from html.parser import HTMLParser

MOST_BYTES = 25 * 1024 * 1024
MOST_TEXT = 10_000
MOST_QUOTED = 20_000
MOST_ATTACHMENTS = 10
# Our letters begin with a line of this and their reference: what stands below it is our own letter.
CUT = "====="
_CUT_LINE = re.compile(rf"^[>\s]*{CUT} ?T-\w+", re.MULTILINE)
_ADDRESS = re.compile(r"^[^@\s<>\"',;:\x00-\x1f]{1,64}@[^@\s<>\"',;:\x00-\x1f]{1,180}$")
_ID = re.compile(r"<[^<>\s\x00-\x1f]{3,250}>")
# RFC 3834: what a program sends is never answered.
_BULK = {"bulk", "junk", "list", "auto_reply"}
_HEADERS_OF_PROGRAMS = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "List-Id", "List-Unsubscribe")
_DAEMONS = ("mailer-daemon", "postmaster", "no-reply", "noreply", "donotreply", "do-not-reply", "bounce")


class NotALetter(Exception):
    """Nothing can be made of it; the text says why, in English, for the log."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came along; `body` as it was sent."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Incoming:
    """A letter. `text`: what is new in it; `quoted`: the rest. `answers`: ids of letters it answers, the nearest
    first. `automatic`: why it is taken for a program's; empty: a person's. Message ids with their brackets."""

    message_id: str
    sender: str
    name: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    quoted: str
    answers: tuple[str, ...] = ()
    automatic: str = ""
    language: str = ""
    attachments: tuple[Attached, ...] = field(default=())


def parse(raw: bytes) -> Incoming:
    """Read a letter as it came (RFC 5322). Raises NotALetter."""
    if len(raw) > MOST_BYTES:
        raise NotALetter(f"It has {len(raw)} bytes; up to {MOST_BYTES} are read.")
    try:
        letter = message_from_bytes(raw, policy=policy.default)
        return _read(letter)
    except (MessageError, ValueError, LookupError, IndexError, AttributeError, TypeError, RecursionError) as error:
        # The library raises all of these at headers and parts that are written wrongly.
        raise NotALetter(f"It cannot be read: {type(error).__name__}") from error


def _read(letter: EmailMessage) -> Incoming:
    name, sender = parseaddr(_header(letter, "From"))
    sender = sender.strip().lower()
    if not _ADDRESS.match(sender):
        raise NotALetter("It has no sender.")
    ids = _ID.findall(_header(letter, "Message-ID"))
    if not ids:
        raise NotALetter("It has no Message-ID.")
    text, quoted = cut(_text(letter))
    recipients = getaddresses([_header(letter, n) for n in ("To", "Cc", "Delivered-To", "X-Original-To")])
    answers = _ID.findall(_header(letter, "In-Reply-To")) + _ID.findall(_header(letter, "References"))[::-1]
    return Incoming(
        message_id=ids[0],
        sender=sender,
        name=_plain(name)[:120],
        recipients=tuple(dict.fromkeys(address.strip().lower() for _name, address in recipients if address)),
        subject=_plain(_header(letter, "Subject"))[:200],
        text=text[:MOST_TEXT],
        quoted=quoted[:MOST_QUOTED],
        answers=tuple(dict.fromkeys(answers))[:50],
        automatic=_automatic(letter, sender),
        language=_header(letter, "Content-Language").split(",")[0].split("-")[0].strip().lower()[:8],
        attachments=tuple(_attachments(letter)),
    )


def _header(letter: EmailMessage, name: str) -> str:
    return _writable("\n".join(str(value) for value in letter.get_all(name, [])))


def _plain(text: str) -> str:
    return " ".join(_writable(text).split())


def _writable(text: str) -> str:
    """What a database takes: no NUL, and nothing that is half a character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _automatic(letter: EmailMessage, sender: str) -> str:
    """Why a program seems to have sent it (RFC 3834 section 2, RFC 3464); empty: nothing says so."""
    submitted = _header(letter, "Auto-Submitted").split(";")[0].strip().lower()
    if submitted and submitted != "no":
        return "Auto-Submitted"
    if _header(letter, "Precedence").strip().lower() in _BULK:
        return "Precedence"
    if _header(letter, "Return-Path").strip() == "<>" or letter.get_content_type() == "multipart/report":
        return "a notice of delivery"
    if any(name in letter for name in _HEADERS_OF_PROGRAMS):
        return "headers of a program"
    local = sender.partition("@")[0]
    return "its sender" if local.startswith(_DAEMONS) else ""


# --- What it says ---


def _text(letter: EmailMessage) -> str:
    body = letter.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    content = body.get_content()
    text = content if isinstance(content, str) else content.decode(errors="replace")
    if body.get_content_type() == "text/html":
        text = text_of_html(text)
    return _writable(text.replace("\r\n", "\n").replace("\r", "\n"))


def cut(text: str) -> tuple[str, str]:
    """What is new in a letter, and what stands below: our own letter, other quotes, the signature."""
    lines = text.strip().split("\n")
    end = len(lines)
    if found := _CUT_LINE.search("\n".join(lines)):
        end = "\n".join(lines)[: found.start()].count("\n")
    for number, line in enumerate(lines[:end]):
        if line.rstrip("\n") in ("-- ", "--"):
            end = number
            break
    end = _before_quote(lines, end)
    new = "\n".join(lines[:end]).strip()
    if not new:
        # Who answers between the quoted lines has written something all the same.
        return "\n".join(line for line in lines if not line.startswith(">")).strip() or text.strip(), ""
    return new, "\n".join(lines[end:]).strip()


def _before_quote(lines: list[str], end: int) -> int:
    """Where the quoted lines at the end begin, with the line that says who wrote them."""
    is_cut = end < len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].startswith(">")):
        is_cut = is_cut or lines[end - 1].startswith(">")
        end -= 1
    # “On … wrote:”, in any language, and over two lines where it is long.
    if is_cut and end and lines[end - 1].rstrip().endswith(":"):
        end -= 1
        if end and lines[end - 1].strip() and "@" in lines[end] and not re.search(r"\d", lines[end]):
            end -= 1
    return end


class _Words(HTMLParser):
    """The text of a page, quoted parts marked as RFC 3676 does; what is run or styles is left out."""

    _SILENT = {"script", "style", "head", "title", "template"}
    _BREAKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "table", "blockquote"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.silent = self.quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in self._SILENT
        if tag in self._BREAKS:
            self._new_line()
        self.quoted += tag == "blockquote"

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT:
            self.silent = max(self.silent - 1, 0)
        if tag in self._BREAKS:
            self._new_line()
        if tag == "blockquote":
            self.quoted = max(self.quoted - 1, 0)

    def handle_data(self, data: str) -> None:
        words = re.sub(r"\s+", " ", data)
        if self.silent or (not self.lines[-1] and not words.strip()):
            return
        if not self.lines[-1]:
            words = ("> " if self.quoted else "") + words.lstrip()
        elif self.lines[-1].endswith(" "):
            words = words.lstrip()
        self.lines[-1] += words

    def _new_line(self) -> None:
        if self.lines[-1]:
            self.lines.append("")


def text_of_html(html: str) -> str:
    """The words of a letter that has no text of its own."""
    words = _Words()
    words.feed(html[:1_000_000])
    words.close()
    return "\n".join(words.lines).strip()


def _attachments(letter: EmailMessage) -> list[Attached]:
    found = []
    body = letter.get_body(preferencelist=("plain", "html"))
    for part in letter.walk():
        if part is body or part.is_multipart() or part.get_content_maintype() == "text":
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            found.append(Attached(_plain(part.get_filename() or "")[:120], content))
    return found[:MOST_ATTACHMENTS]
