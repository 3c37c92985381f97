"""Programs of the package, running in another system: the bridge as the Functions host starts it, the weather server alone."""
import json
import os
import pathlib
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

PORT = 7100
PATIENCE = 20
INITIALIZE = {"jsonrpc": "2.0", "id": 1, "method": "initialize",
              "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "package-test", "version": "1"}}}


def enter(system: pathlib.Path, folder: str, user: int = 0):
    """What a child does before it becomes the program."""
    def inner():
        os.chroot(system)
        os.chdir(folder)
        if user:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
    return inner


class Handler:
    """The app at `folder` of `system`, started by what its host.json names. Use as a context."""

    def __init__(self, system: pathlib.Path, log: pathlib.Path, folder: str = "/app", user: int = 0, environment: dict | None = None):
        host = json.loads((system / folder[1:] / "host.json").read_text())
        what = host["customHandler"]["description"]
        self.log = log
        with open(log, "wb") as output:
            self.process = subprocess.Popen(
                [f"{folder}/{what['defaultExecutablePath']}", *what.get("arguments", [])], stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, preexec_fn=enter(system, folder, user),
                env={"FUNCTIONS_CUSTOMHANDLER_PORT": str(PORT), **(environment or {})})

    def __enter__(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=5).read()
                return self
            except urllib.error.HTTPError:
                return self  # any status says that it is there
            except OSError:
                time.sleep(0.02)
        self.__exit__()
        raise RuntimeError("the handler does not listen; it said: " + self.said())

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> int | None:
        """Its exit code after SIGTERM; nothing if it did not end in time."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return None


class Client:
    """An MCP client over HTTP, as plain as can be."""

    def __init__(self):
        self._session = ""
        self.server = self.ask(INITIALIZE)
        self._post({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def ask(self, message: dict) -> dict:
        text = self._post(message)
        texts = [text] if text.startswith("{") else [line[5:] for line in text.splitlines() if line.startswith("data:")]
        answers = [answer for answer in map(json.loads, filter(str.strip, texts)) if answer.get("id") == message["id"]]
        if not answers or "result" not in answers[0]:
            raise RuntimeError(f"{message['method']} was answered with: {text}")
        return answers[0]["result"]

    def call(self, tool: str, arguments: dict) -> dict:
        return self.ask({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})

    def tools(self) -> list:
        return [tool["name"] for tool in self.ask({"jsonrpc": "2.0", "id": 2, "method": "tools/list"})["tools"]]

    def _post(self, message: dict) -> str:
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        if self._session:
            headers |= {"Mcp-Session-Id": self._session, "MCP-Protocol-Version": "2025-06-18"}
        request = urllib.request.Request(f"http://127.0.0.1:{PORT}/mcp", json.dumps(message).encode(), headers)
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            self._session = reply.headers.get("Mcp-Session-Id", self._session)
            return reply.read().decode()


def ask_weather(system: pathlib.Path, tool: str, arguments: dict, *options: str, environment: dict | None = None,
                before: tuple = (), folder: str = "/app") -> tuple:
    """One call of a tool, with the weather server alone: the text of the result, whether it is an error, and stderr."""
    lines = [INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"},
             {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}]
    process = subprocess.Popen([*before, f"{folder}/bin/weather-stdio", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, preexec_fn=None if before else enter(system, folder), env=environment or {},
                               text=True)
    deadline = threading.Timer(PATIENCE, process.kill)
    deadline.start()
    try:
        for line in lines:
            process.stdin.write(json.dumps(line) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            message = json.loads(line)
            if message.get("id") == 3:
                break
        else:
            _, errors = process.communicate(timeout=PATIENCE)
            return f"no answer; it ended with {process.returncode}", True, errors
        _, errors = process.communicate(timeout=PATIENCE)
    finally:
        deadline.cancel()
        if process.poll() is None:
            process.kill()
            process.wait()
    result = message["result"]
    return result["content"][0]["text"], bool(result.get("isError")), errors
