"""OCPP 1.6 sections 5.15 SendLocalList, 5.10 GetLocalListVersion."""

from stations.domain.commands import CommandKind as Kind
from stations.domain.local_lists import Entry, Update
from stations.domain.times import parse, render
from stations.ocpp.router import Context, Payload, Request
from stations.ocpp.v16.routes import ROUTES
from stations.services import local_lists


@ROUTES.encodes(Kind.SEND_LOCAL_LIST)
def send_local_list(request: Request) -> tuple[str, Payload]:
    """A full list replaces what the charge point has; in a differential one an idTag without idTagInfo goes.

    Without entries the member is left out: a full one empties the list.
    """
    update, version = local_lists.update_to_send(work=request.work, station=request.station, values=request.values)
    payload: Payload = {"listVersion": version, "updateType": "Full" if update.is_full else "Differential"}
    gone = [{"idTag": entry.id_token} for entry in update.gone]
    if listed := [said(entry) for entry in update.entries] + gone:
        payload["localAuthorizationList"] = listed
    return "SendLocalList", payload


@ROUTES.encodes(Kind.GET_LOCAL_LIST_VERSION)
def get_local_list_version(request: Request) -> tuple[str, Payload]:
    return "GetLocalListVersion", {}


@ROUTES.reads("SendLocalList")
def read_send_local_list(context: Context, request: Payload, response: Payload) -> None:
    """What the charge point accepted is what it holds."""
    listed = request.get("localAuthorizationList", [])
    update = Update(
        is_full=request["updateType"] == "Full",
        entries=tuple(heard(item) for item in listed if "idTagInfo" in item),
        gone=tuple(Entry(item["idTag"]) for item in listed if "idTagInfo" not in item),
    )
    local_lists.answered(
        work=context.work,
        station=context.station,
        update=update,
        version=int(request["listVersion"]),
        word=response["status"],
    )


@ROUTES.reads("GetLocalListVersion")
def read_local_list_version(context: Context, request: Payload, response: Payload) -> None:
    """-1: the charge point knows no local lists; 0: it has none."""
    local_lists.version_told(work=context.work, station=context.station, version=int(response["listVersion"]))


def said(entry: Entry) -> Payload:
    """A token of a list as an entry on the wire."""
    info: Payload = {"status": entry.status}
    if entry.expires_at:
        info["expiryDate"] = entry.expires_at
    if entry.group:
        info["parentIdTag"] = entry.group
    return {"idTag": entry.id_token, "idTagInfo": info}


def heard(item: Payload) -> Entry:
    """An entry on the wire; the other way round."""
    info = item["idTagInfo"]
    return Entry(
        id_token=item["idTag"],
        status=info["status"],
        expires_at=render(parse(info["expiryDate"])) if "expiryDate" in info else "",
        group=info.get("parentIdTag", ""),
    )
