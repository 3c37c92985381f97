"""A client of revision 2026-07-28: calls that are parked while the client answers a question, tasks, and a stream of notices."""
import asyncio
import dataclasses
import json

from crowd.http import Broken, Connection
from crowd.mcp import Answer
from crowd.modern import TASKS, ModernClient

from .clients import PATIENCE, Client, Outcome, outcome_of
from .rules import Kind

# Seconds between two looks at a task.
POLL = 0.05


class Modern(Client):
    """It declares the tasks extension, so a call that outlives --task-after becomes a task, which the client polls to its end. It also declares
    an extension that no other client does, so it has a process of its own where each session has one."""

    def __init__(self, port: int):
        self.modern = ModernClient(port, "", extensions={TASKS: {}, f"com.example/client-{next(Client.marks)}": {}})
        self.heard: list[dict] = []
        self.line: Connection | None = None
        self.listening: asyncio.Task | None = None

    async def initialize(self) -> Outcome:
        """There is no `initialize`: the first request opens a process. From then on the bridge knows what server/discover asks for."""
        out = await outcome_of(self.ask("tools/list", {}), lambda result: "tools" in result)
        return await outcome_of(self.ask("server/discover", {}), lambda result: "supportedVersions" in result) if out.kind is Kind.RIGHT else out

    async def ask(self, method: str, params: dict) -> Answer:
        answer = await self._once(method, params)
        if (answer.result or {}).get("resultType") != "task":
            return answer
        return await self.end_of(answer.result["taskId"])

    async def tell(self, method: str):
        raise NotImplementedError("notifications have no effect in this revision")

    async def _once(self, method: str, params: dict) -> Answer:
        return await self.modern.request(method, params, f"{next(Client.marks)}")

    # ---- tasks

    async def begin_task(self, ms: int) -> "Task":
        """Makes a call that takes so long, and waits for the handle of its task."""
        params, is_right = self.tool("slow", {"ms": ms, "echo": True})
        async with asyncio.timeout(PATIENCE):
            answer = await self._once("tools/call", params)
        if (answer.result or {}).get("resultType") != "task":
            raise Broken(f"a long call became no task: {answer}")
        return Task(self, answer.result["taskId"], is_right)

    async def end_of(self, task_id: str) -> Answer:
        """The outcome of a task, in the form of the answer that the call would have got."""
        while True:
            answer = await self._once("tasks/get", {"taskId": task_id})
            state = answer.result or {}
            if state.get("status") == "completed":
                return Answer(200, {"result": state["result"]})
            if state.get("status") != "working":
                return Answer(answer.status, {"error": state.get("error") or answer.error})
            await asyncio.sleep(POLL)

    # ---- questions

    async def park(self) -> "Parked":
        """Makes a call in which the server asks this client."""
        params, _ = self.tool("ask", {"method": "elicitation/create", "params": {
            "message": f"question-{next(Client.marks)}", "requestedSchema": {"type": "object", "properties": {}}}})
        async with asyncio.timeout(PATIENCE):
            answer = await self._once("tools/call", params)
        asked = (answer.result or {}).get("inputRequests", {})
        if [each["params"]["message"] for each in asked.values()] != [params["arguments"]["params"]["message"]]:
            raise Broken(f"a call was not parked with its own question: {answer}")
        return Parked(self, params, list(asked), answer.result["requestState"])

    # ---- notices

    async def attach(self):
        """Listens to changes of the list of tools until the client leaves."""
        self.line = await self.modern.send("subscriptions/listen", {"notifications": {"toolsListChanged": True}}, "listen")
        head = await self.line.head()
        if not head.is_stream:
            raise Broken(f"subscriptions/listen was answered {head.status}")
        acknowledged = asyncio.Event()
        self.listening = asyncio.create_task(self._listen(head, acknowledged))
        async with asyncio.timeout(PATIENCE):
            await acknowledged.wait()

    async def _listen(self, head, acknowledged: asyncio.Event):
        async for message in self.modern.messages(self.line, head):
            self.heard.append(message)
            acknowledged.set()

    def count(self, method: str) -> int:
        return sum(each.get("method") == method for each in self.heard)

    def leave(self):
        if self.listening is not None:
            self.listening.cancel()
        if self.line is not None:
            self.line.reset()


@dataclasses.dataclass
class Task:
    client: Modern
    task_id: str
    is_right: object

    async def finish(self) -> Outcome:
        return await outcome_of(self.client.end_of(self.task_id), self.is_right)


@dataclasses.dataclass
class Parked:
    """A call that waits for the answer of its client."""
    client: Modern
    params: dict
    keys: list[str]
    state: str

    async def _repeat(self, text: str) -> Answer:
        responses = {key: {"action": "accept", "content": {"text": text}} for key in self.keys}
        return await self.client.ask("tools/call", self.params | {"inputResponses": responses, "requestState": self.state})

    async def finish(self) -> Outcome:
        text = f"answer-{next(Client.marks)}-"
        return await outcome_of(self._repeat(text), lambda result: text in json.dumps(result))

    async def is_over(self) -> bool:
        """True if the state, which has been used, is refused."""
        answer = await self._repeat("again")
        return answer.error.get("message") == "Invalid or expired requestState"
