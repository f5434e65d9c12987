"""Letters, as text and as plain HTML, by the transport of EMAIL_URL."""

from collections.abc import Sequence
from hashlib import sha256
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from drivers.domain.phrases import english
from monitoring.notifiers.base import Message, Undelivered

# RFC 5321 section 4.2.1: from here on a refusal is meant to last.
_LASTING = 500


def send(message: Message, addresses: Sequence[str]) -> None:
    """To all of the addresses in one letter. Raises Undelivered."""
    if not addresses:
        raise Undelivered(english("There is no address to write to."), is_final=True)
    letter = EmailMultiAlternatives(message.subject, message.text, to=list(addresses), headers=_headers(message))
    if message.html:
        letter.attach_alternative(message.html, "text/html")
    hand_over(letter)


def hand_over(letter: EmailMultiAlternatives) -> None:
    """Give a letter to whoever carries it. Raises Undelivered."""
    try:
        letter.send()
    except SMTPRecipientsRefused as refusal:
        codes = [code for code, _text in refusal.recipients.values()]
        problem = english("The mail server refuses the address (%(code)s).", code=max(codes, default=0))
        raise Undelivered(problem, is_final=all(code >= _LASTING for code in codes)) from refusal
    except SMTPResponseException as refusal:
        problem = english("The mail server answered %(code)s.", code=refusal.smtp_code)
        raise Undelivered(problem) from refusal
    except (OSError, SMTPException) as error:
        raise Undelivered(english("The mail server cannot be reached: %(error)s", error=error)) from error
    except ValueError as error:
        # A line break in a header.
        raise Undelivered(english("This is no letter: %(error)s", error=error), is_final=True) from error


def _headers(message: Message) -> dict[str, str]:
    """The same id whenever it is sent again, so that a letter that came twice can be told; one thread an incident."""
    found = {"Message-ID": _id(message.key), "Auto-Submitted": "auto-generated", **message.headers}
    return found | {"References": _id(message.thread)} if message.thread else found


def _id(key: str) -> str:
    return f"<{sha256(key.encode()).hexdigest()[:32]}@{urlsplit(settings.PORTAL_URL).hostname or 'busbar'}>"
