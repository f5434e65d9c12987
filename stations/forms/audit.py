"""The filter bar of the audit log."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stations.forms.filters import DaysFilter

PEOPLE_OFFERED = 200


class AuditFilter(DaysFilter):
    """`people`: whose entries can be asked for; `kinds`: content type and word."""

    person: Any = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("Anybody"), label=_("Person"))
    kind: Any = forms.TypedChoiceField(coerce=int, empty_value=None, required=False, label=_("Kind"))
    field_order = ("text", "person", "kind", "since", "until")

    def __init__(self, *args: Any, people: Any, kinds: list[tuple[int, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.fields["person"]
        person.queryset = people
        person.choices = [("", person.empty_label), *((row.pk, row.email) for row in people[:PEOPLE_OFFERED])]
        kind: Any = self.fields["kind"]
        kind.choices = [("", _("Any kind")), *kinds]
