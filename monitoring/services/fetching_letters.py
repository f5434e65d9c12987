"""Letters from the support mailbox. One is marked as read only once what it said is stored."""

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError

from monitoring.domain.incoming_mail import MOST_BYTES, NotALetter
from monitoring.gateways import mailbox
from monitoring.gateways.mailbox import Mailbox
from monitoring.services.incoming_letters import Taken, take_in

# A person has to look at these, in the mailbox itself.
_SET_ASIDE = (Taken.NOBODYS, Taken.TOO_MANY)

log = structlog.get_logger(__name__)


def fetch() -> int:
    """Take in what is unread; how many letters were dealt with. Nothing without SUPPORT_MAILBOX."""
    if not settings.SUPPORT_MAILBOX:
        return 0
    dealt = 0
    try:
        with mailbox.opened(settings.SUPPORT_MAILBOX) as box:
            for uid in box.unread():
                box.mark(uid, flagged=not _is_taken_in(box, uid))
                dealt += 1
    except mailbox.Failed as error:
        # The next visit goes on; what was not marked is found again, and known by its Message-ID.
        log.warning("mailbox.failed", problem=f"{type(error).__name__}: {str(error)[:200]}")
    return dealt


def _is_taken_in(box: Mailbox, uid: str) -> bool:
    """False: nobody's, or nothing that can be read."""
    if box.size(uid) > MOST_BYTES:
        log.warning("letter.too_large", uid=uid)
        return False
    try:
        return take_in(box.letter(uid)) not in _SET_ASIDE
    except NotALetter as problem:
        log.warning("letter.not_read", uid=uid, problem=str(problem))
    except (OperationalError, InterfaceError):
        # Ours, not the letter's: it stays unread.
        raise
    except Exception:
        log.exception("letter.failed", uid=uid)
    return False
