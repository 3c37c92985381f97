"""The MCP session of a client: its requests, its GET stream, and its answers to requests of the server."""
import asyncio
import dataclasses
import itertools
import json
import time
import typing

from .http import Broken, Connection, Event, Head

CAPABILITIES = {"roots": {"listChanged": True}, "sampling": {}, "elicitation": {}}

# A connection that was idle for longer is not used again, because the bridge may be closing it.
REUSED_WITHIN = 3.0


@dataclasses.dataclass
class Answer:
    """The outcome of one request whose client waited for it."""
    status: int
    message: dict[str, typing.Any] | None = None          # the JSON-RPC answer; None if the reply ended without one
    before: list[dict[str, typing.Any]] = dataclasses.field(default_factory=list)  # the other messages of its reply
    times_resumed: int = 0
    was_asked: bool = False  # the client had to answer a question of the server first
    fields: dict[str, str] = dataclasses.field(default_factory=dict)  # of the reply's head

    @property
    def result(self) -> dict[str, typing.Any] | None:
        return self.message.get("result") if self.message else None

    @property
    def error(self) -> dict[str, typing.Any]:
        return self.message.get("error", {}) if self.message else {}


class Refused(Exception):
    """The session could not be opened. The text says why."""


class Session:
    """`hear` is called first with every message, and with the name of the stream on which the message arrived."""

    def __init__(self, port: int, revision: str, hear: typing.Callable[[str, dict], None] = lambda way, message: None,
                 client: str = "crowd"):
        self.port = port
        self.revision = revision
        self.id = ""
        self.hear = hear
        self.client = client
        self.ids = itertools.count(1)
        self.last_heard = ""  # the id of the GET stream's last event
        # Answers the server's requests: method and params to a result.
        self.reply_to: typing.Callable[[str, dict], dict] = lambda method, params: {}
        self.listens = asyncio.Event()
        self._free: list[tuple[float, Connection]] = []
        self._answering: set[asyncio.Task] = set()

    @property
    def is_resumable(self) -> bool:
        return self.revision >= "2025-11-25"

    def fields(self, accept: str = "application/json, text/event-stream") -> dict[str, str]:
        out = {"Accept": accept, "Content-Type": "application/json"}
        if self.id:
            out |= {"Mcp-Session-Id": self.id, "MCP-Protocol-Version": self.revision}
        return out

    # ---- life

    async def open(self) -> dict[str, typing.Any]:
        params = {"protocolVersion": self.revision, "capabilities": CAPABILITIES,
                  "clientInfo": {"name": self.client, "version": "1"}}
        answer = await self.request("initialize", params)
        if answer.result is None:
            raise Refused(answer.error.get("message", f"status {answer.status}"))
        await self.notify("notifications/initialized")
        return answer.result

    async def close(self) -> int:
        """Closes the session with DELETE. Returns the status."""
        line = await self._line()
        await line.send("DELETE", self.fields())
        head = await line.head()
        await line.body(head)
        self._give_back(line, head)
        self.forget()
        return head.status

    def forget(self):
        """Closes all connections, without DELETE. Streams that are being read end by themselves."""
        for _, line in self._free:
            line.leave()
        self._free.clear()

    # ---- messages

    async def request(self, method: str, params: dict | None = None, request_id: typing.Any = None,
                      line: Connection | None = None) -> Answer:
        """Sends a request and waits for its outcome. If the stream breaks and the revision allows it, resumes the stream."""
        if request_id is None:
            request_id = next(self.ids)
        line, head = await self.post(
            {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params or {}}, line)
        if method == "initialize" and head.status == 200:
            self.id = head.fields.get("mcp-session-id", "")
        answer = Answer(head.status, fields=head.fields)
        if not head.is_stream:
            body = await line.body(head)
            self._give_back(line, head)
            message = json.loads(body) if body else None
            if message is not None:
                self.take("reply", message, answer, request_id)
            return answer
        last = await self._read_reply(line, head, answer, request_id)
        while answer.message is None and last and self.is_resumable:
            line, head = await self.get(last)
            if head.status == 405:
                await line.body(head)
                self._give_back(line, head)
                break
            if head.status != 200:
                raise Broken(f"resuming after {last} was answered {head.status}")
            answer.times_resumed += 1
            last = await self._read_reply(line, head, answer, request_id) or last
        return answer

    async def _read_reply(self, line: Connection, head: Head, answer: Answer, request_id: typing.Any) -> str:
        """Returns the id of the last event."""
        last = ""
        async for event in line.events():
            last = event.id or last
            if event.data:
                self.take("reply", json.loads(event.data), answer, request_id)
        self._give_back(line, head)
        return last

    def take(self, way: str, message: dict[str, typing.Any], answer: Answer | None, request_id: typing.Any = None):
        self.hear(way, message)
        if "method" in message:
            if answer is not None:
                answer.before.append(message)
            if "id" in message:
                task = asyncio.create_task(self._answer(message))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)
        elif answer is None:
            raise Broken(f"an answer on the {way} stream: {str(message)[:200]}")
        elif answer.message is not None:
            raise Broken(f"answered twice: {str(answer.message)[:200]} and {str(message)[:200]}")
        elif message.get("id") != request_id or type(message.get("id")) is not type(request_id):
            if not (message.get("id") is None and answer.status >= 400):
                raise Broken(f"asked as {request_id!r}, answered as {message.get('id')!r}")
            answer.message = message
        else:
            answer.message = message

    async def _answer(self, message: dict[str, typing.Any]):
        result = self.reply_to(message["method"], message.get("params", {}))
        try:
            await self.tell({"jsonrpc": "2.0", "id": message["id"], "result": result})
        except Broken:
            pass  # the call of the server that waits for this answer fails and reports it

    async def notify(self, method: str, params: dict | None = None) -> int:
        message = {"jsonrpc": "2.0", "method": method}
        return await self.tell(message | {"params": params} if params is not None else message)

    async def tell(self, message: dict[str, typing.Any]) -> int:
        """Sends a message that gets no answer. Returns the status."""
        line, head = await self.post(message)
        await line.body(head)
        self._give_back(line, head)
        return head.status

    async def post(self, message: dict[str, typing.Any], line: Connection | None = None) -> tuple[Connection, Head]:
        line = line or await self._line()
        await line.send("POST", self.fields(), json.dumps(message).encode())
        return line, await line.head()

    @staticmethod
    def decode(text: str | bytes) -> dict[str, typing.Any]:
        return json.loads(text)

    # ---- the GET stream

    def general_events(self, line: Connection) -> typing.AsyncIterator[Event]:
        """The events of a GET stream. If the client asked for a version before 2025-11-25, the bridge ends the stream without a last chunk,
        because some clients of that time read no further stream after a clean end (docs/interop.md)."""
        return line.events(needs_last=self.is_resumable)

    async def get(self, last_event_id: str = "") -> tuple[Connection, Head]:
        line = await Connection.open(self.port)
        fields = self.fields("text/event-stream") | ({"Last-Event-ID": last_event_id} if last_event_id else {})
        await line.send("GET", fields)
        return line, await line.head()

    async def listen(self, heard: typing.Callable[[dict], None] = lambda message: None):
        """Reads the session's GET stream until it is cancelled or the session has ended. Reconnects when the stream closes.
        A later call continues after the last event."""
        while True:
            line, head = await self.get(self.last_heard if self.is_resumable else "")
            try:
                if head.status in (404, 405):
                    return
                if head.status != 200:
                    raise Broken(f"GET was answered {head.status}")
                self.listens.set()
                async for event in self.general_events(line):
                    self.last_heard = event.id or self.last_heard
                    if event.data:
                        message = json.loads(event.data)
                        self.take("GET", message, None)
                        heard(message)
            finally:
                line.reset()
            await asyncio.sleep(0.02)

    # ---- connections

    async def _line(self) -> Connection:
        while self._free:
            since, line = self._free.pop()
            if time.monotonic() - since < REUSED_WITHIN and not line.is_closed:
                return line
            line.leave()
        return await Connection.open(self.port)

    def _give_back(self, line: Connection, head: Head):
        if head.keeps_alive and not line.is_closed:
            self._free.append((time.monotonic(), line))
        else:
            line.leave()
