"""A client of the legacy protocol, over the plain HTTP of Python's library. Everything that goes wrong raises `Lost`."""
import http.client
import json


class Lost(Exception):
    """A call, a session or a connection that was lost."""


class Client:
    def __init__(self, port: int, host: str = "127.0.0.1", headers=None):
        self.headers = headers or {}
        self.connection = http.client.HTTPConnection(host, port, timeout=30)
        self.session = None
        self.last_id = 0

    def request(self, method: str, body=None, headers=None, path: str = "/mcp"):
        sent = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json", **self.headers, **(headers or {})}
        if self.session:
            sent["Mcp-Session-Id"] = self.session
            sent["MCP-Protocol-Version"] = "2025-11-25"
        try:
            self.connection.request(method, path, body, sent)
            return self.connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise Lost(f"{method}: {type(error).__name__} {error}") from error

    def post(self, message: dict):
        response = self.request("POST", json.dumps({"jsonrpc": "2.0", **message}))
        try:
            text = response.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise Lost(f"the reply to {message.get('method')}: {type(error).__name__} {error}") from error
        if response.status not in (200, 202):
            raise Lost(f"{message.get('method')}: status {response.status}: {text[:200]}")
        return response, text

    def ask(self, method: str, params: dict):
        """Returns the result, and the notifications that came before it."""
        self.last_id += 1
        response, text = self.post({"id": self.last_id, "method": method, "params": params})
        if response.getheader("Content-Type", "").startswith("text/event-stream"):
            messages = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
        else:
            messages = [json.loads(text)]
        answers = [each for each in messages if each.get("id") == self.last_id]
        if len(answers) != 1 or "result" not in answers[0]:
            raise Lost(f"{method}: the answer is {text[:200]!r}")
        if response.getheader("Mcp-Session-Id"):
            self.session = response.getheader("Mcp-Session-Id")
        return answers[0]["result"], [each for each in messages if "method" in each]

    def open(self) -> "Client":
        self.session = None
        self.ask("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "upgrade", "version": "1"}})
        self.post({"method": "notifications/initialized"})
        return self

    def call(self, progress: bool = False, **arguments):
        params = {"name": "count", "arguments": arguments}
        if progress:
            params["_meta"] = {"progressToken": f"token-{self.last_id}"}
        result, before = self.ask("tools/call", params)
        return result["structuredContent"], before

    def close(self) -> None:
        response = self.request("DELETE")
        response.read()
        if response.status != 200:
            raise Lost(f"DELETE: status {response.status}")
        self.session = None
