"""One of each thing a station tells of itself, each with a text by which it is found again."""

from django.utils import timezone

from stations.models import (
    ConfigurationTemplate,
    CustomerInformation,
    DeviceEvent,
    DisplayMessage,
    EventStream,
    Monitor,
    Report,
    StreamValue,
    Variable,
)

TEXTS = ("VariableOf", "WantedOf", "EventOf", "MonitorOf", "MessageOf", "CustomerOf", "TemplateOf", "ValueOf")


def make(station, owner):
    """Rows for `station`; their texts end in `owner`."""
    now = timezone.now()
    template = ConfigurationTemplate.objects.create(
        organization=station.site.organization, name=f"TemplateOf{owner}", changed_at=now
    )
    component = "" if station.protocol == "ocpp1.6" else "Tested"
    variable = {"component": component, "name": f"VariableOf{owner}"}
    template.entries.create(**variable, value=f"WantedOf{owner}")
    Variable.objects.create(station=station, **variable, value="1", reported_at=now)
    place = {"station": station, "component": "Tested"}
    Monitor.objects.create(
        **place, name=f"MonitorOf{owner}", number=1, type="Delta", value=1, severity=8, reported_at=now
    )
    DeviceEvent.objects.create(
        **place,
        name="Temperature",
        number=1,
        at=now,
        received_at=now,
        trigger="Alerting",
        actual_value=f"EventOf{owner}",
        severity=2,
    )
    stream = EventStream.objects.create(station=station, number=1, monitor_number=1, opened_at=now)
    StreamValue.objects.create(stream=stream, at=now, value=f"ValueOf{owner}")
    DisplayMessage.objects.create(
        station=station, number=1, content=f"MessageOf{owner}", changed_at=now, state="installed"
    )
    report = Report.objects.create(
        station=station, kind=Report.Kind.CUSTOMER, request_id=1, asked_at=now, status="Accepted"
    )
    CustomerInformation.objects.create(report=report, station=station, texts={"0": f"CustomerOf{owner}"})
