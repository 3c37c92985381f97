"""A bridge that runs as its users start it, and a client that calls a tool through it."""
import os
import signal
import subprocess
import threading

from proving.made import ROOT, run

SERVER = ["--", str(ROOT / "bin/weather-stdio"), "--sample"]
PATIENCE = 60  # seconds until a bridge listens, or has ended


class Bridge:
    """A command that starts a bridge in front of the sample server of the project."""

    def __init__(self, command: list, server: list = SERVER, **more):
        self.process = subprocess.Popen([str(word) for word in [*command, "--port", "0", *server]], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True, start_new_session=True, **more)
        self.lines = []
        self.url = ""
        self._listens = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stderr:
            self.lines.append(line)
            if "listening on http://" in line:
                self.url = line[line.index("http://"):].split()[0].rstrip(",")
                self._listens.set()
        self._listens.set()

    def __enter__(self):
        self._listens.wait(PATIENCE)
        return self

    def __exit__(self, *_):
        # The bridge may run in another group than the command that started it.
        for each in {self.process.pid, self.bridge_id()} - {0}:
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self.process.stderr.close()

    def bridge_id(self) -> int:
        """The process of the bridge itself: the one that listens on the port. 0 if none does."""
        if not self.url:
            return 0
        found = run("ss", "-Hltnp", f"sport = :{self.url.split(':')[2].split('/')[0]}").stdout
        return int(found.split("pid=")[1].split(",")[0]) if "pid=" in found else 0

    def serves(self) -> bool:
        return bool(self.url) and "California" in run(ROOT / "scripts/try", self.url, "get_alerts", '{ "state": "CA" }').stdout

    def said(self, text: str) -> bool:
        return any(text in line for line in self.lines)

    def log(self) -> str:
        return "".join(self.lines)


def check_call(results, command: list, promise: str, **more) -> None:
    """The command must pass the exit code of the bridge on."""
    with Bridge(command, **more) as bridge:
        results.check(bridge.serves(), f"{promise} serves a call", bridge.log())
        bridge.process.terminate()
        code = bridge.process.wait(timeout=PATIENCE)
        results.check(code == 0, f"{promise} ends with exit code 0 upon SIGTERM", str(code), bridge.log())
