"""Clients of 2026-07-28 in the chaos. They answer questions of the server or leave them open, run long calls as tasks, close calls, and listen."""
import asyncio
import json
import time
import typing

from crowd.http import Broken
from crowd.mcp import Answer
from crowd.modern import PREFIX, TASKS, ModernClient
from soaking.staying import steps, text_of
from soaking.world import MARKER

from .storm import Storm
from .visitors import BROKEN, BROKEN_ANSWER, HARMLESS, REQUEST_TIMEOUT, pick, settle

LIST_CHANGED = "notifications/tools/list_changed"

# Seconds after which a call becomes a task, for clients that know tasks: an option of the bridge.
TASK_AFTER = 0.3

# Seconds within which a notice must arrive.
NOTICED = 5.0


class ModernVisitor(ModernClient):
    """All have equal ids of requests, and no keys. Each declares an extension of its own, so it has a process of its own where a session has one."""

    def __init__(self, world: Storm, marker: str, knows_tasks: bool):
        own = {f"com.example/visitor-{marker}": {}}
        super().__init__(world.port, "", self._check, own | ({TASKS: {}} if knows_tasks else {}))
        self.world = world
        self.marker = marker
        self.knows_tasks = knows_tasks
        self.count = 0
        self.pid = 0             # its own server process; 0 if it has none, or does not know it
        self.is_broken = False   # an expected answer did not arrive
        self.is_gone = False
        self.changes = 0
        self.is_acknowledged = False
        self.listening: asyncio.Task | None = None

    def payload(self) -> str:
        self.count += 1
        return f"mk-{self.marker}-{self.count}"

    def begin(self, kind: str):
        entry = self.world.ledger.send(kind)
        return entry, entry.since

    def _check(self, message: dict):
        for found in set(MARKER.findall(str(message))):
            if found != self.marker:
                self.world.ledger.fault(f"{self.marker} received a message of {found}: {str(message)[:200]}")

    # ---- requests

    async def exchange(self, kind: str, asking: typing.Awaitable[Answer], is_right: typing.Callable[[Answer], bool]) -> Answer | None:
        """Sends a request and settles it. None if it got no right answer."""
        entry, used = self.begin(kind)
        try:
            answer = await asking
        except Broken as error:
            self.is_broken = True
            entry.wrong(f"{self.marker}: {error}")
            return None
        settle(self, entry, answer, is_right, used)
        if answer.result is None:
            self.pid = 0
        return answer if answer.result is not None else None

    async def request(self, method: str, params: dict, request_id: int | str = 1, token: str | None = None) -> Answer:
        """The answer of a call that has become a task is that of the task."""
        answer = await super().request(method, params, request_id, token)
        if (answer.result or {}).get("resultType") != "task" or not self.knows_tasks:
            return answer
        return await self.end_of(answer)

    async def end_of(self, handle: Answer) -> Answer:
        while True:
            seen = await super().request("tasks/get", {"taskId": handle.result["taskId"]}, 2)
            state = seen.result or {}
            if state.get("status") == "completed":
                return Answer(200, {"result": state["result"]}, before=handle.before)
            if state.get("status") != "working":
                return Answer(seen.status, {"error": state.get("error") or seen.error})
            await asyncio.sleep(0.1)

    # ---- notices

    async def listen(self):
        """Listens until it leaves. Once it is acknowledged, the stream must outlive the server's processes."""
        entry, used = self.begin("listen")
        line = None
        try:
            line = await self.send("subscriptions/listen", {"notifications": {"toolsListChanged": True}}, "listen")
            head = await line.head()
            async for message in self.messages(line, head):
                if "error" in message and not self.is_acknowledged:
                    settle(self, entry, Answer(head.status, message, fields=head.fields), lambda answer: False, used)
                    return
                self._take_notice(message)
                if not self.is_acknowledged:
                    self.is_acknowledged = True
                    entry.answered()
            self.world.ledger.fault(f"{self.marker}: its stream of notices has ended")
        except Broken as error:
            # A stream on which nothing happens for as long as this program is patient has no fault.
            if "silence" not in str(error):
                self.world.ledger.fault(f"{self.marker}: its stream of notices: {error}")
        finally:
            if entry in self.world.ledger.open:
                entry.abandoned()
            if line is not None:
                line.reset()

    def _take_notice(self, message: dict):
        if message.get("params", {}).get("_meta", {}).get(PREFIX + "subscriptionId") != "listen":
            self.world.ledger.fault(f"{self.marker}: a notice that names no subscription: {str(message)[:200]}")
        self.changes += message.get("method") == LIST_CHANGED

    def leave(self):
        if self.listening is not None:
            self.listening.cancel()


def content_of(answer: Answer) -> dict:
    return answer.result.get("structuredContent", {})


async def call(client: ModernVisitor, kind: str, tool: str, arguments: dict, is_right: typing.Callable[[Answer], bool], token: str | None = None):
    params = {"name": tool, "arguments": arguments}
    return await client.exchange(kind, client.request("tools/call", params, 1, token), is_right)


async def ask_for_process(client: ModernVisitor):
    """Learns which process serves it."""
    if not client.world.has_own_children:
        return
    answer = await call(client, "modern process", "process", {}, lambda answer: content_of(answer)["pid"] > 1)
    if answer is not None:
        client.pid = content_of(answer).get("pid", 0)


async def echo(client: ModernVisitor):
    payload = client.payload()
    await call(client, "modern echo", "echo", {"payload": payload}, lambda answer: content_of(answer)["params"]["arguments"] == {"payload": payload})


async def slow(client: ModernVisitor):
    """For clients that know tasks, the longer ones become tasks."""
    payload = client.payload()
    arguments = {"ms": client.world.chance.choice([50, 300, 1200, 2500]), "echo": True, "payload": payload}
    await call(client, "task" if client.knows_tasks else "modern slow", "slow", arguments, lambda answer: f'"{payload}"' in text_of(answer))


async def progress(client: ModernVisitor):
    token, count = client.payload(), client.world.chance.randrange(1, 8)

    def is_right(answer: Answer) -> bool:
        seen, all_steps = steps(answer.before), [(token, n) for n in range(1, count + 1)]
        # Progress of a task is dropped.
        return text_of(answer) == "finished" and (seen == all_steps or (client.knows_tasks and seen == all_steps[:len(seen)]))
    await call(client, "modern progress", "progress", {"count": count, "ms": 30}, is_right, token)


async def nonsense(client: ModernVisitor):
    await call(client, "modern nonsense", "wrong", {"shape": client.world.chance.choice(HARMLESS)}, lambda answer: text_of(answer) == "right")


async def broken_answer(client: ModernVisitor):
    await call(client, "modern broken answer", "wrong", {"shape": client.world.chance.choice(BROKEN)},
               lambda answer: answer.error["message"].startswith(BROKEN_ANSWER))


async def ask(client: ModernVisitor) -> tuple[dict, Answer] | None:
    """Parks a call, with the question of the server."""
    payload = client.payload()
    arguments = {"method": "elicitation/create", "params": {"message": payload, "requestedSchema": {"type": "object", "properties": {}}}}

    def is_parked(answer: Answer) -> bool:
        asked = answer.result["inputRequests"]
        return answer.result["resultType"] == "input_required" and any(each["params"]["message"] == payload for each in asked.values())
    answer = await call(client, "asked", "ask", arguments, is_parked)
    return None if answer is None else ({"name": "ask", "arguments": arguments}, answer)


async def answer_question(client: ModernVisitor):
    parked = await ask(client)
    if parked is None:
        return
    await asyncio.sleep(client.world.chance.choice([0, 0.1, 0.7]))
    params, asked = parked
    text = client.payload()
    responses = {key: {"action": "accept", "content": {"text": text}} for key in asked.result.get("inputRequests", {})}
    repeated = params | {"inputResponses": responses, "requestState": asked.result.get("requestState", "")}
    await client.exchange("answered", client.request("tools/call", repeated, 3), lambda answer: text in json.dumps(content_of(answer)))


async def leave_question(client: ModernVisitor):
    """Never comes back to a parked call. It lasts until the bridge gives it up, so no client does that shortly before the end."""
    if time.monotonic() + REQUEST_TIMEOUT < client.world.on_until:
        await ask(client)


async def close_call(client: ModernVisitor):
    entry, _ = client.begin("modern closed")
    line = await client.send("tools/call", {"name": "slow", "arguments": {"ms": 800, "payload": client.payload()}}, 1)
    await asyncio.sleep(client.world.chance.choice([0, 0.05, 0.4]))
    line.reset()
    entry.abandoned()


async def hear_of_change(client: ModernVisitor):
    if client.listening is None or client.listening.done():
        client.is_acknowledged = False
        client.listening = client.world.spawn(client.listen())
    if not client.is_acknowledged:
        return
    before, entry, used = client.changes, *client.begin("notice")
    answer = await client.tool("notify", {"method": LIST_CHANGED}, 1)
    settle(client, entry, answer, lambda it: text_of(it) == "notified", used)
    if answer.result is None:
        client.pid = 0
        return
    end = time.monotonic() + NOTICED + client.world.slack
    while client.changes == before and time.monotonic() < end:
        await asyncio.sleep(0.05)
    if client.changes == before and not client.listening.done() and not client.world.excuses(client.pid or 1, entry.since, end):
        client.world.ledger.fault(f"{client.marker}: no notice of a change")


ACTIONS = [(echo, 6), (slow, 6), (progress, 4), (nonsense, 2), (broken_answer, 1), (close_call, 2)]
LISTENING = [(hear_of_change, 3)]
ASKED = [(answer_question, 8), (leave_question, 1)]


async def visit(world: Storm, until: float):
    client = ModernVisitor(world, world.marker(), world.chance.random() < 0.5)
    # A process of one request has no notices, and only the process of one client can ask it.
    choices = ACTIONS + ([] if world.isolation == "request" else LISTENING) + (ASKED if world.has_own_children and not client.knows_tasks else [])
    try:
        for _ in range(world.chance.randrange(10, 40)):
            if time.monotonic() > until or client.is_broken or world.is_over:
                return
            if client.pid == 0 or world.hit(client.pid):
                client.pid = 0
                await ask_for_process(client)
            await pick(world, choices)(client)
            await asyncio.sleep(world.chance.choice([0, 0.05, 0.3, 0.9]))
    finally:
        client.leave()
