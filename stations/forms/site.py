"""What people say of a site, in the parts that its wizard asks for one after the other and its page shows together."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.functional import lazystr
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stations.domain import opening_hours
from stations.domain.opening_hours import OpeningHours, SpecialDay, Unreadable
from stations.domain.opening_hours_text import read_hours, read_special_day, write_hours, write_special_day
from stations.models import Site, SiteContact
from stations.selectors.opening_hours_words import why


def _zones() -> list[tuple[str, str]]:
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return [("UTC", "UTC"), *((name, name) for name in names)]


class PlaceForm(forms.Form):
    """Where a site is."""

    organization: Any = forms.ModelChoiceField(queryset=None, empty_label=None, label=gettext_lazy("Organization"))
    name = forms.CharField(max_length=120, label=gettext_lazy("Name"))
    address = forms.CharField(max_length=200, required=False, label=gettext_lazy("Street and number"))
    city = forms.CharField(max_length=80, required=False, label=gettext_lazy("Town"))
    country = forms.RegexField(
        "^[A-Za-z]{2}$",
        required=False,
        label=gettext_lazy("Country"),
        help_text=gettext_lazy("Two letters, such as DE."),
        error_messages={"invalid": gettext_lazy("A country is two letters, such as DE.")},
        widget=forms.TextInput(attrs={"maxlength": 2, "autocomplete": "off"}),
    )
    latitude = forms.DecimalField(
        min_value=-90,
        max_value=90,
        label=gettext_lazy("Latitude"),
        widget=forms.NumberInput(attrs={"step": "any", "data-latitude": True}),
    )
    longitude = forms.DecimalField(
        min_value=-180,
        max_value=180,
        label=gettext_lazy("Longitude"),
        widget=forms.NumberInput(attrs={"step": "any", "data-longitude": True}),
    )
    timezone = forms.ChoiceField(choices=_zones, initial="UTC", label=gettext_lazy("Time zone"))
    description = forms.CharField(
        required=False,
        max_length=2000,
        label=gettext_lazy("Description"),
        help_text=gettext_lazy("Drivers read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, organizations: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "site-%s"})
        organization: Any = self.fields["organization"]
        organization.queryset = organizations
        # A site stays with its organization, and most people work for one only.
        if len(organizations) <= 1:
            del self.fields["organization"]

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in ("latitude", "longitude"):
            if values.get(name) is not None:
                values[name] = round(values[name], 6)
        return values

    @staticmethod
    def shown(site: Site) -> dict[str, Any]:
        """What the form begins with."""
        names = ("name", "address", "city", "country", "latitude", "longitude", "timezone", "description")
        return {name: getattr(site, name) for name in names}


def _day_field(weekday: int) -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=120,
        label=lazystr(WEEKDAYS[weekday - 1]),
        widget=forms.TextInput(
            attrs={"placeholder": gettext_lazy("closed"), "autocomplete": "off", "inputmode": "text"}
        ),
    )


class HoursForm(forms.Form):
    """When a site is open. `values()` is the column of Site."""

    kind = forms.ChoiceField(
        choices=[
            ("", gettext_lazy("Not stated")),
            ("always", gettext_lazy("Around the clock")),
            ("weekly", gettext_lazy("By the week")),
        ],
        required=False,
        label=gettext_lazy("Opening hours"),
        widget=forms.RadioSelect,
    )
    special_days = forms.CharField(
        required=False,
        max_length=10_000,
        label=gettext_lazy("Days that are different"),
        help_text=gettext_lazy(
            "One a line: the day, its hours unless it is closed, and why: 2026-12-24 10:00-14:00 Christmas"
        ),
        widget=forms.Textarea(attrs={"rows": 4, "class": "mono", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "hours-%s"})
        days = {f"day_{weekday}": _day_field(weekday) for weekday in range(1, 8)}
        self.fields = {"kind": self.fields["kind"], **days, "special_days": self.fields["special_days"]}

    @property
    def days(self) -> list[forms.BoundField]:
        """The fields of the week, in its order."""
        return [self[f"day_{weekday}"] for weekday in range(1, 8)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        weekly: list[Any] = []
        if values.get("kind") == "weekly":
            for weekday in range(1, 8):
                weekly += self._weekday(weekday)
        special = self._special_days(str(values.get("special_days", "")))
        if not self.errors and values["kind"] == "weekly" and not weekly + special:
            self.add_error("kind", _("Say when it is open on at least one day, or choose “Not stated”."))
        if not self.errors and special and not values["kind"]:
            self.add_error("kind", _("Days are different from others: say first when it is open otherwise."))
        if self.errors:
            return values
        try:
            values["hours"] = opening_hours.made(
                is_always=values["kind"] == "always", weekly=weekly, special_days=special
            )
        except Unreadable as problem:
            self.add_error("special_days", why(problem))
        return values

    def _weekday(self, weekday: int) -> list[tuple[int, opening_hours.Hours]]:
        name = f"day_{weekday}"
        try:
            found = read_hours(str(self.cleaned_data.get(name, "")))
            opening_hours.made(is_always=False, weekly=[(weekday, hours) for hours in found], special_days=[])
        except Unreadable as problem:
            self.add_error(name, why(problem))
            return []
        return [(weekday, hours) for hours in found]

    def _special_days(self, text: str) -> list[SpecialDay]:
        found = []
        for line in filter(None, map(str.strip, text.splitlines())):
            try:
                found.append(read_special_day(line))
            except Unreadable as problem:
                self.add_error("special_days", why(problem))
        return found

    def values(self) -> dict[str, Any]:
        """None for hours that are not stated."""
        hours: OpeningHours = self.cleaned_data["hours"]
        return {"opening_hours": opening_hours.to_json(hours) if self.cleaned_data["kind"] else None}

    @staticmethod
    def shown(site: Site) -> dict[str, Any]:
        """What the form begins with."""
        hours = site.hours
        if hours is None:
            return {}
        days = {
            f"day_{weekday}": write_hours(some for day, some in hours.weekly if day == weekday)
            for weekday in range(1, 8)
        }
        kind = "always" if hours.is_always else "weekly"
        return {"kind": kind, "special_days": "\n".join(map(write_special_day, hours.special_days)), **days}


class AccessForm(forms.Form):
    """Who may charge at a site, and how people get there."""

    access = forms.ChoiceField(
        choices=Site.Access.choices,
        initial=Site.Access.MEMBERS,
        label=gettext_lazy("Who may charge"),
        widget=forms.RadioSelect,
    )
    one_session_per_token = forms.BooleanField(
        required=False, label=gettext_lazy("A card that charges somewhere starts no second session here")
    )
    is_public = forms.BooleanField(required=False, initial=True, label=gettext_lazy("Show it on the public map"))
    directions = forms.CharField(
        required=False,
        max_length=2000,
        label=gettext_lazy("For drivers"),
        help_text=gettext_lazy("How to find it and get in, and where they may park. Everybody reads this."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    staff_note = forms.CharField(
        required=False,
        max_length=2000,
        label=gettext_lazy("For technicians"),
        help_text=gettext_lazy("What only people of your network are told, such as the code of the gate."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "access-%s"})

    @classmethod
    def shown(cls, site: Site) -> dict[str, Any]:
        """What the form begins with."""
        return {name: getattr(site, name) for name in cls.base_fields}


class ContactForm(forms.Form):
    """Somebody to call about a site."""

    name = forms.CharField(
        max_length=80, label=gettext_lazy("Name"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    role = forms.CharField(
        max_length=60, required=False, label=gettext_lazy("Role"), help_text=gettext_lazy("Such as caretaker.")
    )
    phone = forms.RegexField(
        r"^[0-9+()/ .-]{3,40}$",
        max_length=40,
        required=False,
        label=gettext_lazy("Phone"),
        error_messages={"invalid": gettext_lazy("A phone number has digits, such as +49 30 123456.")},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(max_length=120, required=False, label=gettext_lazy("Email"))
    note = forms.CharField(max_length=200, required=False, label=gettext_lazy("Note"))
    is_public = forms.BooleanField(
        required=False, label=gettext_lazy("Helpline: drivers see it on the map and on labels of the stations")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "contact-%s"})

    @classmethod
    def shown(cls, contact: SiteContact) -> dict[str, Any]:
        """What the form begins with."""
        return {name: getattr(contact, name) for name in cls.base_fields}


class OptionalContactForm(ContactForm):
    """The same for somebody who need not be named."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        told = any(values.get(name) for name in ("role", "phone", "email", "note"))
        if told and not values.get("name"):
            self.add_error("name", _("Say who that is."))
        return values

    def values(self) -> dict[str, Any]:
        """`contacts` as the service takes them."""
        return {"contacts": [self.cleaned_data] if self.cleaned_data["name"] else []}
