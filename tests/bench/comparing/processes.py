"""Starts processes, and always stops them, by their ids."""
import contextlib
import os
import pathlib
import random
import signal
import socket
import subprocess
import time


class Gone(Exception):
    """A process ended, or did not do what was expected in time."""


class Processes:
    """A context. All processes that were started inside are stopped when it ends, also if it ends with an exception."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self._running: list[subprocess.Popen] = []

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        return self

    def __exit__(self, *_):
        # A second Ctrl-C must not interrupt the stopping of processes.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for process in self._running:
            _signal_group(process, signal.SIGTERM)
        for process in self._running:
            _wait_or_kill(process)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def start(self, name: str, command: list[str]) -> subprocess.Popen:
        """Starts a process in a new process group. Its output goes to the file `log_of(name)`."""
        with open(self.log_of(name), "wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self._running.append(process)
        return process

    def stop(self, process: subprocess.Popen):
        _signal_group(process, signal.SIGTERM)
        _wait_or_kill(process)
        self._running.remove(process)

    def log_of(self, name: str) -> pathlib.Path:
        return self.folder / (name.replace(" ", "-") + ".log")


def _signal_group(process: subprocess.Popen, number: int):
    # Until a process is reaped, no other process can have its id or the id of its group.
    if process.poll() is None:
        os.killpg(process.pid, number)


def _wait_or_kill(process: subprocess.Popen):
    try:
        process.wait(timeout=8)
    except subprocess.TimeoutExpired:
        _signal_group(process, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """A port that is free now. It is below the range from which Linux takes ports that nobody names (ip_local_port_range), where somebody else
    could get it before the program listens."""
    for port in random.sample(range(20_000, 32_000), 1000):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise Gone("no port is free")


def wait_for_port(process: subprocess.Popen, port: int, seconds: float = 30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise Gone(f"the process ended with exit code {process.returncode} before it listened")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise Gone(f"the process does not listen after {seconds} s")


def processor_microseconds(pid: int) -> float:
    """The processor time of the main thread so far; the bridge has no other thread (proc(5): schedstat has nanoseconds)."""
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1000


def memory_kib(pid: int) -> dict[str, int]:
    """VmRSS (current) and VmHWM (peak) of one process, in KiB."""
    found = {}
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        key, _, rest = line.partition(":")
        if key in ("VmRSS", "VmHWM"):
            found[key] = int(rest.split()[0])
    return found


def children_of(pid: int) -> list[int]:
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
