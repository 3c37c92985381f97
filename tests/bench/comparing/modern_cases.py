"""The inputs of the modern era that cost the bridge the most: requests of a client and messages of a server that consist of millions of small
members, wherever the bridge reads members."""
import http.client
import json
import pathlib
import re
import sys
import time

MIB = 1024 * 1024
SERVER = pathlib.Path(__file__).resolve().parents[1] / "modern_server.py"
# The bridge reads longer messages in slices. What it does with a shorter one must not be done for each of many calls.
BELOW_A_SLICE = 60_000
MANY = 250
KNOWS_TASKS = {"extensions": {"io.modelcontextprotocol/tasks": {}}}
CAPABILITIES = {"elicitation": {"form": {}, "url": {}}, "sampling": {"tools": {}}, "roots": {}}


def listed(piece: str, size: int) -> str:
    """About `size` bytes of `piece`, with commas between."""
    return ",".join([piece] * max(1, size // (len(piece) + 1)))


def members(size: int) -> str:
    return "{" + listed('"":0', size) + "}"


def numbers(size: int) -> str:
    return "[" + listed("0", size) + "]"


def long_keys(size: int) -> str:
    """As many members as the bridge reads, whose keys differ only at their ends."""
    count = 1000
    return ",".join(f'"{"k" * (size // count)}{i}":0' for i in range(count))


def all_resources() -> str:
    """As many and as long resources as one client may subscribe to, in the longest spelling."""
    return ",".join('"' + f"a:{i:04}" + "\\u0061" * 250 + '"' for i in range(1000))


def mirrored(size: int) -> str:
    """Arguments of which headers could repeat many, if they were there."""
    return "{" + listed('"a":null', size) + "}"


# The parts of a request that a client can make long: the method, the name, and the members of params and of _meta.
REQUESTS = {
    "params of small members": lambda n: ("tools/call", "echo", '"arguments":{},' + members(n)[1:-1], ""),
    "arguments of small members": lambda n: ("tools/call", "echo", '"arguments":' + members(n), ""),
    "arguments of small numbers": lambda n: ("tools/call", "echo", '"arguments":{"n":' + numbers(n) + "}", ""),
    "arguments that headers repeat": lambda n: ("tools/call", "mirrored", '"arguments":' + mirrored(n), ""),
    "params with long keys": lambda n: ("tools/call", "echo", '"arguments":{},' + long_keys(n), ""),
    "_meta of small members": lambda n: ("tools/call", "echo", '"arguments":{}', "," + members(n)[1:-1]),
    "_meta of small numbers": lambda n: ("tools/call", "echo", '"arguments":{}', ',"n":' + numbers(n)),
    "white space around a task": lambda n: ("tools/call", "echo", " " * (n // 2) + '"task":{}' + " " * (n // 2) + ',"arguments":{}', ""),
    "a long task": lambda n: ("tools/call", "echo", '"task":{"t":"' + "x" * n + '"},"arguments":{}', ""),
    "a prompt with small members": lambda n: ("prompts/get", "echo", '"arguments":' + members(n), ""),
    "a prompt with small numbers": lambda n: ("prompts/get", "echo", '"arguments":{"n":' + numbers(n) + "}", ""),
    "a resource with small numbers": lambda n: ("resources/read", "file:///echo", '"n":' + numbers(n), ""),
    "a method of the server's own": lambda n: ("x/y", None, '"n":' + members(n), ""),
    "a listen with small members": lambda n: ("subscriptions/listen", None, '"notifications":' + members(n), ""),
    "a listen for many resources": lambda n: ("subscriptions/listen", None, '"notifications":{"resourceSubscriptions":[' + listed('"a:"', n) + "]}", ""),
    "a listen for a long resource": lambda n: (
        "subscriptions/listen", None, '"notifications":{"resourceSubscriptions":["a:' + "\\u0061" * (n // 6) + '"]}', ""),
    "a listen for all that a client may have": lambda n: (
        "subscriptions/listen", None, '"notifications":{"resourceSubscriptions":[' + all_resources() + "]}", ""),
    "a listen for numbers": lambda n: ("subscriptions/listen", None, '"notifications":{"resourceSubscriptions":' + numbers(n) + "}", ""),
}

# The answers of a client to the question of a call.
RESPONSES = {
    "responses of small members": lambda n: members(n),
    "a response of small members": lambda n: '{"q1":' + members(n) + "}",
    "a response of small numbers": lambda n: '{"q1":{"action":"accept","content":{"n":' + numbers(n) + "}}}",
}

# What a server can send for a call: modern_server.py makes it.
SENT_BY_LEGACY = ("result of small members", "result of small numbers", "_meta of small members", "_meta of small numbers",
                  "structured members", "structured numbers", "content of small objects", "many hints before a long text", "a short hint before a long text",
                  "error of small members", "error data of small numbers", "a question of small members", "a question of small numbers",
                  "progress of small members", "progress of small numbers", "a log message of small members", "a log message of small numbers",
                  "an update of small members", "an update of small numbers")
SENT_BY_MODERN = ("result of small members", "result of small numbers", "_meta of small members", "_meta of small numbers", "structured members",
                  "structured numbers", "content of small objects", "many hints before a long text", "a short hint before a long text",
                  "error of small members", "error data of small numbers", "many input requests", "an input request of small members",
                  "input requests of some size", "an input request of small numbers", "an unknown result of small members", "progress of small members",
                  "progress of small numbers", "a log message of small members", "a log message of small numbers", "an update of small members",
                  "an update of small numbers")
BELOW_A_SLICE_BY_SERVER = ("a log message just below a slice", "an update just below a slice")
LISTS = ("tools of small members", "tools of one large tool", "tools with many headers", "many small tools", "many tools with schemas")


class ModernClient:
    """A client of the modern era. Each request has a connection of its own."""

    def __init__(self, port: int, capabilities: dict | None = None, level: str = "debug"):
        self.port, self.level = port, level
        self.capabilities = json.dumps(CAPABILITIES if capabilities is None else capabilities)

    def begin(self, method: str, name: str | None, params: str, meta: str = "") -> http.client.HTTPConnection:
        envelope = (f'"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/logLevel":"{self.level}",'
                    '"io.modelcontextprotocol/clientCapabilities":' + self.capabilities + ',"progressToken":1' + meta)
        key = {"resources/read": "uri", "tasks/get": "taskId", "tasks/update": "taskId"}.get(method, "name")
        member = "" if name is None else f'"{key}":"{name}",'
        body = f'{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{member}"_meta":{{{envelope}}},{params}}}}}'
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2026-07-28",
                   "Mcp-Method": method}
        if name is not None:
            headers["Mcp-Name"] = name
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("POST", "/mcp", body.encode(), headers)
        return connection

    def post(self, method: str, name: str | None, params: str, meta: str = "") -> tuple[int, bytes]:
        connection = self.begin(method, name, params, meta)
        reply = connection.getresponse()
        # A listen has no end.
        is_endless = method == "subscriptions/listen" and reply.status == 200
        try:
            text = reply.read1(300) + reply.read1(300) if is_endless else reply.read()
        except http.client.IncompleteRead as cut:
            text = b"cut off: " + cut.partial
        connection.close()
        return reply.status, text

    def call(self, tool: str, size: int) -> tuple[int, bytes]:
        return self.post("tools/call", tool, f'"arguments":{{"bytes":{size}}}')

    def ask(self, tool: str = "ask") -> str:
        """Calls a tool that asks the user something. Returns the state by which the call goes on."""
        _, text = self.post("tools/call", tool, '"arguments":{}')
        return re.search(rb'"requestState":"(\w+)"', text)[1].decode()

    def answer(self, state: str, responses: str, tool: str = "ask") -> tuple[int, bytes]:
        return self.post("tools/call", tool, f'"arguments":{{}},"requestState":"{state}","inputResponses":{responses}')

    def answer_many(self) -> tuple[int, bytes]:
        """Answers many questions of one call."""
        pause = numbers(BELOW_A_SLICE // MANY - 30)
        responses = ",".join(f'"q{i + 1}":{{"action":"accept","n":{pause}}}' for i in range(MANY))
        return self.answer(self.ask("ask often"), "{" + responses + "}", "ask often")

    def answer_two(self, size: int) -> tuple[int, bytes]:
        """Answers both questions of one call at once, with long answers."""
        responses = ",".join(f'"q{i}":{{"action":"accept","content":{{"n":{numbers(size // 2)}}}}}' for i in (1, 2))
        return self.answer(self.ask("ask twice"), "{" + responses + "}", "ask twice")

    def answer_task(self, size: int) -> tuple[int, bytes]:
        """Answers the question of a call that has become a task. The client must know tasks."""
        _, text = self.post("tools/call", "ask late", '"arguments":{}')
        task = re.search(rb'"taskId":"(\w+)"', text)[1].decode()
        for _ in range(100):
            _, text = self.post("tasks/get", task, '"x":1')
            if key := re.search(rb'"inputRequests":\{("[^"]*")', text):
                break
            time.sleep(0.1)
        response = f'{{{key[1].decode()}:{{"action":"accept","content":{{"n":{numbers(size)}}}}}}}'
        answered = self.post("tasks/update", task, f'"inputResponses":{response}')
        for _ in range(100):
            status, text = self.post("tasks/get", task, '"x":1')
            if b'"status":"completed"' in text[:500]:
                return answered
            time.sleep(0.1)
        return status, text

    def call_beside_many(self, tool: str) -> tuple[int, bytes]:
        """Calls a tool while many other calls are open, none of which wants its log messages."""
        quiet = ModernClient(self.port, level="emergency")
        held = [quiet.begin("tools/call", "hold", '"arguments":{}') for _ in range(MANY)]
        self.call("echo", 0)
        outcome = self.call(tool, 0)
        self.call("release", 0)
        for each in held:
            each.close()
        return outcome

    def call_beside_listeners(self, tool: str) -> tuple[int, bytes]:
        """Calls a tool while many listeners are subscribed to the same resource."""
        listening = []
        for _ in range(MANY):
            connection = self.begin("subscriptions/listen", None, '"notifications":{"resourceSubscriptions":["a:"]}')
            connection.getresponse().read1(300)
            listening.append(connection)
        outcome = self.call(tool, 0)
        for each in listening:
            each.close()
        return outcome

    def read_task(self, size: int) -> tuple[int, bytes]:
        """Reads the result of a call that has become a task. The client must know tasks."""
        _, text = self.call("late", size)
        task = re.search(rb'"taskId":"(\w+)"', text)[1].decode()
        for _ in range(100):
            status, text = self.post("tasks/get", task, '"x":1')
            if b'"status":"completed"' in text[:500]:
                break
            time.sleep(0.1)
        return status, text


def server_command(era: str) -> list[str]:
    return [sys.executable, str(SERVER), era]
