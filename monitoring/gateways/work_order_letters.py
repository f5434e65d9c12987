"""The letter to whom a work order is assigned. Never within a transaction: whoever carries it may take long."""

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from drivers.language import language_of
from drivers.reread import reread
from monitoring.models import WorkOrder


def send(order: WorkOrder, address: str, link: str) -> None:
    """In their language. Raises OSError or smtplib.SMTPException when it did not leave."""
    with language_of(address):
        title = reread(order.title)
        body = render_to_string("monitoring/mail/work_order.txt", {"order": order, "title": title, "link": link})
        letter = EmailMessage(_("Work order: %(title)s") % {"title": title}, body, to=[address])
    letter.send()
