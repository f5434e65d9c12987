"""The filter bar over messages; its fields are named as the REST API's parameters are."""

from datetime import tzinfo
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stations.forms.filters import Filter
from stations.models import Frame
from stations.ocpp import protocols

_ACTIONS = sorted({action for protocol in protocols.SPOKEN for action in protocol.schemas.actions})
_MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")


class MessageFilter(Filter):
    """Which messages. Times are by the clock of `zone`."""

    action = forms.ChoiceField(
        required=False, label=_("Action"), choices=[("", _("Any action")), *((name, name) for name in _ACTIONS)]
    )
    direction = forms.ChoiceField(
        required=False,
        label=_("Direction"),
        choices=[
            ("", _("Both directions")),
            (Frame.Direction.IN, _("From stations")),
            (Frame.Direction.OUT, _("To stations")),
        ],
    )
    since = forms.DateTimeField(required=False, label=_("From"), widget=_MOMENT)
    until = forms.DateTimeField(required=False, label=_("To"), widget=_MOMENT)
    only_errors = forms.BooleanField(required=False, label=_("Errors only"))
    message_id = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)
    session = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, zone: tzinfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["text"].widget.attrs["placeholder"] = _("Text in the message")

    def values(self) -> dict[str, Any]:
        """What was given and makes sense; times with their zone."""
        with timezone.override(self.zone):
            return super().values()
