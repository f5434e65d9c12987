"""The one door to apprise: chat, SMS and paging services, each known by an address such as slack://… or tgram://….

What an address can do beside leading to a service is not allowed: read files of this machine, reach into our own
network, follow redirects, or make us wait.
"""

import logging
import re
import threading
from typing import Any
from urllib.parse import unquote

from drivers.domain.phrases import english
from monitoring.notifiers.base import Message, Undelivered
from stations.gateways.outward import Unreachable, address_of

SETTING = "NOTIFY_HOSTS"
TIMEOUT_S = 5.0
# What their addresses begin with. Others of apprise run programs here, or are better served by a webhook or by email.
SERVICES = frozenset(
    [
        "slack",
        "workflow",
        "workflows",
        "discord",
        "tgram",
        "pagerduty",
        "opsgenie",
        "splunk",
        "victorops",
        "twilio",
        "vonage",
        "nexmo",
        "clickatell",
        "msgbird",
        "sinch",
        "sns",
        "pover",
        "pbul",
        "ntfy",
        "ntfys",
        "matrix",
        "matrixs",
        "mmost",
        "mmosts",
        "rocket",
        "rockets",
        "gchat",
        "wxteams",
        "webex",
        "zulip",
        "gotify",
        "gotifys",
        "signal",
        "signals",
        "threema",
        "whatsapp",
        "clicksend",
        "d7sms",
        "bulksms",
        "bulkvs",
        "plivo",
        "burstsms",
        "httpsms",
        "seven",
        "voipms",
        "46elks",
        "nctalk",
        "nctalks",
        "twist",
        "flock",
        "ryver",
        "guilded",
        "revolt",
        "pagertree",
        "signl4",
        "smseagle",
        "smseagles",
    ]
)
# Parameters that open files, change what is checked, or make us wait.
_REFUSED = frozenset({"template", "tmpl", "path", "filename", "redirect", "verify", "rto", "cto", "retry", "wait"})
_NAMES = re.compile(r"[?&;]([^=&;?]+)")
_STATUS = re.compile(r"error=(\d{3})")
# A refusal that will not pass by itself: of the key, of the place it leads to.
_LASTING = frozenset({400, 401, 403, 404, 410})

_said = threading.local()


class _Listener(logging.Handler):
    """Keeps what apprise logs while a thread sends: it says nowhere else why a message did not leave."""

    def emit(self, record: logging.LogRecord) -> None:
        lines = getattr(_said, "lines", None)
        if lines is not None:
            lines.append(record.getMessage())


class Unusable(ValueError):
    """This is no address we send to; says why, for a person, in English."""


def check(url: str) -> str:
    """As much of a good address as may be shown: the service. Raises Unusable."""
    return f"{_opened(url)[1]}://…"


def send(message: Message, url: str) -> None:
    """Raises Undelivered."""
    try:
        service, _scheme = _opened(url)
    except Unusable as problem:
        raise Undelivered(str(problem), is_final=True) from problem
    _said.lines = []
    try:
        is_sent = service.notify(title=message.subject, body=message.text, notify_type="warning")
        statuses = [int(found) for line in _said.lines for found in _STATUS.findall(line)]
    except Exception as error:
        # Whatever one of its hundred services stumbles over must not keep the others from being told.
        raise Undelivered(english("The service cannot be told: %(error)s", error=type(error).__name__)) from error
    finally:
        _said.lines = None
    if not is_sent:
        raise _refusal(statuses)


def _refusal(statuses: list[int]) -> Undelivered:
    if not statuses:
        return Undelivered(english("The service could not be reached, or did not take the message."))
    text = english("The service answered %(status)s.", status=statuses[-1])
    return Undelivered(text, is_final=statuses[-1] in _LASTING)


def _opened(url: str) -> tuple[Any, str]:
    """The service and what its addresses begin with. Raises Unusable."""
    # Takes a second or two, and memory: only where it is used.
    import apprise  # noqa: PLC0415

    _listen()
    # Not as a browser reads addresses: apprise finds parameters behind a # too.
    names = {unquote(unquote(name)).strip().lower().lstrip("+-: ") for name in _NAMES.findall(url)}
    if names & _REFUSED:
        raise Unusable(english("The address has a parameter that is not allowed here."))
    asset = apprise.AppriseAsset(async_mode=False, http_redirects=False, app_id="Busbar", app_desc="Busbar")
    service = apprise.Apprise.instantiate(url.strip(), asset=asset, suppress_exceptions=True)
    if service is None:
        raise Unusable(english("This is no address of a service that is known here."))
    schemes = _schemes(service)
    if not schemes or schemes[0] not in SERVICES:
        raise Unusable(english("Messages are not sent to this kind of service."))
    if getattr(service, "template", None):
        raise Unusable(english("The address has a parameter that is not allowed here."))
    service.redirects = False
    service.socket_connect_timeout = service.socket_read_timeout = TIMEOUT_S
    _check_host(service)
    return service, schemes[0]


def _schemes(service: Any) -> list[str]:
    found: list[str] = []
    for named in (service.secure_protocol, service.protocol):
        found += [named] if isinstance(named, str) else list(named or ())
    return found


def _check_host(service: Any) -> None:
    """Raise Unusable where the address itself names a host that is none of the public internet's."""
    names_host = any("{host}" in template for template in service.templates)
    if not names_host or getattr(service, "mode", "") == "cloud":
        return
    try:
        address_of(service.host, service.port or 443, SETTING)
    except Unreachable as problem:
        raise Unusable(str(problem)) from problem
    except (OSError, TypeError, UnicodeError) as error:
        raise Unusable(english("The host that the address names is not found.")) from error


def _listen() -> None:
    """What apprise logs may hold what was sent, and to whom: it stays here."""
    logger = logging.getLogger("apprise")
    if not any(isinstance(handler, _Listener) for handler in logger.handlers):
        logger.addHandler(_Listener())
        logger.propagate = False
