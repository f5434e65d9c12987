"""What a driver is asked for: little, and nothing that is not needed."""

import re
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from monitoring.models import Ticket

_PHONE = re.compile(r"^[+\d][\d\s()/.\-]{4,38}$")
_NEEDED_DIGITS = 5
PROBLEMS = (
    (Ticket.Category.START, _("It does not start")),
    (Ticket.Category.PLUG, _("I cannot unplug")),
    (Ticket.Category.STOP, _("It stopped, or is slow")),
    (Ticket.Category.DAMAGE, _("Something is broken")),
    (Ticket.Category.PAYMENT, _("Price or payment")),
    (Ticket.Category.SITE, _("The bay is blocked")),
    (Ticket.Category.OTHER, _("Something else")),
)


class Photo(forms.FileField):
    widget = forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"})


class HelpForm(forms.Form):
    """A report. `knows_place`: the address has said where it is about."""

    category = forms.ChoiceField(choices=PROBLEMS, label=_("What is wrong?"), widget=forms.RadioSelect)
    where = forms.CharField(
        max_length=120,
        label=_("Where?"),
        help_text=_("The code below the QR code on the charger, or the name of the place."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    text = forms.CharField(
        required=False, max_length=5000, label=_("What happened?"), widget=forms.Textarea(attrs={"rows": 3})
    )
    contact = forms.CharField(
        required=False,
        max_length=254,
        label=_("Email or phone"),
        help_text=_("So that we can answer. Without it, you read the answer on the page that opens next."),
        widget=forms.TextInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    photo = Photo(required=False, label=_("Photo"))
    # People see no such field; what fills in everything is a program.
    website = forms.CharField(required=False, label="Website", widget=forms.TextInput(attrs={"tabindex": "-1"}))
    once = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, knows_place: bool, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "help-%s"})
        if knows_place:
            del self.fields["where"]
        if not self.is_bound:
            self.initial.setdefault("once", str(uuid.uuid4()))

    @property
    def is_program(self) -> bool:
        return bool(self.data.get("website"))

    def clean_contact(self) -> dict[str, str]:
        """As the ticket keeps it."""
        text = str(self.cleaned_data["contact"]).strip()
        if not text:
            return {}
        if "@" in text:
            validate_email(text)
            return {"contact_email": text}
        if not _PHONE.match(text) or sum(letter.isdigit() for letter in text) < _NEEDED_DIGITS:
            raise ValidationError(_("This is neither an email address nor a phone number."))
        return {"contact_phone": text[:40]}


class AnswerForm(forms.Form):
    text = forms.CharField(max_length=5000, label=_("Your message"), widget=forms.Textarea(attrs={"rows": 3}))
    photo = Photo(required=False, label=_("Photo"))
    website = forms.CharField(required=False, label="Website", widget=forms.TextInput(attrs={"tabindex": "-1"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "answer-%s"})
