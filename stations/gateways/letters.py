"""Letters to people, as text and as plain HTML. Never within a transaction: whoever carries them may take long."""

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from drivers.language import language_of
from stations.models import Invitation


def send_invitation(invitation: Invitation, link: str) -> None:
    """In their language. Raises OSError or smtplib.SMTPException when it did not leave."""
    context = {"invitation": invitation, "link": link}
    with language_of(invitation.email):
        letter = EmailMultiAlternatives(
            _("%(organization)s invites you to Busbar") % {"organization": invitation.organization},
            render_to_string("stations/mail/invitation.txt", context),
            to=[invitation.email],
        )
        letter.attach_alternative(render_to_string("stations/mail/invitation.html", context), "text/html")
    letter.send()
