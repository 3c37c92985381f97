"""A client of revision 2026-07-28: each request has its own envelope, and nothing is kept between two of them."""
import json
import typing

from .http import Broken, Connection, Head
from .mcp import Answer

REVISION = "2026-07-28"
PREFIX = "io.modelcontextprotocol/"
CAPABILITIES = {"roots": {}, "sampling": {}, "elicitation": {"form": {}}}
TASKS = "io.modelcontextprotocol/tasks"


class ModernClient:
    """`hear` is called with every message that arrives. Without a key, the client is anonymous."""

    def __init__(self, port: int, key: str, hear: typing.Callable[[dict], None] = lambda message: None, extensions: dict | None = None):
        self.port = port
        self.key = key
        self.hear = hear
        self.capabilities = CAPABILITIES | ({"extensions": extensions} if extensions else {})

    def fields(self, method: str, params: dict) -> dict[str, str]:
        out = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json", "MCP-Protocol-Version": REVISION,
               "Mcp-Method": method}
        name = params.get("name") or params.get("taskId")
        return out | ({"Mcp-Name": name} if name else {}) | ({"Authorization": f"Bearer {self.key}"} if self.key else {})

    def envelope(self, params: dict, token: str | None = None) -> dict:
        meta = {PREFIX + "protocolVersion": REVISION, PREFIX + "clientInfo": {"name": "crowd", "version": "1"},
                PREFIX + "clientCapabilities": self.capabilities}
        return params | {"_meta": meta | ({"progressToken": token} if token else {})}

    async def send(self, method: str, params: dict, request_id: int | str, token: str | None = None) -> Connection:
        """Sends a request, whose reply the connection then has."""
        line = await Connection.open(self.port)
        message = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": self.envelope(params, token)}
        await line.send("POST", self.fields(method, params), json.dumps(message).encode())
        return line

    async def request(self, method: str, params: dict, request_id: int | str, token: str | None = None) -> Answer:
        line = await self.send(method, params, request_id, token)
        head = await line.head()
        answer = Answer(head.status, fields=head.fields)
        async for message in self.messages(line, head):
            if "method" in message:
                answer.before.append(message)
            elif answer.message is not None or message.get("id") != request_id:
                raise Broken(f"asked as {request_id!r}, answered with {str(message)[:200]}")
            else:
                answer.message = message
        line.leave()
        return answer

    async def tool(self, name: str, arguments: dict, request_id: int | str, token: str | None = None, more: dict | None = None) -> Answer:
        return await self.request("tools/call", {"name": name, "arguments": arguments} | (more or {}), request_id, token)

    async def messages(self, line: Connection, head: Head) -> typing.AsyncIterator[dict]:
        """The messages of a reply, to its end."""
        if head.is_stream:
            async for event in line.events():
                if event.data:
                    yield self._heard(event.data)
        elif body := await line.body(head):
            yield self._heard(body)

    def _heard(self, text: str | bytes) -> dict:
        message = json.loads(text)
        self.hear(message)
        return message
