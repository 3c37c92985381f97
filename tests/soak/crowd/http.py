"""The part of HTTP/1.1 that MCP needs, over a connection that can be closed or broken at any point."""
import asyncio
import dataclasses
import socket
import struct
import typing

# Seconds after which every wait for the bridge ends. On a busy machine too, no answer of a child takes that long.
PATIENCE = 30.0

# Bytes that asyncio reads from the kernel ahead of the program.
READ_AHEAD = 256 * 1024


class Broken(Exception):
    """Instead of sending an answer, the connection ended, stayed silent, or sent bytes that are not HTTP."""


class Unfinished(Broken):
    """The connection ended before the part of the message that was due. `rest` is what came of that part."""

    def __init__(self, rest: bytes):
        super().__init__(f"closed after {rest[-80:]!r}")
        self.rest = rest


@dataclasses.dataclass
class Head:
    status: int
    fields: dict[str, str]

    @property
    def is_stream(self) -> bool:
        return self.fields.get("content-type", "").startswith("text/event-stream")

    @property
    def is_chunked(self) -> bool:
        return self.fields.get("transfer-encoding", "").lower() == "chunked"

    @property
    def length(self) -> int:
        return int(self.fields.get("content-length", "0"))

    @property
    def keeps_alive(self) -> bool:
        return self.fields.get("connection", "").lower() != "close"


@dataclasses.dataclass
class Event:
    """One server-sent event. An event without data only sets the position for resuming."""
    id: str
    data: str


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int, receive_buffer: int = 0) -> "Connection":
        """With a small `receive_buffer`, bytes that the client does not read soon stay in the bridge."""
        line = socket.socket()
        line.setblocking(False)
        if receive_buffer:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
                reader, writer = await asyncio.open_connection(sock=line, limit=receive_buffer or READ_AHEAD)
        except (OSError, TimeoutError) as error:
            line.close()
            raise Broken(f"no connection: {error!r}") from error
        return cls(reader, writer)

    # ---- towards the bridge

    async def send(self, method: str, fields: dict[str, str], body: bytes = b"", path: str = "/mcp"):
        await self.send_bytes(request(method, fields, body, path))

    async def send_bytes(self, data: bytes):
        try:
            async with asyncio.timeout(PATIENCE):
                self._writer.write(data)
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            raise Broken(f"could not send: {error!r}") from error

    # ---- from the bridge

    async def head(self) -> Head:
        first, *lines = (await self._read(self._reader.readuntil(b"\r\n\r\n"))).decode("latin-1")[:-4].split("\r\n")
        words = first.split(" ", 2)
        if len(words) < 2 or words[0] != "HTTP/1.1" or not words[1].isdigit():
            raise Broken(f"no status line: {first[:80]!r}")
        fields = dict(line.split(": ", 1) for line in lines)
        return Head(int(words[1]), {name.lower(): value for name, value in fields.items()})

    async def body(self, head: Head) -> bytes:
        if not head.is_chunked:
            return await self._read(self._reader.readexactly(head.length))
        return b"".join([chunk async for chunk in self.chunks()])

    async def chunks(self, needs_last: bool = True) -> typing.AsyncIterator[bytes]:
        """Without `needs_last`, the connection may end between two chunks instead of sending the last one."""
        while True:
            try:
                line = await self._read(self._reader.readuntil(b"\r\n"))
            except Unfinished as error:
                if needs_last or error.rest:
                    raise
                return
            try:
                size = int(line, 16)
            except ValueError:
                raise Broken(f"no chunk size: {line[:80]!r}") from None
            data = await self._read(self._reader.readexactly(size + 2))
            if data[-2:] != b"\r\n":
                raise Broken("a chunk without its line end")
            if size == 0:
                return
            yield data[:-2]

    async def events(self, needs_last: bool = True) -> typing.AsyncIterator[Event]:
        """The parameter is that of `chunks`."""
        rest = b""
        async for chunk in self.chunks(needs_last):
            *blocks, rest = (rest + chunk).split(b"\n\n")
            for block in blocks:
                if (event := _event(block.decode())) is not None:
                    yield event
        # A comment is a line by itself; an empty line need not follow it.
        if any(line and not line.startswith(b":") for line in rest.split(b"\n")):
            raise Broken(f"half an event: {rest[:80]!r}")

    async def _read(self, reading: typing.Awaitable[bytes]) -> bytes:
        try:
            async with asyncio.timeout(PATIENCE):
                return await reading
        except TimeoutError:
            raise Broken(f"silence for {PATIENCE:g} s") from None
        except asyncio.IncompleteReadError as error:
            raise Unfinished(error.partial) from error
        except (OSError, asyncio.LimitOverrunError) as error:
            raise Broken(f"could not read: {error!r}") from error

    # ---- the end

    @property
    def is_closed(self) -> bool:
        return self._reader.at_eof() or self._writer.is_closing()

    def leave(self):
        """Closes the connection, as a client does at its end."""
        self._writer.close()

    def reset(self):
        """Breaks the connection: unread bytes are lost, and the bridge gets a reset."""
        line = self._writer.get_extra_info("socket")
        if not self._writer.is_closing():
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def stop_reading(self):
        self._writer.transport.pause_reading()


def request(method: str, fields: dict[str, str], body: bytes, path: str = "/mcp") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in fields.items())]
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _event(block: str) -> Event | None:
    """None for a comment."""
    found = {"id": "", "data": None}
    for line in block.split("\n"):
        name, _, value = line.partition(":")
        if name == "data" and found["data"] is not None:
            found["data"] += "\n" + value.removeprefix(" ")
        elif name in found:
            found[name] = value.removeprefix(" ")
    return None if found["data"] is None else Event(found["id"], found["data"])
