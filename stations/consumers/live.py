"""The browser's socket: which groups a page listens to, and the nudges that reach it.

All nudges reach all of these sockets, many in one message; each passes on what its page may see and has asked for.
"""

import asyncio
import contextlib
import re
from typing import Any

from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.contrib.auth import get_user
from django.http import HttpRequest

from drivers.domain.roles import Permission
from drivers.models import User
from drivers.permissions import memberships_granting
from drivers.selectors import lacks_second_factor
from stations import live
from stations.selectors import visible_sessions, visible_sites, visible_stations

MAX_GROUPS = 60
_GROUP = re.compile(r"(station|site|organization|session)\.([0-9]{1,18})")


def visible_groups(user_id: int, names: list[str]) -> set[str]:
    """Those of the group `names` whose subject the person may see now; malformed names are none."""
    viewer = User.objects.filter(pk=user_id, is_active=True).first()
    asked: dict[str, set[int]] = {}
    for name in names:
        if match := _GROUP.fullmatch(name):
            asked.setdefault(match[1], set()).add(int(match[2]))
    if viewer is None or lacks_second_factor(viewer):
        return set()
    memberships = memberships_granting(viewer, Permission.VIEW_NETWORK)
    rows = {
        "station": visible_stations(viewer).values_list("pk", flat=True),
        "site": visible_sites(viewer).values_list("pk", flat=True),
        "session": visible_sessions(viewer).values_list("pk", flat=True),
        "organization": memberships.values_list("organization", flat=True),
    }
    columns = {"organization": "organization__in"}
    return {
        f"{kind}.{pk}" for kind, ids in asked.items() for pk in rows[kind].filter(**{columns.get(kind, "pk__in"): ids})
    }


def is_signed_out(user_id: int, session: Any) -> bool:
    """Whether the browser's `session` has been ended meanwhile, elsewhere or by a new password."""
    if session is None:
        return False
    request = HttpRequest()
    # Read anew: what the socket was opened with does not change.
    request.session = session.__class__(session.session_key)
    return get_user(request).pk != user_id


class LiveConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """`{"listen": [groups]}` in, `{"changed": group}` out. Only what the person may see is joined."""

    async def connect(self) -> None:
        self.joined: set[str] = set()
        self.wanted: list[str] = []
        self.renewal: asyncio.Task[None] | None = None
        user = self.scope.get("user")
        if not isinstance(user, User):
            await self.close()
            return
        self.user_id = user.pk
        await self.channel_layer.group_add(live.PAGES, self.channel_name)
        await self.accept()
        self.renewal = asyncio.create_task(self._renew())

    async def disconnect(self, code: int) -> None:
        if self.renewal:
            self.renewal.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.renewal
            await self.channel_layer.group_discard(live.PAGES, self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        listen = content.get("listen") if isinstance(content, dict) else None
        if not isinstance(listen, list):
            return
        self.wanted = [name for name in listen if isinstance(name, str)][:MAX_GROUPS]
        await self._join()
        await self._say()

    async def live_nudge(self, event: dict[str, Any]) -> None:
        """Nudges of stations.live."""
        for group in self.joined.intersection(event["groups"]):
            await self.send_json({"changed": group})

    async def live_person(self, event: dict[str, Any]) -> None:
        """What somebody may see has changed."""
        if event["user"] == self.user_id:
            await self._join()
            await self._say()

    async def _say(self) -> None:
        await self.send_json({"listening": sorted(self.joined)})

    async def _join(self) -> None:
        """Raises StopConsumer, the socket closed, for a browser that is signed out."""
        if await database_sync_to_async(is_signed_out)(self.user_id, self.scope.get("session")):
            await self.close()
            raise StopConsumer
        self.joined = await database_sync_to_async(visible_groups)(self.user_id, self.wanted)

    async def _renew(self) -> None:
        """Groups of the layer expire silently; and what the person may no longer see is dropped."""
        while True:
            await asyncio.sleep(min(getattr(self.channel_layer, "group_expiry", 86400) / 2, 600))
            await self.channel_layer.group_add(live.PAGES, self.channel_name)
            await self._join()
