"""Connections to a handler, kept for the next request, one request on each at a time (contract 4.1)."""
import asyncio

from .wire import Wire

IDLE_SECONDS = 60


class Pool:
    def __init__(self, port, scale):
        self._port, self._scale = port, scale
        self._idle = []  # (wire, when it became idle)

    async def take(self):
        """A connection that is idle, or a new one. Raises OSError if it is refused."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            wire, since = self._idle.pop()
            if wire.usable() and now - since < IDLE_SECONDS * self._scale:
                return wire
            wire.abort()
        return Wire(*await asyncio.open_connection('127.0.0.1', self._port))

    def give(self, wire):
        self._idle.append((wire, asyncio.get_running_loop().time()))

    def drop(self):
        for wire, _ in self._idle:
            wire.abort()
        self._idle.clear()
