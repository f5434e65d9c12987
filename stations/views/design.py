"""The design system on one page: every token, word and component as it stands in the style sheets now."""

import re
from dataclasses import dataclass
from pathlib import Path

from django import forms
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from stations.domain.status import Availability
from stations.forms.filters import Filter
from stations.views import wording
from stations.views.pages import ConsoleRequest, console, dialog_done, render_page
from stations.views.paging import Page
from stations.views.wizard import Shown

_COLOUR = re.compile(r"--([\w-]+):\s*light-dark\(")
_SIZE = re.compile(r"--((?:size|space|radius)-\d+):\s*([\d.]+rem)")
_ICON = re.compile(r'<symbol id="([\w-]+)"')
_STEPS = [
    Shown(gettext_lazy("Place"), "#design-hits", is_current=False, is_done=True),
    Shown(gettext_lazy("Hours"), "", is_current=True, is_done=False),
    Shown(gettext_lazy("Contacts"), "", is_current=False, is_done=False),
]
# One EVSE of each kind, and more of those that there are more of.
_SAMPLE = {word: 2 ** (len(Availability) - place) for place, word in enumerate(Availability)}


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the style sheets define: names of colours, sizes with their values, names of icons."""

    colours: list[str]
    sizes: list[tuple[str, str]]
    icons: list[str]


class Fields(forms.Form):
    """A field of each kind; the first and the last complain."""

    identity = forms.CharField(
        label=gettext_lazy("Identity"), max_length=8, help_text=gettext_lazy("As the charger names itself.")
    )
    site = forms.ChoiceField(label=gettext_lazy("Site"), choices=[("1", "Utrecht"), ("2", "Leipzig")])
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    power = forms.IntegerField(label=gettext_lazy("Power"), required=False, min_value=0)
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    way = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[("soft", gettext_lazy("Soft")), ("hard", gettext_lazy("Hard"))],
        initial="soft",
        widget=forms.RadioSelect,
    )
    file = forms.FileField(label=gettext_lazy("File"), required=False)
    sure = forms.BooleanField(label=gettext_lazy("I have read what it does"))


class Large(forms.Form):
    """Few answers, for a thumb."""

    about = forms.ChoiceField(
        label=gettext_lazy("Buttons to choose one of"),
        choices=[("start", gettext_lazy("Start")), ("price", gettext_lazy("Price"))],
        widget=forms.RadioSelect,
    )


@console
@require_http_methods(["GET", "POST"])
def design(request: ConsoleRequest) -> HttpResponse:
    """The page; asked for by htmx, a dialog, whose form only closes it and says so."""
    if request.method == "POST":
        return dialog_done(_("Nothing was done: this is the design page."))
    context = {
        "tokens": tokens(),
        "form": Fields({"identity": "far too long", "site": "2", "way": "soft"}, auto_id="design-%s"),
        "choices": Large({"about": "price"}, auto_id="design-%s")["about"],
        "filter": Filter({}, auto_id="design-filter-%s"),
        "availability": wording.AVAILABILITY.items(),
        "words": [*wording.PHASES.values(), *wording.STATES.values()],
        "counts": _SAMPLE,
        "steps": _STEPS,
        "page": Page([None] * 50, previous_url="?page=1", next_url="?page=3", first=51, total=120),
    }
    fragments = {"dialog-body": "stations/_design_dialog.html"}
    return render_page(request, "stations/design.html", context, fragments=fragments)


def tokens() -> Tokens:
    """Read from the files themselves: what is added there stands on the page."""
    style = _text("css/tokens.css")
    return Tokens(
        colours=list(dict.fromkeys(_COLOUR.findall(style))),
        sizes=_SIZE.findall(style),
        icons=_ICON.findall(_text("img/icons.svg")),
    )


def _text(name: str) -> str:
    return Path(str(finders.find(name))).read_text(encoding="utf-8")
