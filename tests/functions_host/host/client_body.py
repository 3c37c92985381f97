"""A client's request body: read whole when its length was said, in parts when it is chunked (contract 4.2)."""
import asyncio

from .wire import BadMessage, WireClosed, body_length


class BodyTooLarge(Exception):
    """More than the host takes."""


class ClientBody:
    """Raises BodyTooLarge at once if the length that was said is over the limit."""

    def __init__(self, wire, head, limit):
        self._wire, self._limit = wire, limit
        self.length = body_length(head)
        self._expects = head.has_token('expect', '100-continue')
        self._read = asyncio.Event()
        self._failed = asyncio.Event()
        self.too_large = False
        if self.length and self.length > limit:
            raise BodyTooLarge

    async def open(self):
        """What the proxy sends: all the bytes, or an iterator of the parts."""
        if self._expects and self.length is not False:
            await self._wire.write(b'HTTP/1.1 100 Continue\r\n\r\n')
        if self.length is None:
            return self._parts()
        data = b''.join([part async for part in self._wire.body(self.length or 0)])
        self._read.set()
        return data

    async def trouble(self):
        """Returns when the client has gone, has sent too much, or something that is no body."""
        failed = asyncio.ensure_future(self._failed.wait())
        gone = asyncio.ensure_future(self._gone())
        try:
            await asyncio.wait([failed, gone], return_when=asyncio.FIRST_COMPLETED)
        finally:
            failed.cancel()
            gone.cancel()

    async def _gone(self):
        # Until the body has been read, who reads it sees the end.
        await self._read.wait()
        await self._wire.ended()

    async def _parts(self):
        size = 0
        try:
            async for part in self._wire.body(None):
                size += len(part)
                if size > self._limit:
                    self.too_large = True
                    self._failed.set()
                    raise BodyTooLarge
                yield part
        except (WireClosed, BadMessage):
            self._failed.set()
            raise
        self._read.set()
