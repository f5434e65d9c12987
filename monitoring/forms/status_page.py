"""Forms of status pages."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from monitoring.models import PublicIncident, StatusPage
from monitoring.services.publication import Word
from stations.models import Site

# A list of thousands is none to choose from.
SITES_OFFERED = 500


class SubscribeForm(forms.Form):
    email = forms.EmailField(
        label=_("Email address"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"})
    )


class StatusPageForm(forms.ModelForm):  # type: ignore[type-arg]
    shown_sites = forms.ModelMultipleChoiceField(
        Site.objects.none(),
        required=False,
        label=_("Sites on the page"),
        help_text=_("Only sites on the public map can be on it."),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = StatusPage
        fields = ("is_published", "publishes_by_itself", "least_points", "least_percent", "after_minutes")
        labels = {
            "is_published": _("The network has a public status page"),
            "publishes_by_itself": _("Publish incidents by itself"),
            "least_points": _("From so many charging points of a site on"),
            "least_percent": _("Or from such a share of them on, in percent"),
            "after_minutes": _("That have been out for so many minutes"),
        }
        help_texts = {
            "publishes_by_itself": _(
                "In plain words about what is affected. Causes, names and what your people write are never told, and"
                " nothing that has to do with security."
            ),
        }

    def __init__(self, sites: QuerySet[Site], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["shown_sites"]
        self.sites = sites
        if sites.count() > SITES_OFFERED:
            del self.fields["shown_sites"]
            return
        field.queryset = sites
        hidden = set(self.instance.hidden_sites.values_list("pk", flat=True))
        field.initial = [site.pk for site in sites if site.pk not in hidden]

    def hidden(self) -> list[Site] | None:
        """Public sites that are not to be on the page; None where they were not asked for."""
        if "shown_sites" not in self.fields:
            return None
        shown = {site.pk for site in self.cleaned_data["shown_sites"]}
        return [site for site in self.sites if site.pk not in shown]


class WordForm(forms.Form):
    """What the public is told of an incident."""

    state = forms.ChoiceField(label=_("State"), choices=PublicIncident.State.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, _name in settings.LANGUAGES:
            is_first = code == settings.LANGUAGE_CODE
            language = get_language_info(code)["name_translated"]
            self.fields[_name_of(code)] = forms.CharField(
                label=gettext("Text in %(language)s") % {"language": language},
                required=False,
                max_length=2000,
                widget=forms.Textarea({"rows": 3, "lang": code}),
                help_text=gettext("Everybody can read it. Empty: a sentence that goes with the state.")
                if is_first
                else gettext("Empty: the English text."),
            )

    def word(self) -> Word:
        """What was filled in."""
        texts = {code: self.cleaned_data[_name_of(code)] for code, _name in settings.LANGUAGES}
        first = texts.pop(settings.LANGUAGE_CODE)
        return Word(PublicIncident.State(self.cleaned_data["state"]), first, texts)


def _name_of(code: str) -> str:
    return f"text_{code}"
