"""A bridge started as a person would start it, and the client that asks it."""
import contextlib
import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

LISTENING = re.compile(r"listening on (http://\S+)")
HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


class Wrong(Exception):
    """What a person would see go wrong."""


@contextlib.contextmanager
def running(command: str, folder, environment, log_path, patience: float = 20):
    """Runs commands of bash, of which the last one starts a bridge, waits until it listens, and gives the URL of its MCP endpoint. Ends it at the end."""
    # exec: the shell becomes the bridge, so that its end is the bridge's end. env: variables may stand before the program.
    *before, last = command.replace("\\\n", " ").strip().split("\n")
    command = "\n".join([*before, f"exec env {last}"])
    with open(log_path, "wb") as log:
        process = subprocess.Popen(["bash", "-euo", "pipefail", "-c", command], cwd=folder, stdout=log, stderr=log,
                                   stdin=subprocess.DEVNULL, env={**environment, "MCP_BRIDGE_PORT": "0"})
    try:
        yield _wait_for_url(process, log_path, patience)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_url(process, log_path, patience: float) -> str:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        text = tail(log_path)
        found = LISTENING.search(text)
        if found:
            return found[1].rstrip("/,;.")
        if process.poll() is not None:
            raise Wrong(f"the bridge ended with {process.returncode} before it listened:\n{tail(log_path)}")
        time.sleep(0.02)
    raise Wrong(f"the bridge does not listen after {patience:g} s:\n{tail(log_path)}")


def tail(path, lines: int = 25) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return "".join(file.readlines()[-lines:])


class Client:
    """A session of 2025-11-25 with the least that a client does."""

    def __init__(self, url: str, headers=None, patience: float = 90):
        self._url, self._headers, self._patience, self._last = url, {**HEADERS, **(headers or {})}, patience, 0
        self.opened = self.ask("initialize", {"protocolVersion": "2025-11-25", "capabilities": {},
                                              "clientInfo": {"name": "recipes", "version": "1"}})
        self._post({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def ask(self, method: str, params=None):
        """The result; raises Wrong with the error's words, or the status, if there is none."""
        self._last += 1
        answer = self._post({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params or {}}, self._last)
        if "result" not in answer:
            raise Wrong(f"{method}: {json.dumps(answer)[:2000]}")
        return answer["result"]

    def _post(self, message, wanted=None):
        request = urllib.request.Request(self._url, json.dumps(message).encode(), self._headers)
        try:
            with _opener.open(request, timeout=self._patience) as reply:
                session = reply.headers.get("Mcp-Session-Id")
                if session:
                    self._headers["Mcp-Session-Id"] = session
                if wanted is None:
                    return None
                if reply.headers.get_content_type() == "text/event-stream":
                    return _answer_in(reply, wanted)
                return json.load(reply)
        except urllib.error.HTTPError as error:
            raise Wrong(f"{message['method']}: status {error.code}: {error.read(2000).decode(errors='replace')}") from error
        except OSError as error:
            raise Wrong(f"{message['method']}: {error}") from error


# Loopback is never asked for through a proxy, whatever the environment says.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _answer_in(stream, wanted: int):
    for line in stream:
        if line.startswith(b"data:") and line[5:].strip():
            message = json.loads(line[5:])
            if message.get("id") == wanted and "method" not in message:
                return message
    raise Wrong("the stream ended without the answer")


def environment_of(home) -> dict:
    """This environment with a home of its own, so that what npm, uv, pip and Maven keep stays below build/."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MCP_BRIDGE_", "FUNCTIONS_"))}
    # A download by the server itself (npx, uvx) needs what this machine needs to reach its registries; see `Downloads` in the page.
    network = [name for name in ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")
               if name in kept]
    return {**kept, "HOME": str(home), "MAVEN_OPTS": f"-Dmaven.repo.local={home}/maven", "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_CACHE_DIR": f"{home}/pip", "PIP_NO_COMPILE": "1", "UV_PYTHON_DOWNLOADS": "never",
            **({"MCP_BRIDGE_ENV": ",".join(network)} if network else {})}
