"""Clients of other transports and revisions."""
import http.client
import json

from upgrading.client import Lost


class SseSession:
    """A session of HTTP+SSE (2024-11-05): answers come on the stream."""

    def __init__(self, port: int):
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.connection.request("GET", "/sse", headers={"Accept": "text/event-stream"})
        self.stream = self.connection.getresponse()
        self.url = self.data()
        self.last_id = 0

    def data(self) -> str:
        while True:
            line = self.stream.readline().decode()
            if not line:
                raise Lost("the stream of HTTP+SSE has ended")
            if line.startswith("data: "):
                return line[6:].strip()

    def ask(self, method: str, params: dict) -> dict:
        self.last_id += 1
        poster = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        url = self.url if self.url.startswith("/") else "/" + self.url
        poster.request("POST", url, json.dumps({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}), {"Content-Type": "application/json"})
        response = poster.getresponse()
        response.read()
        poster.close()
        if response.status != 202:
            raise Lost(f"{method}: status {response.status}")
        while True:
            message = json.loads(self.data())
            if message.get("id") == self.last_id:
                return message["result"]

    def close(self) -> None:
        self.connection.close()
        self.stream.close()


class ModernCall:
    """One call of a client of 2026-07-28, which has no session."""

    def __init__(self, port: int, **arguments):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientInfo": {"name": "modern", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {}}
        self.message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "count", "arguments": arguments, "_meta": meta}}

    def send(self) -> None:
        headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json", "MCP-Protocol-Version": "2026-07-28",
                   "Mcp-Method": "tools/call", "Mcp-Name": "count"}
        self.connection.request("POST", "/mcp", json.dumps(self.message), headers)

    def answer(self) -> dict:
        response = self.connection.getresponse()
        text = response.read().decode()
        if response.status != 200:
            raise Lost(f"status {response.status}: {text}")
        texts = [line[6:] for line in text.splitlines() if line.startswith("data: {")] or [text]
        return next(message for message in map(json.loads, texts) if "id" in message)["result"]

    def close(self) -> None:
        self.connection.close()
