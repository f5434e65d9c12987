"""What ingest is compared with: the same server program, with other consumers behind it.

`python -m uvicorn benchmarks.baselines:application` with one of these under BASELINE:

- `floor`: parses and validates what chargers say, and stores nothing
- `echo`: Channels' AsyncWebsocketConsumer, which sends back what comes
- `naive`: the `ocpp` package's ChargePoint in such a consumer, with one ORM `create` for each message;
  CONN_MAX_AGE is what `benchmarks.naive_settings` reads
"""

import logging
import os
from datetime import UTC, datetime
from typing import Any

from channels.consumer import AsyncConsumer
from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

django_application = get_asgi_application()

from ocpp import v16, v201  # noqa: E402
from ocpp.routing import on  # noqa: E402

from stations.models import MeterSample, Session  # noqa: E402
from stations.ocpp import protocols, rpc  # noqa: E402

# It tells each message at INFO.
logging.getLogger("ocpp").setLevel(logging.WARNING)

_NOW = {"current_time": "2026-01-01T00:00:00Z", "interval": 300, "status": "Accepted"}


class Floor(AsyncConsumer):
    async def dispatch(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.connect":
            self.protocol = protocols.negotiate(self.scope["subprotocols"])
            await self.base_send({"type": "websocket.accept", "subprotocol": self.protocol.name})
        elif message["type"] == "websocket.receive":
            call = rpc.parse(message["text"])
            self.protocol.route(call)
            await self.base_send({"type": "websocket.send", "text": rpc.result(call.id, {})})
        else:
            raise StopConsumer


class Echo(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept(self.scope["subprotocols"][0])

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.send(text_data)


class Naive(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        name = self.scope["subprotocols"][0]
        identity = self.scope["url_route"]["kwargs"]["identity"]
        charge_point = ChargePoint16 if name == "ocpp1.6" else ChargePoint201
        self.charge_point = charge_point(identity, self)
        session = Session.objects.only("station_id").get
        self.charge_point.session = await database_sync_to_async(session)(station__identity=identity)
        await self.accept(name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.charge_point.route_message(text_data)


async def _store(session: Session, meter_value: list[dict[str, Any]]) -> None:
    values = {value["measurand"]: value["value"] for value in meter_value[0]["sampled_value"]}
    await database_sync_to_async(MeterSample.objects.create)(
        station_id=session.station_id,
        session=session,
        at=meter_value[0]["timestamp"],
        received_at=datetime.now(UTC),
        energy_wh=values["Energy.Active.Import.Register"],
        power_w=values["Power.Active.Import"],
        current_a=values["Current.Import"],
        soc_percent=values["SoC"],
        values=str(meter_value),
    )


class ChargePoint16(v16.ChargePoint):
    session: Session

    @on("BootNotification")
    async def on_boot(self, **request: Any) -> Any:
        return v16.call_result.BootNotification(**_NOW)

    @on("MeterValues")
    async def on_meter_values(self, *, meter_value: list[dict[str, Any]], **request: Any) -> Any:
        await _store(self.session, meter_value)
        return v16.call_result.MeterValues()


class ChargePoint201(v201.ChargePoint):
    session: Session

    @on("BootNotification")
    async def on_boot(self, **request: Any) -> Any:
        return v201.call_result.BootNotification(**_NOW)

    @on("TransactionEvent")
    async def on_transaction_event(self, *, meter_value: list[dict[str, Any]], **request: Any) -> Any:
        await _store(self.session, meter_value)
        return v201.call_result.TransactionEvent()


_CONSUMERS = {"floor": Floor, "echo": Echo, "naive": Naive}
_consumer = _CONSUMERS[os.environ["BASELINE"]]
application = ProtocolTypeRouter(
    {"http": django_application, "websocket": URLRouter([path("ocpp/<identity>", _consumer.as_asgi())])}
)
