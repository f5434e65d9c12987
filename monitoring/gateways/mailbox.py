"""A mailbox by IMAP (RFC 9051, RFC 3501): letters nobody has read yet, each marked by its own number."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

TIMEOUT_S = 20
# Of one visit; the next one goes on.
MOST = 50

# A name or password that the server has no way to be told is a UnicodeError.
Failed = (imaplib.IMAP4.error, OSError, UnicodeError)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An open mailbox; UIDs name its letters."""

    connection: imaplib.IMAP4

    def unread(self) -> list[str]:
        """The oldest ones that nobody has read or set aside."""
        _kind, found = self.connection.uid("SEARCH", "UNSEEN UNFLAGGED")
        return [uid.decode() for uid in (found[0] or b"").split()][:MOST]

    def size(self, uid: str) -> int:
        """In bytes; 0 where the letter is gone."""
        _kind, found = self.connection.uid("FETCH", uid, "(RFC822.SIZE)")
        text = next((part for part in found if isinstance(part, bytes)), b"")
        number = text.partition(b"RFC822.SIZE ")[2].rstrip(b") ").split(b" ")[0]
        return int(number) if number.isdigit() else 0

    def letter(self, uid: str) -> bytes:
        """As it came; it stays unread."""
        _kind, found = self.connection.uid("FETCH", uid, "(BODY.PEEK[])")
        return next((part[1] for part in found if isinstance(part, tuple)), b"")

    def mark(self, uid: str, *, flagged: bool = False) -> None:
        """As read; `flagged`: for a person to look at."""
        flags = r"(\Seen \Flagged)" if flagged else r"(\Seen)"
        self.connection.uid("STORE", uid, "+FLAGS.SILENT", flags)


@contextmanager
def opened(url: str) -> Iterator[Mailbox]:
    """The mailbox at imaps://user:password@host:993/INBOX. Raises one of `Failed`."""
    parts = urlsplit(url)
    host, folder = parts.hostname or "", unquote(parts.path.strip("/")) or "INBOX"
    connection: imaplib.IMAP4
    if parts.scheme == "imaps":
        connection = imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=_trusting(), timeout=TIMEOUT_S)
    else:
        connection = imaplib.IMAP4(host, parts.port or 143, timeout=TIMEOUT_S)
    try:
        _log_in(connection, unquote(parts.username or ""), unquote(parts.password or ""))
        kind, said = connection.select('"' + folder.replace("\\", "").replace('"', "") + '"')
        if kind != "OK":
            raise imaplib.IMAP4.error(f"No such folder: {said!r}")
        yield Mailbox(connection)
    finally:
        connection.shutdown()


def _log_in(connection: imaplib.IMAP4, user: str, password: str) -> None:
    """LOGIN has ASCII alone; AUTHENTICATE PLAIN (RFC 4616) has any password, where the server has it."""
    if "AUTH=PLAIN" in connection.capabilities:
        connection.authenticate("PLAIN", lambda _challenge: f"\0{user}\0{password}".encode())
    else:
        connection.login(user, password)


def _trusting() -> ssl.SSLContext:
    """Whom the machine trusts; the default of imaplib trusts everybody."""
    return ssl.create_default_context()
