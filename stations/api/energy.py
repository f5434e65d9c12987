"""/sites/{id}/energy/ and /evses/{id}/energy/: roll-ups."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from rest_framework import generics, serializers

from stations.domain.rollup import DAY, QUARTER
from stations.models import EvseRollup, SiteRollup
from stations.models.rollup import Rollup
from stations.selectors import visible_evses, visible_sites

_HOURS = {
    Rollup.Interval.QUARTER.value: QUARTER.total_seconds() / 3600,
    Rollup.Interval.DAY.value: DAY.total_seconds() / 3600,
}


class EvseEnergySerializer(serializers.ModelSerializer[Any]):
    """A stretch of time from `start`; those without a session are left out."""

    mean_power_w = serializers.SerializerMethodField(help_text="Energy over the whole interval.")

    class Meta:
        model: type[Rollup] = EvseRollup
        fields = ("start", "energy_wh", "mean_power_w", "peak_power_w", "occupied_s", "sessions", "samples")
        read_only_fields = fields

    def get_mean_power_w(self, row: Rollup) -> float:
        return row.energy_wh / _HOURS[row.interval]


class SiteEnergySerializer(EvseEnergySerializer):
    """All EVSEs of a site together; `peak_power_w` is the highest mean over fifteen minutes."""

    class Meta(EvseEnergySerializer.Meta):
        model = SiteRollup


class EnergyFilter(filters.FilterSet):  # type: ignore[misc]
    interval = filters.ChoiceFilter(
        choices=Rollup.Interval.choices, method="by_interval", label="Left out: 15m. A day is one by UTC."
    )
    since = filters.IsoDateTimeFilter("start", lookup_expr="gte", label="First start.")
    until = filters.IsoDateTimeFilter("start", lookup_expr="lt", label="Before this start.")

    def filter_queryset(self, queryset: Any) -> Any:
        interval = self.form.cleaned_data.get("interval") or Rollup.Interval.QUARTER
        return super().filter_queryset(queryset.filter(interval=interval))

    def by_interval(self, queryset: Any, name: str, value: str) -> Any:
        return queryset


class _EnergyView(generics.ListAPIView[Any]):
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = EnergyFilter
    ordering = "start"


class EvseEnergyView(_EnergyView):
    """What an EVSE delivered, by quarters of an hour or days, oldest first; up to a minute behind."""

    queryset = EvseRollup.objects.none()
    serializer_class = EvseEnergySerializer

    def get_queryset(self) -> QuerySet[EvseRollup]:
        evse = get_object_or_404(visible_evses(self.request.user), pk=self.kwargs["id"])
        return EvseRollup.objects.filter(evse=evse)


class SiteEnergyView(_EnergyView):
    """What a site delivered, by quarters of an hour or days, oldest first; up to a minute behind."""

    queryset = SiteRollup.objects.none()
    serializer_class = SiteEnergySerializer

    def get_queryset(self) -> QuerySet[SiteRollup]:
        site = get_object_or_404(visible_sites(self.request.user), pk=self.kwargs["id"])
        return SiteRollup.objects.filter(site=site)
