"""FastMCP 4 in its default mode: it asks server/discover first, and falls back to initialize.

    fastmcp_4.py PLAN"""
from contextlib import asynccontextmanager

import mcp_types as types
from fastmcp import Client
from fastmcp.client.transports import SSETransport, StreamableHttpTransport

from mcp.client.subscriptions import listen

from checks import COMPLETION, run

MODERN = "2026-07-28"


def plain(results):
    return [result.model_dump(by_alias=True, mode="json") for result in results]


class Session:
    def __init__(self, client, session_id):
        self._client, self._session_id = client, session_id

    def server_name(self):
        return self._client.server_info.name

    def session_id(self):
        return self._session_id

    def is_modern(self):
        return self._client.session.protocol_version >= MODERN

    def listen(self, uri):
        """FastMCP has no call for it, but its session is one of the official SDK's."""
        return listen(self._client.session, resource_subscriptions=[uri])

    async def ping(self):
        assert await self._client.ping()

    async def list_tools(self):
        return plain(await self._client.list_tools())

    async def list_resources(self):
        return plain(await self._client.list_resources())

    async def list_resource_templates(self):
        return plain(await self._client.list_resource_templates())

    async def list_prompts(self):
        return plain(await self._client.list_prompts())

    async def call_tool(self, name, arguments):
        result = await self._client.call_tool(name, arguments, raise_on_error=False)
        return {"content": plain(result.content), "isError": result.is_error}

    async def withdraw_call(self):
        """The SDK sends the notification when the task that calls is cancelled."""

    async def read_resource(self, uri):
        return {"contents": plain(await self._client.read_resource(uri))}

    async def get_prompt(self, name, arguments):
        result = await self._client.get_prompt(name, arguments)
        return {"messages": plain(result.messages)}

    async def complete(self, ref, argument):
        result = await self._client.complete(types.PromptReference(**ref), argument)
        return {"completion": {"values": result.values}}

    async def set_level(self, level):
        """In the modern era every request of the client asks for all log messages."""
        if not self.is_modern():
            await self._client.set_logging_level(level)

    async def subscribe(self, uri):
        """FastMCP has no call for this either."""
        await self._client.session.subscribe_resource(uri)

    async def unsubscribe(self, uri):
        await self._client.session.unsubscribe_resource(uri)


@asynccontextmanager
async def connect(place, notices):
    async def list_roots(_context):
        notices.asked.append("roots/list")
        return [types.Root(uri=place.root, name="interop")]

    async def sample(_messages, _params, _context):
        return COMPLETION

    async def elicit(_message, _response_type, _params, _context):
        return place.form

    async def log(message):
        notices.logs.append(str(message.data))

    async def note(progress, _total, _message):
        notices.progress.append(progress)

    async def receive(message):
        if isinstance(message, types.ResourceUpdatedNotification):
            notices.updated.append(str(message.params.uri))
    transport = SSETransport(place.url) if place.kind == "sse" else StreamableHttpTransport(place.url)
    client = Client(transport, roots=list_roots, sampling_handler=sample, elicitation_handler=elicit, log_handler=log,
                    progress_handler=note, message_handler=receive)
    async with client:
        yield Session(client, transport.get_session_id())


run(connect)
