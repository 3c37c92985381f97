"""The official Python SDK of generation 1. The same promises as checks.mjs keeps for the clients in JavaScript.

    client.py PLAN"""
import json
import pathlib
import sys
from contextlib import asynccontextmanager

import anyio
import httpx
from mcp import ClientSession, types
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from tap import check, eventually, finish


def includes_all(have, expected, what):
    for one in expected:
        assert one in have, f"no {one} among the {what}: {have}"


def includes_text(text, expected):
    assert expected in text, f"no {expected!r} in {text[:500]!r}"


def text_of(content):
    parts = content if isinstance(content, list) else [content]
    return "\n".join(getattr(part, "text", None) or getattr(getattr(part, "resource", None), "text", "") for part in parts)


class Checks:
    def __init__(self, plan):
        self.plan = plan
        self.server = plan["server"]
        self.asked, self.logs, self.updated = [], [], []
        self.session = None
        self.session_id = None

    @asynccontextmanager
    async def connected(self):
        """A session that is not initialized yet."""
        async with self._streams() as (read, write):
            async with ClientSession(
                read, write,
                list_roots_callback=self._roots,
                sampling_callback=self._sample,
                elicitation_callback=self._elicit,
                logging_callback=self._log,
                message_handler=self._message,
            ) as self.session:
                yield

    @asynccontextmanager
    async def _streams(self):
        if self.plan["kind"] == "sse":
            async with sse_client(self.plan["url"]) as streams:
                yield streams
            return
        async with streamable_http_client(self.plan["url"]) as (read, write, session_id):
            self.session_id = session_id
            yield read, write
            self.session_id = session_id()

    async def _roots(self, _context):
        self.asked.append("roots/list")
        return types.ListRootsResult(roots=[types.Root(uri=self.plan["root"], name="interop")])

    async def _sample(self, _context, _params):
        text = types.TextContent(type="text", text="a completion from the client")
        return types.CreateMessageResult(role="assistant", model="none", content=text)

    async def _elicit(self, _context, _params):
        return types.ElicitResult(action="accept", content={"name": "Ada Lovelace", "check": True})

    async def _log(self, params):
        self.logs.append(str(params.data))

    async def _message(self, message):
        if isinstance(message, types.ServerNotification) and isinstance(message.root, types.ResourceUpdatedNotification):
            self.updated.append(str(message.root.params.uri))

    async def _call_text(self, entry, progress=None):
        result = await self.session.call_tool(entry["tool"], entry["arguments"], progress_callback=progress)
        assert not result.isError, result
        return text_of(result.content)

    async def initialize(self):
        result = await self.session.initialize()
        assert result.serverInfo.name == self.server["name"], result.serverInfo
        assert self.plan["kind"] == "sse" or self.session_id(), "no session id"

    async def unasked(self):
        method = self.server["unasked"]

        async def asked():
            return method in self.asked
        await eventually(asked, f"{method} from the server", 5)

    async def ping(self):
        await self.session.send_ping()

    async def tools(self):
        names = [tool.name for tool in (await self.session.list_tools()).tools]
        includes_all(names, self.server["tools"], "tools")

    async def resources(self):
        resources = (await self.session.list_resources()).resources
        includes_all([str(one.uri) for one in resources], self.server["resources"], "resources")
        templates = (await self.session.list_resource_templates()).resourceTemplates
        includes_all([one.uriTemplate for one in templates], self.server.get("templates", []), "templates")

    async def prompts(self):
        names = [prompt.name for prompt in (await self.session.list_prompts()).prompts]
        includes_all(names, self.server["prompts"], "prompts")

    async def call(self):
        includes_text(await self._call_text(self.server["call"]), self.server["call"]["text"])

    async def read(self):
        entry = self.server["read"]
        contents = (await self.session.read_resource(entry["uri"])).contents
        includes_text(text_of(list(contents)), entry["text"])

    async def prompt(self):
        entry = self.server["prompt"]
        messages = (await self.session.get_prompt(entry["name"], entry["arguments"])).messages
        includes_text("\n".join(text_of(message.content) for message in messages), entry["text"])

    async def completion(self):
        entry = self.server["completion"]
        result = await self.session.complete(types.PromptReference(**entry["ref"]), entry["argument"])
        assert result.completion.values == entry["values"], result

    async def progress(self):
        seen = []

        async def note(progress, _total, _message):
            seen.append(progress)
        entry = self.server["progress"]
        await self._call_text(entry, note)
        assert seen == list(range(1, entry["steps"] + 1)), seen

    async def logging(self):
        entry = self.server["logging"]
        await self.session.set_logging_level("debug")
        await self._call_text(entry)

        async def logged():
            return any(entry["text"] in data for data in self.logs)
        await eventually(logged, "a log message")
        await self._call_text(entry)

    async def sampling(self):
        includes_text(await self._call_text(self.server["sampling"]), "a completion from the client")

    async def elicitation(self):
        includes_text(await self._call_text(self.server["elicitation"]), "Ada Lovelace")

    async def roots(self):
        includes_text(await self._call_text(self.server["roots"]), self.server["roots"]["text"])

    async def updates(self):
        entry = self.server["updates"]
        await self.session.subscribe_resource(entry["uri"])
        await self._call_text(entry)

        async def updated():
            return entry["uri"] in self.updated
        await eventually(updated, f"an update of {entry['uri']}")
        await self._call_text(entry)
        await self.session.unsubscribe_resource(entry["uri"])

    async def cancel(self):
        """This SDK has no call for it: who wants to cancel sends the notification, with the id that the next request gets."""
        begun = self.server["cancel"]["begun"]
        seen = []

        async def note(progress, _total, _message):
            seen.append(progress)

        async def begins():
            return bool(seen) if begun == "progress" else await open_pages(begun) > 0

        async def ends():
            return await open_pages(begun) == 0
        request_id = self.session._request_id
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._call_until_cancelled, note)
            await eventually(begins, "the call at work")
            params = types.CancelledNotificationParams(requestId=request_id, reason="changed my mind")
            await self.session.send_notification(types.ClientNotification(types.CancelledNotification(params=params)))
            if begun != "progress":
                await eventually(ends, "the end of the server's work")
            tasks.cancel_scope.cancel()
        await self.session.send_ping()

    async def _call_until_cancelled(self, note):
        try:
            await self._call_text(self.server["cancel"], note)
        except Exception:
            return
        raise AssertionError("the cancelled call was answered")

    async def terminate(self):
        async with httpx.AsyncClient() as http:
            response = await http.post(
                self.plan["url"],
                json={"jsonrpc": "2.0", "id": 1, "method": "ping"},
                headers={"Accept": "application/json, text/event-stream", "Mcp-Session-Id": self.session_id})
        assert response.status_code == 404, response


async def open_pages(url):
    async with httpx.AsyncClient() as http:
        return (await http.get(url)).json()["open"]


async def main(plan):
    checks = Checks(plan)
    async with checks.connected():
        for name in plan["checks"]:
            if name != "terminate":
                await check(name, getattr(checks, name))
    # The SDK ends its session when its connection is left.
    if "terminate" in plan["checks"]:
        await check("terminate", checks.terminate)


anyio.run(main, json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")))
finish()
