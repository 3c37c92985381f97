"""What is asked of every pair, for the clients in Python. It is the same as checks.mjs asks of the clients in JavaScript.

An SDK comes as a function `connect(place, notices)`: an asynchronous context manager, which gives a connected session. The
methods of the session are those that class Checks calls below; results are in the form that they have in JSON."""
import json
import pathlib
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import anyio.to_thread
from urllib.request import Request, urlopen
from urllib.error import HTTPError

from tap import check, eventually, finish

COMPLETION = "a completion from the client"


@dataclass
class Place:
    """Where a session goes, and how its client answers what a server asks for."""
    url: str
    kind: str
    root: str
    form: dict


@dataclass
class Notices:
    """What the server sends by itself."""
    asked: list = field(default_factory=list)
    logs: list = field(default_factory=list)
    updated: list = field(default_factory=list)
    progress: list = field(default_factory=list)


def includes_all(items, key, expected):
    have = [item[key] for item in items]
    for one in expected:
        assert one in have, f"no {one} in {have}"


def includes_text(result, expected):
    text = text_of(result)
    assert expected in text, f"no {expected!r} in {text[:500]!r}"


def text_of(value):
    """Every text of a result, on a line each."""
    if isinstance(value, list):
        return "\n".join(map(text_of, value))
    if not isinstance(value, dict):
        return ""
    if isinstance(value.get("text"), str):
        return value["text"]
    return "\n".join(text_of(value[key]) for key in ("content", "contents", "messages", "resource") if key in value)


async def get_json(url):
    def get():
        with urlopen(url, timeout=10) as response:
            return json.load(response)
    return await anyio.to_thread.run_sync(get)


class Checks:
    def __init__(self, plan, connect):
        self.plan, self.server, self.connect = plan, plan["server"], connect
        self.is_modern = plan["era"] == "modern"
        self.notices = Notices()
        self.session = None

    def place(self, url):
        form = self.server.get("elicitation", {}).get("content", {})
        return Place(url, self.plan["kind"], self.plan["root"], form)

    async def _call(self, entry, session=None):
        result = await (session or self.session).call_tool(entry["tool"], entry["arguments"])
        assert not result.get("isError"), result
        return result

    async def initialize(self):
        assert self.session.server_name() == self.server["name"], self.session.server_name()
        assert self.session.is_modern() == self.is_modern, "the client speaks another era"
        if self.plan["kind"] != "sse":
            assert bool(self.session.session_id()) != self.is_modern, f"session id {self.session.session_id()}"

    async def unasked(self):
        method = self.server["unasked"]
        await eventually(lambda: method in self.notices.asked, f"{method} from the server", 5)

    async def ping(self):
        await self.session.ping()

    async def tools(self):
        includes_all(await self.session.list_tools(), "name", self.server["tools"])

    async def resources(self):
        includes_all(await self.session.list_resources(), "uri", self.server["resources"])
        includes_all(await self.session.list_resource_templates(), "uriTemplate", self.server.get("templates", []))

    async def prompts(self):
        includes_all(await self.session.list_prompts(), "name", self.server["prompts"])

    async def call(self):
        includes_text(await self._call(self.server["call"]), self.server["call"]["text"])

    async def read(self):
        includes_text(await self.session.read_resource(self.server["read"]["uri"]), self.server["read"]["text"])

    async def prompt(self):
        entry = self.server["prompt"]
        includes_text(await self.session.get_prompt(entry["name"], entry["arguments"]), entry["text"])

    async def completion(self):
        entry = self.server["completion"]
        result = await self.session.complete(entry["ref"], entry["argument"])
        assert result["completion"]["values"] == entry["values"], result

    async def progress(self):
        entry = self.server["progress"]
        before = len(self.notices.progress)
        await self._call(entry)
        await self._all_steps(self.notices, before, entry["steps"])

    async def _all_steps(self, notices, before, count):
        """Waits for the last step, because an SDK may deliver the result of a call before its progress."""
        steps = list(range(1, count + 1))
        try:
            await eventually(lambda: count in notices.progress[before:], "the last step")
        finally:
            assert notices.progress[before:] == steps, notices.progress[before:]

    async def logging(self):
        entry = self.server["logging"]
        await self.session.set_level("debug")
        await self._call(entry)
        await eventually(lambda: any(entry["text"] in data for data in self.notices.logs), "a log message")
        await self._call(entry)

    async def sampling(self):
        includes_text(await self._call(self.server["sampling"]), COMPLETION)

    async def elicitation(self):
        includes_text(await self._call(self.server["elicitation"]), "Ada Lovelace")

    async def roots(self):
        includes_text(await self._call(self.server["roots"]), self.server["roots"]["text"])

    async def updates(self):
        entry = self.server["updates"]
        async with self._subscribed(entry["uri"]):
            await self._call(entry)
            await eventually(lambda: entry["uri"] in self.notices.updated, f"an update of {entry['uri']}")
            await self._call(entry)

    @asynccontextmanager
    async def _subscribed(self, uri):
        if self.is_modern:
            async with self.session.listen(uri):
                yield
            return
        await self.session.subscribe(uri)
        yield
        await self.session.unsubscribe(uri)

    async def cancel(self):
        begun = self.server["cancel"]["begun"]
        before = len(self.notices.progress)

        async def begins():
            return len(self.notices.progress) > before if begun == "progress" else await open_pages(begun) > 0

        async def ends():
            return await open_pages(begun) == 0
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._call_until_cancelled)
            await eventually(begins, "the call at work")
            await self.session.withdraw_call()
            tasks.cancel_scope.cancel()
        if begun != "progress":
            await eventually(ends, "the end of the server's work")
        await (self.session.list_tools() if self.is_modern else self.session.ping())

    async def _call_until_cancelled(self):
        try:
            await self._call(self.server["cancel"])
        except Exception:
            return
        raise AssertionError("the cancelled call was answered")

    async def resume(self):
        """The bridge ends the stream of a call at its highest age."""
        await self._over_wire(lambda _notices: anyio.sleep(0))

    async def cut(self):
        """The network between client and bridge breaks in the middle of a call."""
        async def disturb(notices):
            await eventually(lambda: len(notices.progress) > 2, "progress of the call")
            await get_json(self.plan["wire"]["control"] + "/cut")
        await self._over_wire(disturb)

    async def _over_wire(self, disturb):
        """Makes a call on a connection of its own, disturbs it, and sees to it that the client came back for its call."""
        wire, entry, notices = self.plan["wire"], self.server["resume"], Notices()
        before = (await get_json(wire["control"] + "/state"))["resumed"]
        async with self.connect(self.place(wire["url"]), notices) as session:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._call, entry, session)
                await disturb(notices)
            await self._all_steps(notices, 0, entry["steps"])
        assert (await get_json(wire["control"] + "/state"))["resumed"] > before, "the client never sent Last-Event-ID"

    async def terminate(self):
        """The SDKs end their session when its connection is left, so this runs after that."""
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
                   "Mcp-Session-Id": self.session.session_id()}
        request = Request(self.plan["url"], b'{"jsonrpc":"2.0","id":1,"method":"ping"}', headers)

        def status():
            try:
                with urlopen(request, timeout=10) as response:
                    return response.status
            except HTTPError as error:
                return error.code
        assert await anyio.to_thread.run_sync(status) == 404


async def open_pages(url):
    return (await get_json(url))["open"]


async def run_plan(plan, connect):
    checks = Checks(plan, connect)
    async with connect(checks.place(plan["url"]), checks.notices) as checks.session:
        for name in plan["checks"]:
            if name != "terminate":
                await check(name, getattr(checks, name))
    if "terminate" in plan["checks"]:
        await check("terminate", checks.terminate)


def run(connect):
    """Runs the plan that the command line names and ends the process."""
    plan = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    anyio.run(run_plan, plan, connect)
    finish()
