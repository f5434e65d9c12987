"""A station that boots is brought in line with what is enforced for it, over a real socket."""

import pytest
from django.utils import timezone

from stations import journal
from stations.models import ConfigurationTemplate, Fact, Station
from stations.selectors.configuration import drift_of
from stations.services import configuration


@pytest.fixture
def enforce(depot):
    """`enforce((component, name, value), ...)` makes a template for the depot that is enforced."""

    def make(*values):
        entries = [{"component": component, "name": name, "value": value} for component, name, value in values]
        row = ConfigurationTemplate(organization=depot.organization, name="Depot", changed_at=timezone.now())
        return configuration.save_template(template=row, entries=entries, is_enforced=True)

    return make


@pytest.fixture
def hear(database):
    """Let the subscribers hear of a fact of this kind, once it was recorded."""

    async def deliver(kind):
        unsettled = Fact.objects.filter(kind=kind, settled_at=None)
        await database.until(unsettled.exists, f"{kind} is recorded")
        await database(journal.deliver)

    return deliver


@pytest.mark.parametrize(
    ("protocol", "component", "interval", "read", "change"),
    [
        ("ocpp1.6", "", "MeterValueSampleInterval", "GetConfiguration", "ChangeConfiguration"),
        ("ocpp2.0.1", "SampledDataCtrlr", "TxUpdatedInterval", "GetVariables", "SetVariables"),
    ],
)
async def test_what_differs_is_repaired_after_a_boot(
    connect, enforce, hear, desk, database, protocol, component, interval, read, change
):
    async with connect(protocol) as charger:
        await database(lambda: enforce((component, interval, "45")))
        await database(journal.deliver)
        await charger.boot()
        await hear("station.booted")
        await charger.wait_for_call(read)
        await hear("configuration.told")
        await charger.wait_for_call(change)
        await charger.wait_until(lambda: charger.settings.meter_interval_s == 45, timeout_s=60)
        await database.until(lambda: _is_in_line("CP-1"), "the station is in line")
    shown = await desk.get("stations/CP-1/configuration/")
    assert (shown["differs"], shown["items"][0]["reported"], shown["items"][0]["drift"]) == (False, "45", "same")


def _is_in_line(identity):
    station = Station.objects.select_related("site").get(identity=identity)
    return all(item.drift == "same" for item in drift_of(station))


async def test_a_person_repairs_what_differs(connect, desk):
    """Over REST: a template, what it makes of the station, and its repair."""
    async with connect("ocpp1.6") as charger:
        await charger.boot()
        await desk.command("get_variables")
        entries = [{"name": "MeterValueSampleInterval", "value": "45"}, {"name": "NoSuchKey", "value": "1"}]
        template = await desk.post("configuration-templates/", {"name": "All", "vendor": "busbar", "entries": entries})
        (differing,) = await desk.list("stations/CP-1/variables/?drift=true")
        assert (differing["name"], differing["value"], differing["desired"]) == ("MeterValueSampleInterval", "30", "45")

        repaired = await desk.post("stations/CP-1/configuration/repair/", {})
        assert repaired["command"]["kind"] == "set_variables"
        for name in ("MeterValueSampleInterval", "NoSuchKey"):
            assert (await charger.wait_for_call("ChangeConfiguration")).payload["key"] == name
        last = (await desk.list(f"commands/?part_of={repaired['command']['id']}"))[0]["id"]
        await desk.command("clear_cache")
        assert (await desk.get(f"commands/{last}/"))["state"] == "rejected"

        shown = await desk.get("stations/CP-1/configuration/")
        assert {item["name"]: item["drift"] for item in shown["items"]} == {
            "MeterValueSampleInterval": "same",
            "NoSuchKey": "refused",
        }
        assert (await desk.post("stations/CP-1/configuration/repair/", {}))["command"] is None
        await desk.patch(f"configuration-templates/{template['id']}/", {"entries": entries[:1]})
        assert (await desk.get("stations/CP-1/configuration/"))["differs"] is False
        await desk.delete(f"configuration-templates/{template['id']}/")
        assert (await desk.get("stations/CP-1/configuration/"))["items"] == []
