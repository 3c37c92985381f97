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
    """One call of a client of 2026-07-28, which has no session. The client knows tasks, and can be asked."""

    capabilities = {"elicitation": {"form": {}}, "extensions": {"io.modelcontextprotocol/tasks": {}}}

    def __init__(self, port: int, **arguments):
        self.port = port
        self.message = self.request("tools/call", {"name": "count", "arguments": arguments})
        self.connection = self.connect()

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def request(self, method: str, params: dict) -> dict:
        meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientInfo": {"name": "modern", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": self.capabilities}
        return {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}

    def send(self, is_chunked: bool = False) -> None:
        method, params = self.message["method"], self.message["params"]
        headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json", "MCP-Protocol-Version": "2026-07-28",
                   "Mcp-Method": method, "Mcp-Name": params.get("name", params.get("taskId"))}
        body = json.dumps(self.message).encode()
        if is_chunked:
            headers.update({"Transfer-Encoding": "chunked"})
            self.connection.request("POST", "/mcp", iter([body[:100], body[100:]]), headers, encode_chunked=True)
        else:
            self.connection.request("POST", "/mcp", body, headers)

    def answer(self) -> dict:
        response = self.connection.getresponse()
        text = response.read().decode()
        if response.status != 200:
            raise Lost(f"status {response.status}: {text}")
        texts = [line[6:] for line in text.splitlines() if line.startswith("data: {")] or [text]
        message = next(message for message in map(json.loads, texts) if "id" in message)
        if "error" in message:
            raise Lost(f"error: {text}")
        return message["result"]

    def repeat(self, asked: dict, name: str, is_chunked: bool = False) -> dict:
        """Answers the question in `asked`, an answer to the call, on a connection of its own. Returns the next answer."""
        self.close()
        self.connection = self.connect()
        key = next(iter(asked["inputRequests"]))
        answered = {"inputResponses": {key: {"action": "accept", "content": {"name": name}}}, "requestState": asked["requestState"]}
        first = self.message
        self.message = {**first, "id": 2, "params": {**first["params"], **answered}}
        self.send(is_chunked)
        self.message = first
        return self.answer()

    def about_task(self, method: str, task: str) -> dict:
        """Sends a request about the task on a connection of its own, and returns the answer."""
        self.close()
        self.connection = self.connect()
        self.message = self.request(method, {"taskId": task})
        self.send()
        return self.answer()

    def close(self) -> None:
        self.connection.close()
