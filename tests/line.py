"""A line to a server that can be cut as a network is: packets are lost both ways, and nobody is told."""

import ctypes
import socket
import struct
import threading
from contextlib import closing, suppress

import pytest

# Of Linux; the socket module does not name them.
SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
# A packet filter of one instruction: keep nothing. What it drops is neither acknowledged nor refused.
_RETURN_0 = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
_KEEP_NOTHING = struct.pack("HL", 1, ctypes.addressof(_RETURN_0))


class Line:
    """Listens on `port` of loopback and passes everything on to `address`; skips the test where it cannot be cut."""

    def __init__(self, address):
        self._address = address
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._ends = []
        self._is_cut = False
        self._lose(self._listener)
        self.mend()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """From now on nothing arrives, neither here nor there."""
        self._is_cut = True
        for each in (self._listener, *self._ends):
            self._lose(each)

    def mend(self):
        """New connections are made again; what there was stays lost to both ends until they give it up."""
        self._listener.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
        self._is_cut = False

    def close(self):
        for each in (self._listener, *self._ends):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    @staticmethod
    def _lose(each):
        try:
            each.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, _KEEP_NOTHING)
        except OSError as error:
            pytest.skip(f"packets cannot be lost here: {error}")

    def _accept(self):
        with suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                server = socket.create_connection(self._address)
                self._ends += [caller, server]
                for source, target in ((caller, server), (server, caller)):
                    threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source, target):
        with suppress(OSError), closing(target):
            while data := source.recv(65536):
                if not self._is_cut:
                    target.sendall(data)
