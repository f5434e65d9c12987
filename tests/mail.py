"""A mail server that keeps what it is given, and a mailbox to fetch from: both speak their real protocols."""

import pytest

from tests.monitoring.imap_server import ImapServer
from tests.monitoring.sinks import MailServer, running


@pytest.fixture
def mail(settings):
    """What the product sends, as `letters` of a server."""
    with running(MailServer()) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server


@pytest.fixture
def mailbox(settings):
    """Where letters to support arrive."""
    with running(ImapServer()) as server:
        settings.SUPPORT_MAILBOX = server.url
        yield server
