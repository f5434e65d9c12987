"""Tests reach this machine only: what would leave it fails at once, with the address in the message."""

import ipaddress
import socket

import pytest


class LeavesTheMachine(Exception):
    """A test tried to reach an address outside loopback."""


def _is_here(host):
    if host in ("localhost", "", "0.0.0.0", None) or host == socket.gethostname():
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def only_loopback():
    """Refuse to look up or connect to anything but this machine."""
    with pytest.MonkeyPatch.context() as patch:
        connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

        def checked(call):
            def guarded(self, address):
                if isinstance(address, tuple) and not _is_here(address[0]):
                    raise LeavesTheMachine(f"A test tried to connect to {address[0]}:{address[1]}.")
                return call(self, address)

            return guarded

        def checked_look_up(host, *args, **kwargs):
            name = host.decode() if isinstance(host, bytes) else host
            if not _is_here(name):
                raise LeavesTheMachine(f"A test tried to look up {name}.")
            return look_up(host, *args, **kwargs)

        patch.setattr(socket.socket, "connect", checked(connect))
        patch.setattr(socket.socket, "connect_ex", checked(connect_ex))
        patch.setattr(socket, "getaddrinfo", checked_look_up)
        yield
