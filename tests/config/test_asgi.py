"""The ASGI application's own part: sockets that are none, and the way pages are protected."""

import pytest
from channels.testing import WebsocketCommunicator

from config.asgi import application


async def _refusal(path, extensions):
    browser = WebsocketCommunicator(application, path)
    browser.scope["extensions"] = extensions
    await browser.send_input({"type": "websocket.connect"})
    return await browser.receive_output(timeout=60)


@pytest.mark.parametrize("path", ["/", "/nothing/", "/ocpp/", "/live/nothing/"])
async def test_a_websocket_path_that_is_none_is_answered_with_404(path):
    answer = await _refusal(path, {"websocket.http.response": {}})
    assert (answer["type"], answer["status"]) == ("websocket.http.response.start", 404)


async def test_a_server_that_cannot_say_404_closes():
    assert (await _refusal("/nothing/", {}))["type"] == "websocket.close"


async def test_a_browser_of_another_origin_gets_no_live_news(settings):
    settings.ALLOWED_HOSTS = ["busbar.example"]
    browser = WebsocketCommunicator(application, "/live/", headers=[(b"origin", b"https://evil.example")])
    connected, _ = await browser.connect(timeout=60)
    assert not connected


@pytest.mark.django_db
def test_pages_allow_no_inline_script_and_no_foreign_one(client):
    policy = client.get("/accounts/login/")["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
