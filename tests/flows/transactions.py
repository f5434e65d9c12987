"""What chargers send of their transactions, written by hand: 1.6 messages, and TransactionEvents."""

from stations.domain.times import render
from stations.models import Fact, Session


async def start(charger, at, *, connector=1, meter=1000):
    payload = {"connectorId": connector, "idTag": "CARD-1", "meterStart": meter, "timestamp": render(at)}
    return (await charger.call("StartTransaction", payload))["transactionId"]


async def stop(charger, transaction_id, at, meter, **more):
    payload = {"transactionId": transaction_id, "timestamp": render(at), "meterStop": meter, **more}
    return await charger.call("StopTransaction", payload)


def value(at, register, *, unit=None, measurand=None, context=None):
    told = {"value": str(register), "unit": unit, "measurand": measurand, "context": context}
    return {"timestamp": render(at), "sampledValue": [{name: text for name, text in told.items() if text}]}


async def meter(charger, transaction_id, *values, connector=1):
    payload = {"connectorId": connector, "transactionId": transaction_id, "meterValue": list(values)}
    await charger.call("MeterValues", payload)


async def only(database):
    return await database(Session.objects.get)


async def facts(database, kind):
    return await database(lambda: list(Fact.objects.filter(kind=kind).order_by("id").values_list("data", flat=True)))


def event(kind, seq_no, at, register, *, transaction="T-1"):
    return {
        "eventType": kind,
        "timestamp": render(at),
        "triggerReason": "MeterValuePeriodic",
        "seqNo": seq_no,
        "transactionInfo": {"transactionId": transaction},
        "evse": {"id": 1, "connectorId": 1},
        "meterValue": [{"timestamp": render(at), "sampledValue": [{"value": register}]}],
    }
