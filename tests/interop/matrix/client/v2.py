"""The official Python SDK of generation 2, in its default mode: it asks server/discover first, and falls back to initialize.

    v2.py PLAN"""
from contextlib import asynccontextmanager

import mcp_types as types
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from checks import COMPLETION, run
from official import OfficialSession, callbacks

MODERN = "2026-07-28"


class Session(OfficialSession):
    def __init__(self, client, seen, notices):
        super().__init__(client, types, notices)
        self._seen = seen

    def server_name(self):
        return self._client.server_info.name

    def session_id(self):
        return self._seen.get("session")

    def is_modern(self):
        return self._client.protocol_version >= MODERN

    async def set_level(self, level):
        """In the modern era every request of the client asks for all log messages."""
        if not self.is_modern():
            await super().set_level(level)

    def listen(self, uri):
        return self._client.listen(resource_subscriptions=[uri])

    async def withdraw_call(self):
        """The SDK sends the notification when the task that calls is cancelled."""


def updated_uri(message):
    return message.params.uri if isinstance(message, types.ResourceUpdatedNotification) else None


@asynccontextmanager
async def connect(place, notices):
    # The SDK does not say the id of its session.
    seen = {}

    async def see(response):
        if "mcp-session-id" in response.headers:
            seen["session"] = response.headers["mcp-session-id"]
    asked = callbacks(types, place, notices, updated_uri, COMPLETION) | {"log_level": "debug"}
    if place.kind == "sse":
        async with Client(sse_client(place.url), **asked) as client:
            yield Session(client, seen, notices)
        return
    async with create_mcp_http_client() as http:
        http.event_hooks["response"].append(see)
        async with Client(streamable_http_client(place.url, http_client=http), **asked) as client:
            yield Session(client, seen, notices)


run(connect)
