"""From a request that a client was allowed to make to the handler's response on the client's connection (contract 4)."""
import asyncio

from . import headers
from .client_body import BodyTooLarge
from .wire import LAST_CHUNK, BadMessage, Head, WireClosed, body_length, chunk

ACTIVITY_TIMEOUT = 240
BREAK_AFTER = 0.1  # for a request to arrive before its connection is broken
RETRY_WAITS = (0.05, 0.1, 0.2, *[0.25] * 6)  # between the ten attempts


class ForwardingFailed(Exception):
    """No response of the handler's reached the client; its words say why."""


class ResponseBroken(Exception):
    """The response cannot be completed."""


class Exchange:
    """One request on its way. `body` is bytes that were read whole, or an async iterator of a chunked body's parts."""

    def __init__(self, client, head, body, instance, scale, break_first=False):
        """`break_first`: break the connection to the handler once, after the request, as a network may."""
        self._client, self._head, self._body, self._instance, self._scale = client, head, body, instance, scale
        self._break_first = break_first and body == b''
        self._activity = None
        self.status = None
        self.attempts = 0
        self.begun = False  # something of the response was given to the client
        self.keeps_client = False  # the client's connection can take another request

    async def forward(self, target, peer, public, invocation):
        """Raises ForwardingFailed while nothing has been sent to the client, else ResponseBroken."""
        self._request = self._for_handler(target, peer, public, invocation)
        try:
            async with asyncio.timeout(ACTIVITY_TIMEOUT * self._scale) as self._activity:
                await self._with_retries()
        except TimeoutError:
            why = 'nothing came from either side within the activity timeout'
            raise (ResponseBroken if self.begun else ForwardingFailed)(why) from None

    def _for_handler(self, target, peer, public, invocation):
        out = headers.for_handler(self._head.headers, self._instance.port, peer, public, invocation)
        if not isinstance(self._body, bytes):
            out.append(('Transfer-Encoding', 'chunked'))
        elif self._body or self._head.get('content-length') is not None:
            out.append(('Content-Length', str(len(self._body))))
        return Head((self._head.start[0], target, 'HTTP/1.1'), out).bytes()

    async def _with_retries(self):
        for wait in (*RETRY_WAITS, None):
            self.attempts += 1
            try:
                wire = await self._instance.pool.take()
            except OSError as error:
                why = f'connection refused ({error.strerror})'
            else:
                try:
                    await self._on(wire)
                    return
                except (WireClosed, BadMessage) as error:
                    if self.begun:
                        raise ResponseBroken(str(error)) from error
                    if self._body != b'' or self.status is not None:
                        # A body has been consumed and cannot be sent again.
                        raise ForwardingFailed(str(error)) from error
                    why = str(error)
            if wait is None:
                raise ForwardingFailed(why)
            await asyncio.sleep(wait * self._scale)

    async def _on(self, wire):
        upload, reusable = None, False
        try:
            await wire.write(self._request)
            if self._break_first and self.attempts == 1:
                await asyncio.sleep(BREAK_AFTER)
                raise WireClosed(begun=False)
            if self._body != b'':
                upload = asyncio.ensure_future(self._upload(wire))
            response = await self._response_head(wire)
            reusable = await self._respond(wire, response)
            reusable = reusable and (upload is None or upload.done())
            self.keeps_client = self.keeps_client and (upload is None or upload.done())
        finally:
            if upload and not upload.done():
                upload.cancel()
            if reusable:
                self._instance.pool.give(wire)
            else:
                wire.abort()

    async def _upload(self, wire):
        """Sends the body. What is wrong with the handler shows at its response, what is wrong with the client at its ClientBody."""
        try:
            if isinstance(self._body, bytes):
                await wire.write(self._body)
                return
            async for part in self._body:
                self._touch()
                await wire.write(chunk(part))
            await wire.write(LAST_CHUNK)
        except (WireClosed, BadMessage, BodyTooLarge):
            pass

    async def _response_head(self, wire):
        while True:
            head = await wire.head()
            self._touch()
            if not head.start[1].isdigit():
                raise BadMessage(502, 'a response without a status')
            if not 100 <= int(head.start[1]) < 200:
                return head

    async def _respond(self, wire, head):
        """Copies the response; whether the handler's connection can take another request."""
        self.status = int(head.start[1])
        bodiless = self._head.start[0] == 'HEAD' or self.status in (204, 304)
        length = 0 if bodiless else body_length(head)
        out, framed = self._for_client(head, length)
        ahead = out.bytes()
        # The response is not begun before there is something of its body.
        async for part in wire.rest() if length is False else wire.body(length):
            self._touch()
            await self._to_client(ahead + (chunk(part) if framed else part))
            ahead = b''
        await self._to_client(ahead + (LAST_CHUNK if framed else b''))
        return length is not False and not head.has_token('connection', 'close')

    def _for_client(self, head, length):
        """The head for the client, and whether the body goes in chunks."""
        out = headers.for_client(head.headers)
        given = head.get('content-length')
        if given is not None and self.status != 204:
            out.append(('Content-Length', given))
        old = self._head.start[2] == 'HTTP/1.0'
        framed = (length is None or length is False) and not old
        self.keeps_client = not self._head.has_token('connection', 'close') and not old
        if framed:
            out.append(('Transfer-Encoding', 'chunked'))
        if not self.keeps_client:
            out.append(('Connection', 'close'))
        return Head(('HTTP/1.1', *head.start[1:]), out), framed

    async def _to_client(self, data):
        if data:
            self.begun = True
            await self._client.write(data)

    def _touch(self):
        self._activity.reschedule(asyncio.get_running_loop().time() + ACTIVITY_TIMEOUT * self._scale)
