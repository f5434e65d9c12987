"""OCPP 2.0.1 block D: local authorization list management."""

from stations.domain.commands import CommandKind as Kind
from stations.domain.local_lists import Entry, Update
from stations.domain.times import parse, render
from stations.ocpp.router import Context, Payload, Request
from stations.ocpp.v201.routes import ROUTES
from stations.services import local_lists


@ROUTES.encodes(Kind.SEND_LOCAL_LIST)
def send_local_list(request: Request) -> tuple[str, Payload]:
    """D01. Without entries the member is left out (D01.FR.04, D01.FR.05); one without idTokenInfo goes (D01.FR.17)."""
    update, version = local_lists.update_to_send(work=request.work, station=request.station, values=request.values)
    payload: Payload = {"versionNumber": version, "updateType": "Full" if update.is_full else "Differential"}
    gone = [{"idToken": {"idToken": entry.id_token, "type": entry.type or "ISO14443"}} for entry in update.gone]
    if listed := [said(entry) for entry in update.entries] + gone:
        payload["localAuthorizationList"] = listed
    return "SendLocalList", payload


@ROUTES.encodes(Kind.GET_LOCAL_LIST_VERSION)
def get_local_list_version(request: Request) -> tuple[str, Payload]:
    """D02."""
    return "GetLocalListVersion", {}


@ROUTES.reads("SendLocalList")
def read_send_local_list(context: Context, request: Payload, response: Payload) -> None:
    """D01: what the station accepted is what it holds."""
    listed = request.get("localAuthorizationList", [])
    update = Update(
        is_full=request["updateType"] == "Full",
        entries=tuple(heard(item) for item in listed if "idTokenInfo" in item),
        gone=tuple(
            Entry(item["idToken"]["idToken"], item["idToken"]["type"]) for item in listed if "idTokenInfo" not in item
        ),
    )
    local_lists.answered(
        work=context.work,
        station=context.station,
        update=update,
        version=int(request["versionNumber"]),
        word=response["status"],
    )


@ROUTES.reads("GetLocalListVersion")
def read_local_list_version(context: Context, request: Payload, response: Payload) -> None:
    """D02: 0 says that no list is installed."""
    local_lists.version_told(work=context.work, station=context.station, version=int(response["versionNumber"]))


def said(entry: Entry) -> Payload:
    """A token of a list as an entry on the wire."""
    info: Payload = {"status": entry.status}
    if entry.expires_at:
        info["cacheExpiryDateTime"] = entry.expires_at
    if entry.priority is not None:
        info["chargingPriority"] = entry.priority
    if entry.language:
        info["language1"] = entry.language
    if entry.group:
        info["groupIdToken"] = {"idToken": entry.group, "type": entry.type}
    return {"idToken": {"idToken": entry.id_token, "type": entry.type}, "idTokenInfo": info}


def heard(item: Payload) -> Entry:
    """An entry on the wire; the other way round."""
    token, info = item["idToken"], item["idTokenInfo"]
    priority = info.get("chargingPriority")
    return Entry(
        id_token=token["idToken"],
        type=token["type"],
        status=info["status"],
        expires_at=render(parse(info["cacheExpiryDateTime"])) if "cacheExpiryDateTime" in info else "",
        group=info.get("groupIdToken", {}).get("idToken", ""),
        language=info.get("language1", ""),
        priority=None if priority is None else int(priority),
    )
