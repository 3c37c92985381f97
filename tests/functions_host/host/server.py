"""The public port: which requests reach a handler, and what the others are told (contract 1.3, 4.4, 4.5, 5)."""
import asyncio
import random
import time
import uuid

from . import headers
from .client_body import BodyTooLarge, ClientBody
from .instance import HostMustStop
from .proxy import Exchange, ForwardingFailed, ResponseBroken
from .routes import is_reserved
from .wire import BadMessage, Wire, WireClosed

REASONS = {100: 'Continue', 400: 'Bad Request', 401: 'Unauthorized', 404: 'Not Found', 413: 'Payload Too Large',
           431: 'Request Header Fields Too Large', 500: 'Internal Server Error', 502: 'Bad Gateway'}


class Answer(Exception):
    """The host answers itself, with this status and an empty body; `close`: the connection cannot go on."""

    def __init__(self, status, close=False):
        super().__init__(status)
        self.status, self.close = status, close


class Server:
    """`choices` are those of the command line. `give_up` is called with a HostMustStop."""

    def __init__(self, settings, authorization, instances, record, choices, give_up):
        self._settings, self._authorization, self._instances, self._record = settings, authorization, instances, record
        self._choices, self._scale, self._give_up = choices, choices.time_scale, give_up
        self._invocations = set()  # tasks of the requests that a handler has to answer

    async def listen(self, address, port):
        return await asyncio.start_server(self._connection, address, port)

    async def answered(self, seconds):
        """Waits until no request is under way."""
        if self._invocations:
            await asyncio.wait(self._invocations, timeout=seconds)

    async def _connection(self, reader, writer):
        wire = Wire(reader, writer)
        try:
            while await self._request(wire):
                pass
            wire.close()
        except (WireClosed, ResponseBroken):
            wire.abort()
        except asyncio.CancelledError:
            wire.abort()  # the host stops

    async def _request(self, wire):
        """One request; whether the connection can take another."""
        try:
            head = await wire.head()
            if len(head.start) != 3 or not head.start[1].startswith('/') or head.start[2] not in ('HTTP/1.1', 'HTTP/1.0'):
                raise BadMessage(400, 'no request line of HTTP/1')
        except BadMessage as bad:
            await _answer(wire, bad.status, close=True)
            return False
        self._invocations.add(asyncio.current_task())
        try:
            return await self._admitted(wire, head)
        except Answer as answer:
            self._record.event('refused', method=head.start[0], path=head.start[1].partition('?')[0], status=answer.status)
            close = answer.close or head.has_token('connection', 'close') or head.start[2] == 'HTTP/1.0'
            await _answer(wire, answer.status, close)
            return not close
        finally:
            self._invocations.discard(asyncio.current_task())

    async def _admitted(self, wire, head):
        method, target, _ = head.start
        path, _, query = target.partition('?')
        path = headers.normalised(path)
        unread = head.get('content-length', '0') != '0' or head.get('transfer-encoding') is not None
        if is_reserved(path):
            raise Answer(404, unread)
        function = next((one for one in self._settings.functions if method in one.methods and one.route.matches(path)), None)
        if function is None or function.disabled:
            raise Answer(404, unread)
        if not self._authorization.allows(function, head.headers, query):
            raise Answer(401, unread)
        try:
            body = ClientBody(wire, head, self._settings.body_limit)
        except BodyTooLarge:
            raise Answer(413, True) from None
        except BadMessage as bad:
            raise Answer(bad.status, True) from bad
        return await self._invoke(wire, head, body, function, path + target[len(target.partition('?')[0]):])

    async def _invoke(self, wire, head, body, function, target):
        data = await body.open()
        invocation = _Invocation(self._record, function, head, target)
        instance = random.choice(self._instances)
        instance.wanted.set()
        exchange = Exchange(wire, head, data, instance, self._scale, self._choices.break_first)
        work = asyncio.ensure_future(self._ready_then_forward(exchange, wire, head, target, invocation.id, instance))
        trouble = asyncio.ensure_future(body.trouble())
        limit = self._settings.function_timeout
        try:
            await asyncio.wait([work, trouble], timeout=None if limit is None else limit * self._scale, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return self._outcome(work, exchange, invocation, instance)
            return await self._cut_short(trouble.done(), body, exchange, invocation, instance)
        finally:
            for task in (work, trouble):
                task.cancel()
            await asyncio.wait([work, trouble])
            if not work.cancelled():
                work.exception()  # it has been seen, or comes too late to matter

    async def _ready_then_forward(self, exchange, wire, head, target, invocation, instance):
        await instance.ready()
        public = headers.public_place(head, self._choices.azure)
        await exchange.forward(target, wire.peer(), public, invocation)

    def _outcome(self, work, exchange, invocation, instance):
        error = work.exception()
        invocation.ended('failed' if error else 'done', exchange, instance, error)
        if error is None:
            return exchange.keeps_client
        if isinstance(error, HostMustStop):
            self._give_up(error)
            # In Azure the host is behind a gateway, which sees the connection of a host that ends, and says so.
            raise Answer(502 if self._choices.azure else 500, True)
        if isinstance(error, ForwardingFailed):
            raise Answer(500, True)
        raise error

    async def _cut_short(self, trouble, body, exchange, invocation, instance):
        """The client left, sent too much, or the function has taken too long."""
        if trouble:
            invocation.ended('too large' if body.too_large else 'client left', exchange, instance, None)
            if body.too_large and not exchange.begun:
                raise Answer(413, True)
            raise WireClosed(begun=True)
        self._record.log('Error', f'Timeout value of {self._settings.function_timeout:g} s exceeded by function '
                                  f"'Functions.{invocation.function}' (Id: '{invocation.id}'). Initiating cancellation.")
        invocation.ended('timed out', exchange, instance, ForwardingFailed('the function took too long'))
        await instance.restart()
        if exchange.begun:
            raise WireClosed(begun=True)
        raise Answer(500, True)


class _Invocation:
    """What the host logs about a request; never its query, in which a key can stand."""

    def __init__(self, record, function, head, target):
        self._record, self.function, self.id = record, function.name, str(uuid.uuid4())
        self._method, self._path, self._began = head.start[0], target.partition('?')[0], time.monotonic()
        record.log('Information', f"Executing 'Functions.{self.function}' (Reason='This function was programmatically called via the host APIs.', "
                                  f'Id={self.id})', category=f'Function.{self.function}')

    def ended(self, how, exchange, instance, error):
        took = round((time.monotonic() - self._began) * 1000)
        self._record.event('request', id=self.id, method=self._method, path=self._path, outcome=how, status=exchange.status,
                           attempts=exchange.attempts, handler=instance.number, milliseconds=took, why=str(error) if error else None)
        word = 'Failed' if error else 'Succeeded'
        self._record.log('Error' if error else 'Information', f"Executed 'Functions.{self.function}' ({word}, Id={self.id}, Duration={took}ms)"
                         + (f': {error}' if error else ''), category='Host' if error else f'Function.{self.function}')


async def _answer(wire, status, close):
    lines = [f'HTTP/1.1 {status} {REASONS[status]}', 'Content-Length: 0', *(['Connection: close'] if close else [])]
    await wire.write(('\r\n'.join(lines) + '\r\n\r\n').encode())
