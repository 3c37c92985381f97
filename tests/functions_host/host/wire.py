"""HTTP/1.1 on a connection: heads, bodies, and what was read ahead. Used towards clients and towards handlers."""
import asyncio
from dataclasses import dataclass

MAX_HEAD = 64 * 1024
READ_SIZE = 64 * 1024


class WireClosed(Exception):
    """The other side ended the connection, or broke it. `begun`: within a message rather than before one."""

    def __init__(self, begun):
        super().__init__('the connection was closed')
        self.begun = begun


class BadMessage(Exception):
    """What was read is no HTTP; `status` is what a client is told."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


@dataclass
class Head:
    """A first line, split in three, and the headers in their order and spelling."""
    start: tuple
    headers: list

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name]

    def get(self, name, otherwise=None):
        values = self.all(name)
        return values[0] if values else otherwise

    def has_token(self, name, token):
        return token in [part.strip().lower() for value in self.all(name) for part in value.split(',')]

    def bytes(self):
        lines = [' '.join(self.start), *(f'{name}: {value}' for name, value in self.headers)]
        return ('\r\n'.join(lines) + '\r\n\r\n').encode('latin-1')


class Wire:
    def __init__(self, reader, writer):
        self._reader, self._writer = reader, writer
        self._ahead = bytearray()

    async def head(self):
        while (end := self._ahead.find(b'\r\n\r\n')) < 0:
            if len(self._ahead) > MAX_HEAD:
                raise BadMessage(431, 'the headers are too long')
            await self._fill(begun=bool(self._ahead))
        text = bytes(self._ahead[:end]).decode('latin-1')
        del self._ahead[:end + 4]
        return _parsed(text.lstrip('\r\n'))

    async def body(self, length):
        """Yields what there is of `length` bytes as it comes; of a chunked body for None."""
        if length is None:
            async for part in self._chunks():
                yield part
            return
        async for part in self._exactly(length):
            yield part

    async def rest(self):
        """Yields what comes until the other side closes."""
        while True:
            if self._ahead:
                yield self._take(len(self._ahead))
            try:
                await self._fill(begun=False)
            except WireClosed:
                return

    async def _exactly(self, length):
        while length:
            if not self._ahead:
                await self._fill(begun=True)
            part = self._take(length)
            length -= len(part)
            yield part

    async def _chunks(self):
        while size := await self._chunk_size():
            async for part in self._exactly(size):
                yield part
            await self._line()
        while await self._line():
            pass  # trailers

    async def _chunk_size(self):
        line = await self._line()
        try:
            return int(line.split(b';')[0].strip(), 16)
        except ValueError as error:
            raise BadMessage(400, 'a chunk without a size') from error

    async def _line(self):
        while (end := self._ahead.find(b'\r\n')) < 0:
            if len(self._ahead) > MAX_HEAD:
                raise BadMessage(400, 'a line without an end')
            await self._fill(begun=True)
        line = bytes(self._ahead[:end])
        del self._ahead[:end + 2]
        return line

    def _take(self, most):
        part = bytes(self._ahead[:most])
        del self._ahead[:most]
        return part

    async def _fill(self, begun):
        try:
            data = await self._reader.read(READ_SIZE)
        except OSError:
            data = b''
        if not data:
            raise WireClosed(begun)
        self._ahead += data

    async def ended(self):
        """Returns when the other side has gone; what it sends before, such as a next request, is kept."""
        try:
            while len(self._ahead) <= MAX_HEAD:
                await self._fill(begun=False)
        except WireClosed:
            return
        await asyncio.Event().wait()

    async def write(self, data):
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise WireClosed(begun=True) from error

    def has_said_something(self):
        """Whether there is something read ahead."""
        return bool(self._ahead)

    def peer(self):
        return self._writer.get_extra_info('peername')[0]

    def abort(self):
        self._writer.transport.abort()

    def close(self):
        self._writer.close()


def _parsed(text):
    first, *lines = text.split('\r\n')
    start = tuple(first.split(' ', 2))
    headers = []
    for line in lines:
        name, colon, value = line.partition(':')
        if not colon or not name or name != name.strip():
            raise BadMessage(400, 'a header without a name')
        headers.append((name, value.strip(' \t')))
    if len(start) < 2:
        raise BadMessage(400, 'no start line')
    return Head(start, headers)


def body_length(head):
    """The length of a message's body, None for a chunked one, False if nothing says so."""
    if head.has_token('transfer-encoding', 'chunked'):
        return None
    text = head.get('content-length')
    if text is None:
        return False
    if not text.isdigit():
        raise BadMessage(400, 'a Content-Length that is no number')
    return int(text)


def chunk(data):
    return b'%x\r\n%s\r\n' % (len(data), data)


LAST_CHUNK = b'0\r\n\r\n'
