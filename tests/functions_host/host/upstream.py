"""Connections to a handler, kept for the next request, one request on each at a time (contract 4.1)."""
import asyncio

from .wire import Wire

IDLE_SECONDS = 60


class Pool:
    def __init__(self, port, scale):
        self._port, self._scale = port, scale
        self._idle = []  # of _Idle

    async def take(self):
        """A connection that is idle, or a new one. Raises OSError if it is refused."""
        while self._idle:
            idle = self._idle.pop()
            if await idle.stop_watching() and idle.seconds() < IDLE_SECONDS * self._scale:
                return idle.wire
            idle.wire.abort()
        return Wire(*await asyncio.open_connection('127.0.0.1', self._port))

    def give(self, wire):
        self._idle.append(_Idle(wire))

    def drop(self):
        for idle in self._idle:
            idle.watch.cancel()
            idle.wire.abort()
        self._idle.clear()


class _Idle:
    """A connection that is watched, so that one that the handler has closed is known before it is used."""

    def __init__(self, wire):
        self.wire, self._since = wire, asyncio.get_running_loop().time()
        self.watch = asyncio.ensure_future(wire.ended())

    def seconds(self):
        return asyncio.get_running_loop().time() - self._since

    async def stop_watching(self):
        """Whether it can be used: not closed, and nothing said unasked."""
        self.watch.cancel()
        await asyncio.wait([self.watch])
        return self.watch.cancelled() and not self.wire.has_said_something()
