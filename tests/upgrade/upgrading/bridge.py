"""Bridges that are started, replaced and stopped."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE = 20


def wait_until(condition, patience: float = PATIENCE) -> bool:
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


class Bridge:
    """A bridge over the counting server. `sockets` are passed to it as systemd does; `variables` are added to its environment."""

    all_of_them: "list[Bridge]" = []

    def __init__(self, program: str, folder: pathlib.Path, *options: str, sockets=(), names="", variables=None, server=None):
        self.log_path = folder / f"log-{time.monotonic_ns()}"
        command = [program, *options, "--", *(server or [sys.executable, str(HERE / "counting_server.py")])]
        environment = {**os.environ, **(variables or {})}
        descriptors = [each.fileno() for each in sockets]
        if sockets:
            # Only a process knows its own number before it executes the bridge. The descriptors are moved to those that systemd uses.
            moves = "".join(f"os.dup2({100 + i}, {3 + i});" for i in range(len(descriptors)))
            away = "".join(f"os.dup2({number}, {100 + i});" for i, number in enumerate(descriptors))
            given = f"os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='{len(descriptors)}', LISTEN_FDNAMES={names!r});"
            command = [sys.executable, "-c", f"import os,sys;{away}{moves}{given}os.execv(sys.argv[1],sys.argv[1:])", *command]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, pass_fds=descriptors)
        Bridge.all_of_them.append(self)

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    @property
    def port(self) -> int:
        return int(re.search(r"listening on http://\S+?:(\d+)/", self.log)[1])

    def listens(self) -> bool:
        return wait_until(lambda: "listening on" in self.log or self.process.poll() is not None) and self.process.poll() is None

    def logs(self, text: str, patience: float = PATIENCE) -> bool:
        return wait_until(lambda: text in self.log, patience)

    def stop(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def end(self, patience: float = PATIENCE):
        """Waits for the end of the process, and returns its exit code; nothing if it does not end."""
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            return None

    def __enter__(self):
        return self

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def __exit__(self, *_):
        self.kill()


class Manager:
    """The socket on which a service manager hears of its services."""

    def __init__(self, folder: pathlib.Path):
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(PATIENCE)

    def receive(self) -> str:
        return self.socket.recv(4096).decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def listening_socket(host: str = "127.0.0.1", family=socket.AF_INET) -> socket.socket:
    out = socket.socket(family)
    out.bind((host, 0))
    out.listen(128)
    return out
