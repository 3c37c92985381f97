"""Runs wrk, or the bare pipe, once."""
import dataclasses
import os
import re
import subprocess
import threading
import time

from . import mcp, processes
from .targets import Place, Target


@dataclasses.dataclass
class Run:
    rate: float
    p50: float
    p99: float
    wrong: int
    rss_kib: int
    cpu_us: float  # processor time of the main thread for a call; the server's does not count


def _result(output: str) -> dict[str, float]:
    line = next((line for line in output.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        raise RuntimeError(f"no result in: {output[-500:]}")
    return {key: float(value) for key, value in re.findall(r"(\w+)=([\d.]+)", line)}


def wrk(place: Place, target: Target, connections: int, seconds: int, tool: str = "echo", size: int = 5) -> Run:
    """wrk gets one thread, because it shares two processors with the bridge and its server."""
    watcher = _PeakMemory(target.served_by())
    environment = os.environ | {"SESSION": target.session, "VERSION": target.version, "TOOL": tool, "SIZE": str(size)}
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s",
               "-s", str(place.root / "tests/bench/call.lua"), f"http://127.0.0.1:{target.port}/mcp"]
    before = processes.processor_microseconds(target.served_by())
    with watcher:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds + 60, check=True)
    used = processes.processor_microseconds(target.served_by()) - before
    result = _result(done.stdout)
    return Run(result["rps"], result["p50"], result["p99"], int(result["not_ok"] + result["socket_errors"]), watcher.kib,
               used / max(result["calls"], 1))


def bare_pipe(place: Place, tool: str, size: int, count: int, depth: int = 1) -> dict[str, float]:
    """Round trips over the server's pipes without a bridge: `rps` is calls a second, `us` microseconds a call."""
    command = [str(place.echo.with_name("direct_stdio")), str(depth), str(count), tool, str(size), str(place.echo)]
    return _result(subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout)


class _PeakMemory:
    """The highest VmRSS while the context lasts. VmHWM would include the start of the process."""

    def __init__(self, pid: int):
        self.kib = 0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self):
        while not self._over.wait(0.2):
            self.kib = max(self.kib, processes.memory_kib(self._pid)["VmRSS"])

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        self.kib = max(self.kib, processes.memory_kib(self._pid)["VmRSS"])


def milliseconds_to_listen(place: Place) -> float:
    """The time from the start of the process to its log line `listening on`."""
    begin = time.perf_counter()
    process = subprocess.Popen([str(place.bridge), "--port", "0", "--isolation", "session", "--", str(place.echo)],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stderr:
            if "listening on" in line:
                return (time.perf_counter() - begin) * 1000
        raise processes.Gone("the bridge ended before it listened")
    finally:
        process.terminate()
        process.communicate(timeout=20)
