"""The official Python SDK of generation 1.

    v1.py PLAN"""
from contextlib import asynccontextmanager

from mcp import ClientSession, types
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from checks import COMPLETION, run
from official import OfficialSession, callbacks


class Session(OfficialSession):
    def __init__(self, session, session_id, notices):
        super().__init__(session, types, notices)
        self._session_id = session_id
        self._call_id = None
        self._name = None

    async def open(self):
        self._name = (await self._client.initialize()).serverInfo.name
        # The SDK forgets the id when it ends the session.
        self._session_id = self._session_id()

    def server_name(self):
        return self._name

    def session_id(self):
        return self._session_id

    async def call_tool(self, name, arguments):
        self._call_id = self._client._request_id
        return await super().call_tool(name, arguments)

    async def withdraw_call(self):
        """This SDK has no call for it: a program that cancels sends the notification, with the id that its request got."""
        params = types.CancelledNotificationParams(requestId=self._call_id, reason="changed my mind")
        await self._client.send_notification(types.ClientNotification(types.CancelledNotification(params=params)))


def updated_uri(message):
    is_update = isinstance(message, types.ServerNotification) and isinstance(message.root, types.ResourceUpdatedNotification)
    return message.root.params.uri if is_update else None


@asynccontextmanager
async def streams(place):
    if place.kind == "sse":
        async with sse_client(place.url) as (read, write):
            yield read, write, lambda: None
    else:
        async with streamable_http_client(place.url) as streams_and_id:
            yield streams_and_id


@asynccontextmanager
async def connect(place, notices):
    asked = callbacks(types, place, notices, updated_uri, COMPLETION)
    async with streams(place) as (read, write, session_id), ClientSession(read, write, **asked) as client:
        session = Session(client, session_id, notices)
        await session.open()
        yield session


run(connect)
