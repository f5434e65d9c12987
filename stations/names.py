"""What things are called that have only a number."""

from django.utils.translation import gettext as _


def evse_name(number: int | str) -> str:
    """“EVSE 2”."""
    return _("EVSE %(number)s") % {"number": number}
