"""A client with the same ids and tokens as all others, and a key and a secret of its own."""
import asyncio
import contextlib
import random
import re
import time

from crowd.http import Broken
from crowd.mcp import Answer
from crowd.modern import PREFIX, TASKS, ModernClient

SECRET = re.compile(r"secret-[0-9a-f]{12}")
LIST_CHANGED = "notifications/tools/list_changed"
# Seconds for which the bridge keeps a parked call.
PARKED_FOR = 10
REFUSED_STATE = "Invalid or expired requestState"


def key_of(number: int) -> str:
    return f"key-of-guest-{number:04}-aaaaaaaaaaaaaaaa"


class Parked:
    """A call that waits for answers, with the state that names it."""

    def __init__(self, guest: "Guest", arguments: dict, answer: Answer, began: float):
        self.guest = guest
        self.arguments = arguments
        self._began = began
        self._read(answer)

    def _read(self, answer: Answer):
        result = answer.result or {}
        self.state = result.get("requestState", "")
        # A server that asks for a call which its client has left means no call, so the question comes with this one.
        self.questions = result.get("inputRequests", {})
        is_own = all(each.get("params", {}).get("message") == self.guest.secret for each in self.questions.values())
        self.guest.expect((bool(self.questions) and is_own) or self.is_late, "gets its own question", answer)

    @property
    def is_late(self) -> bool:
        """True if the bridge may have given the call up, on a busy machine."""
        return time.monotonic() - self._began > PARKED_FOR / 2

    async def retry(self, guest: "Guest | None" = None, name: str = "ask", request_id: int = 1, token: str | None = None) -> Answer:
        """Repeats the request, for the tool `name`, with answers, as another guest if one is given."""
        of = guest or self.guest
        responses = {key: {"action": "accept", "content": {"text": of.secret}} for key in self.questions}
        return await of.tool(name, self.arguments, request_id, token, {"inputResponses": responses, "requestState": self.state})

    async def finish(self) -> Answer:
        answer = await self.retry()
        while (answer.result or {}).get("resultType") == "input_required":
            self._read(answer)
            answer = await self.retry()
        got = ((answer.result or {}).get("structuredContent") or {}).get("answer", {}).get("result", {})
        is_own = got == {"action": "accept", "content": {"text": self.guest.secret}}
        self.guest.expect(is_own or self.is_late, "its call gets its own answer", answer)
        return answer


class Task:
    """A task of a guest."""

    def __init__(self, guest: "Guest", client: ModernClient, task_id: str):
        self.guest = guest
        self.client = client
        self.id = task_id

    async def ask(self, method: str, more: dict | None = None, key: str = "") -> Answer:
        """Sends a request about the task, as the holder of another key if one is given."""
        client = ModernClient(self.guest.port, key, extensions={TASKS: {}}) if key else self.client
        return await client.request(method, {"taskId": self.id} | (more or {}), 1)

    async def end(self) -> dict:
        """Answers the questions of the task. Returns its last state."""
        while True:
            answer = await self.ask("tasks/get")
            state = answer.result or {}
            if state.get("status") == "input_required":
                await self.ask("tasks/update", self.guest.answers_to(state))
            elif state.get("status") != "working":
                return state
            await asyncio.sleep(0.1)


class Guest(ModernClient):
    def __init__(self, port: int, number: int, chance: random.Random):
        """With the same key, two guests would count as one user, whose questions the bridge need not tell apart."""
        super().__init__(port, key_of(number), self._hear)
        self.number = number
        self.chance = chance
        self.secret = f"secret-{chance.getrandbits(48):012x}"
        self.faults: list[str] = []
        self.noticed: list[str] = []   # the methods of the notices that came while this guest listened
        self.is_stranger = False       # whether it tries what belongs to another household

    def expect(self, good: bool, promise: str, seen: object = ""):
        if not good:
            self.faults.append(f"{promise}: {str(seen)[:300]}")

    def _hear(self, message: dict):
        for found in SECRET.findall(str(message)):
            self.expect(found == self.secret, "received the secret of another guest", message)

    # ---- questions

    @staticmethod
    def question(text: str, ms: int = 0) -> dict:
        form = {"message": text, "requestedSchema": {"type": "object", "properties": {}}}
        return {"method": "elicitation/create", "params": form, "ms": ms}

    async def ask(self) -> "Parked":
        """Makes a call that is parked."""
        arguments, began = self.question(self.secret), time.monotonic()
        answer = await self.tool("ask", arguments, 1)
        return Parked(self, arguments, answer, began)

    async def call(self, name: str, arguments: dict, request_id: int, token: str | None = None) -> Answer:
        """Calls a tool that asks nothing. The question of a call that this guest has left may come with it, because a server of the legacy era
        does not say whose a question is; a client answers it and repeats its request, as for any other question."""
        answer = await self.tool(name, arguments, request_id, token)
        while (answer.result or {}).get("resultType") == "input_required":
            parked = Parked(self, arguments, answer, time.monotonic())
            before = answer.before
            answer = await parked.retry(name=name, request_id=request_id, token=token)
            answer.before = before + answer.before
            answer.was_asked = True
        return answer

    # ---- tasks

    async def begin_task(self, name: str, arguments: dict) -> "Task":
        """Makes a call that takes longer than --task-after, as a client with the same key that knows tasks. It has the same process, so the question of
        a call that this guest has left may come with it, as in `call`."""
        client = ModernClient(self.port, self.key, self._hear, {TASKS: {}})
        answer = await client.tool(name, arguments, 1)
        while (answer.result or {}).get("resultType") == "input_required":
            answer = await client.tool(name, arguments, 1, more=self.answers_to(answer.result))
        self.expect((answer.result or {}).get("resultType") == "task", "a long call becomes a task", answer)
        return Task(self, client, (answer.result or {}).get("taskId", ""))

    def answers_to(self, asked: dict) -> dict:
        """The params that answer the questions in `asked`, a result or the state of a task."""
        responses = {key: {"action": "accept", "content": {"text": self.secret}} for key in asked["inputRequests"]}
        return {"inputResponses": responses} | ({"requestState": asked["requestState"]} if "requestState" in asked else {})

    def expect_refused(self, answer: Answer, promise: str):
        self.expect(answer.error.get("message") == REFUSED_STATE, promise, answer)

    # ---- listening

    @contextlib.asynccontextmanager
    async def listening(self, request_id: str = "listen:0"):
        """Listens to changes of the list of tools."""
        line = await self.send("subscriptions/listen", {"notifications": {"toolsListChanged": True}}, request_id)
        acknowledged = asyncio.Event()
        reading = asyncio.create_task(self._read_notices(line, request_id, acknowledged))
        try:
            async with asyncio.timeout(30):
                await acknowledged.wait()
            yield
        finally:
            line.reset()
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read_notices(self, line, request_id: str, acknowledged: asyncio.Event):
        try:
            async for message in self.messages(line, await line.head()):
                params = message.get("params", {})
                self.expect(params.get("_meta", {}).get(PREFIX + "subscriptionId") == request_id, "a notice names its subscription", message)
                acknowledged.set()
                self.noticed.append(message.get("method", ""))
        except Broken as error:
            self.expect(False, "its stream of notices", repr(error))
            acknowledged.set()

    def count_changes(self) -> int:
        return self.noticed.count(LIST_CHANGED)

    async def eventually(self, good, promise: str):
        for _ in range(1500):
            if good():
                return
            await asyncio.sleep(0.01)
        self.expect(False, promise, f"not within 15 s; noticed: {self.noticed[-5:]}")
