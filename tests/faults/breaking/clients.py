"""Clients over Streamable HTTP and HTTP+SSE: the outcome of each request, and a stream that breaks and is resumed."""
import asyncio
import dataclasses
import itertools
import json
import time
import typing
import urllib.parse

from crowd.http import Broken, Connection
from crowd.mcp import CAPABILITIES, Answer, Session

from .rules import Expected, Kind

# Seconds after which every wait for an answer ends. All bounds of the rules are far shorter.
PATIENCE = 15.0


@dataclasses.dataclass
class Outcome:
    """The outcome of a request."""
    kind: Kind | None     # None for an outcome that the rules do not know
    seconds: float
    text: str = ""

    def fault(self, expected: Expected, slack: float) -> str:
        """The difference to the expected outcome; empty if there is none."""
        if self.kind is not expected.kind or expected.words not in self.text:
            return f"expected {expected}, got {self}"
        if self.seconds > expected.within + slack:
            return f"expected {expected}, got it after {self.seconds:.1f} s"
        return ""

    def __str__(self) -> str:
        return f"{self.kind.value if self.kind else 'something else'} after {self.seconds:.1f} s: {self.text[:300]!r}"


def kind_of(answer: Answer, is_right: typing.Callable[[dict], bool]) -> tuple[Kind | None, str]:
    if answer.result is not None:
        return (Kind.RIGHT if is_right(answer.result) else None), str(answer.result)[:200]
    text = str(answer.error.get("message", answer.message))
    if answer.status == 503 and "retry-after" in answer.fields:
        return Kind.UNAVAILABLE, text
    by_code = {-32603: Kind.LOST, -32001: Kind.TIMED_OUT, -32000: Kind.REFUSED}
    return (by_code.get(answer.error.get("code")) if answer.status == 200 else None), f"{answer.status} {text}"


async def outcome_of(asking: typing.Awaitable[Answer], is_right: typing.Callable[[dict], bool] = lambda result: True) -> Outcome:
    began = time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await asking
    except (Broken, TimeoutError) as error:
        return Outcome(None, time.monotonic() - began, repr(error))
    kind, text = kind_of(answer, is_right)
    return Outcome(kind, time.monotonic() - began, text)


class Client:
    """The common part of both clients. Each call has a mark of its own, and its right answer has the same mark."""
    marks = itertools.count(1)

    def tool(self, name: str, arguments: dict, meta: dict | None = None) -> tuple[dict, typing.Callable[[dict], bool]]:
        mark = f"mark-{next(Client.marks)}-"
        params = {"name": name, "arguments": arguments | {"mark": mark}} | ({"_meta": meta} if meta else {})
        has_mark = name in ("echo", "slow")
        return params, lambda result: not has_mark or mark in json.dumps(result)

    async def call(self, name: str, arguments: dict | None = None) -> Outcome:
        params, is_right = self.tool(name, arguments or {})
        return await outcome_of(self.ask("tools/call", params), is_right)

    async def echo(self) -> Outcome:
        return await self.call("echo")

    async def initialize(self) -> Outcome:
        params = {"protocolVersion": "2025-11-25", "capabilities": CAPABILITIES,
                  "clientInfo": {"name": "faults", "version": "1"}}
        out = await outcome_of(self.ask("initialize", params), lambda result: "serverInfo" in result)
        if out.kind is Kind.RIGHT:
            await self.tell("notifications/initialized")
        return out

    async def ask(self, method: str, params: dict) -> Answer:
        raise NotImplementedError

    async def tell(self, method: str):
        raise NotImplementedError


class Streamable(Client):
    def __init__(self, port: int):
        self.session = Session(port, "2025-11-25", client="faults")
        self.session.hear = self._hear
        self.has_progress = asyncio.Event()
        self.heard: list[dict] = []
        self.listening: asyncio.Task | None = None

    def _hear(self, way: str, message: dict):
        if message.get("method") == "notifications/progress":
            self.has_progress.set()

    async def ask(self, method: str, params: dict) -> Answer:
        return await self.session.request(method, params)

    async def tell(self, method: str):
        await self.session.notify(method)

    async def attach(self):
        """Opens the GET stream and reads it until the client leaves."""
        self.listening = asyncio.create_task(self.session.listen(self.heard.append))
        async with asyncio.timeout(PATIENCE):
            await self.session.listens.wait()

    async def begin(self) -> "Broken_off":
        """Begins a call whose reply is a stream, and breaks the stream at its first message."""
        params, _ = self.tool("progress", {"count": 6, "ms": 100}, {"progressToken": "p"})
        message = {"jsonrpc": "2.0", "id": "left", "method": "tools/call", "params": params}
        line, head = await self.session.post(message, await Connection.open(self.session.port))
        last = ""
        if head.is_stream:
            async for event in line.events():
                last = event.id or last
                if event.data:
                    break
        line.reset()
        return Broken_off(self, last)

    async def come_back(self, last: str) -> Answer:
        answer = Answer(200)
        while answer.message is None:
            line, head = await self.session.get(last)
            if head.status != 200:
                raise Broken(f"resuming after {last!r} was answered {head.status}")
            async for event in line.events():
                last = event.id or last
                if event.data:
                    self.session.take("reply", json.loads(event.data), answer, "left")
            line.leave()
        return answer

    def leave(self):
        if self.listening is not None:
            self.listening.cancel()
        self.session.forget()


@dataclasses.dataclass
class Broken_off:
    """A call whose stream has broken."""
    client: Streamable
    last: str

    async def finish(self) -> Outcome:
        return await outcome_of(self.client.come_back(self.last), lambda result: "finished" in json.dumps(result))


class Sse(Client):
    """A client of HTTP+SSE: all answers arrive on its only stream."""

    def __init__(self, port: int):
        self.port = port
        self.ids = itertools.count(1)
        self.waiting: dict[int, asyncio.Future] = {}
        self.endpoint = ""
        self.stream_id = ""
        self.has_endpoint = asyncio.Event()
        self.strays: list[str] = []
        self.line: Connection | None = None
        self.reading: asyncio.Task | None = None
        self.left: asyncio.Task | None = None

    async def connect(self):
        self.line = await Connection.open(self.port)
        fields = {"Accept": "text/event-stream"} | ({"Last-Event-ID": self.stream_id} if self.stream_id else {})
        await self.line.send("GET", fields, path="/sse")
        head = await self.line.head()
        if head.status != 200:
            raise Broken(f"GET /sse was answered {head.status}")
        self.has_endpoint.clear()
        self.reading = asyncio.create_task(self._read(self.line))
        async with asyncio.timeout(PATIENCE):
            await self.has_endpoint.wait()

    async def _read(self, line: Connection):
        try:
            async for event in line.events():
                if not event.data.startswith("{"):  # the endpoint; messages are JSON objects
                    self.endpoint, self.stream_id = urllib.parse.urljoin("/sse", event.data), event.id
                    self.has_endpoint.set()
                else:
                    self._take(json.loads(event.data))
        except Broken:
            pass  # the answer then does not arrive, and its wait times out

    def _take(self, message: dict):
        if "method" in message:
            return
        waiting = self.waiting.pop(message.get("id"), None)
        if waiting is None:
            self.strays.append(f"an answer without a request, or a second answer: {str(message)[:200]}")
        elif not waiting.done():
            waiting.set_result(message)

    async def _post(self, message: dict) -> tuple[int, dict[str, str], bytes]:
        line = await Connection.open(self.port)
        await line.send("POST", {"Content-Type": "application/json"}, json.dumps(message).encode(), self.endpoint)
        head = await line.head()
        body = await line.body(head)
        line.leave()
        return head.status, head.fields, body

    async def ask(self, method: str, params: dict) -> Answer:
        if self.line is None:
            await self.connect()
        number = next(self.ids)
        # The answer can arrive before the reply to the POST.
        coming = self.waiting[number] = asyncio.get_running_loop().create_future()
        status, fields, body = await self._post({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        if status != 202:
            return Answer(status, json.loads(body) if body else None, fields=fields)
        return Answer(200, await coming)

    async def tell(self, method: str):
        await self._post({"jsonrpc": "2.0", "method": method})

    async def begin(self) -> "Sse":
        """Begins a call, before `break_off` breaks the stream."""
        params, self.is_right = self.tool("slow", {"ms": 500, "echo": True})
        self.left = asyncio.create_task(self.ask("tools/call", params))
        while not self.waiting:
            await asyncio.sleep(0.01)
        return self

    def break_off(self):
        self.line.reset()
        self.reading.cancel()

    async def finish(self) -> Outcome:
        return await outcome_of(self._come_back(), self.is_right)

    async def _come_back(self) -> Answer:
        await self.connect()
        return await self.left

    def leave(self):
        if self.left is not None:
            self.left.cancel()
        if self.reading is not None:
            self.reading.cancel()
        if self.line is not None:
            self.line.leave()
