"""A bridge in front of the misbehaving server, and what the system reports of its processes."""
import asyncio
import os
import pathlib
import re
import signal
import subprocess
import time
import typing
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = pathlib.Path(os.environ.get("MCP_BRIDGE_BIN", ROOT / "bin/mcp-bridge"))
FIXTURE = pathlib.Path(os.environ.get("STDIO_FIXTURE_BIN", ROOT / "build/asan/tests/support/stdio_fixture/stdio_fixture"))

# The bridge forwards list_changed without this capability, but real servers that send it declare it.
FIXTURE_OPTIONS = ["--capabilities", '{"tools":{"listChanged":true},"logging":{}}']


def missing() -> str:
    """Says which program is missing and how to build it. Empty if both are there."""
    ways = ((PROGRAM, "run scripts/build"), (FIXTURE, "build the preset asan, see CONTRIBUTING.md"))
    return next((f"{path} is not built; {how}" for path, how in ways if not os.access(path, os.X_OK)), "")


def knows_isolation(name: str) -> bool:
    text = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, timeout=20, check=True).stdout
    option = text.partition("--isolation")[2].partition("\n  --")[0]
    return f"'{name}'" in option


class Bridge:
    """A context. If the bridge still runs at its end, it is killed."""

    def __init__(self, name: str, options: list[str], environment: dict[str, str] | None = None,
                 server: list[str] | None = None, folder: pathlib.Path = ROOT / "build/soak", launcher: tuple[str, ...] = ()):
        """`server`: options of the misbehaving server. `launcher`: a command that starts it, such as nice."""
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / f"{name}.log"
        command = [str(PROGRAM), "--port", "0", "--metrics-listen", "0", "--watch-loop", *options, "--", *launcher, str(FIXTURE), *FIXTURE_OPTIONS,
                   *(server or [])]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=os.environ | (environment or {}))
        self.port = 0
        self.metrics_port = 0

    def __enter__(self) -> "Bridge":
        # On SIGTERM the program stops its bridge before it ends, as on Ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.poll() is None:
            if self._learn_ports():
                return self
            time.sleep(0.02)
        self._fail_to_listen()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    # An asynchronous context, for a program that runs several bridges at once.

    async def __aenter__(self) -> "Bridge":
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.poll() is None:
            if self._learn_ports():
                return self
            await asyncio.sleep(0.02)
        self._fail_to_listen()

    async def __aexit__(self, *_):
        self.__exit__()

    def _learn_ports(self) -> bool:
        text = self.log.read_text(errors="replace")
        listening = re.search(r"listening on http://[^ ]*:(\d+)", text)
        metrics = re.search(r"metrics are at http://[^ ]*:(\d+)", text)
        if listening and metrics:
            self.port = int(listening[1])
            self.metrics_port = int(metrics[1])
        return self.port != 0

    def _fail_to_listen(self) -> typing.NoReturn:
        self.__exit__()
        raise RuntimeError(f"the bridge does not listen within 20 s; see its log {self.log}")

    def stop(self, patience: float = 20) -> int | None:
        """Sends SIGTERM. Returns the exit code, or None if the bridge did not end in time."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            return None

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def resident_kib(self) -> int:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+)", status, re.MULTILINE)[1])

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def children(self) -> list[int]:
        """The child processes. While some begin or end, the list may be incomplete (proc_pid_task_children(5))."""
        pid = self.process.pid
        return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def is_parent_of(self, pid: int) -> bool:
        try:
            # The name of the program stands in brackets and may contain anything.
            status = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return False
        return int(status[1]) == self.process.pid

    def metric(self, name: str) -> int:
        """The value of a metric without labels."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10) as reply:
            text = reply.read().decode()
        return int(float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1]))

    def slow_turns(self) -> list[str]:
        """The log lines of --watch-loop about turns that used too much processor time."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if "a turn of the loop took" in line]

    def open_sessions(self) -> int:
        return self.metric("mcp_bridge_sessions")

    def heap_kib(self) -> int:
        """Memory that the bridge has allocated and not freed."""
        return self.metric("mcp_bridge_heap_used_bytes") // 1024


def identity(pid: int) -> str:
    """A text that distinguishes a process from a later process with the same id. Empty if the process has ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else f"{pid}@{fields[19]}"
