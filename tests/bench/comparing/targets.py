"""The measured programs: how each is started, and why it cannot be started."""
import dataclasses
import pathlib
import shutil
import subprocess
import typing

from . import mcp, processes

ECHO_ANSWER = '{"jsonrpc":"2.0","id":123456,"result":{"content":[{"type":"text","text":"xxxxx"}]}}'


@dataclasses.dataclass
class Place:
    """The folders and programs of a measurement."""
    root: pathlib.Path
    build: pathlib.Path
    echo: pathlib.Path
    bridge: pathlib.Path


@dataclasses.dataclass
class Target:
    name: str
    command: typing.Callable[[Place, int], list[str]]
    missing: typing.Callable[[Place], str]
    speaks_mcp: bool = True
    version: str = mcp.VERSION

    # These are set when the target runs.
    port: int = 0
    process: typing.Any = None
    session: str = ""
    idle_kib: int = 0

    def start(self, running: processes.Processes, place: Place):
        self.port = processes.free_port()
        self.process = running.start(self.name, self.command(place, self.port))
        processes.wait_for_port(self.process, self.port)
        if self.version == mcp.MODERN_VERSION:
            mcp.discover(self.port)
        elif self.speaks_mcp:
            self.session = mcp.open_session(self.port)
        self.idle_kib = processes.memory_kib(self.served_by())["VmRSS"]

    def served_by(self) -> int:
        """The process that does the work. For nginx that is the worker, not the master."""
        return self.process.pid if self.speaks_mcp else processes.children_of(self.process.pid)[0]


def _nginx(place: Place, port: int) -> list[str]:
    folder = place.build / "nginx"
    folder.mkdir(exist_ok=True)
    text = (place.root / "tests/bench/nginx.conf").read_text()
    for mark, value in {"@PORT@": str(port), "@FOLDER@": str(folder), "@ANSWER@": ECHO_ANSWER}.items():
        text = text.replace(mark, value)
    (folder / "nginx.conf").write_text(text)
    return ["/usr/sbin/nginx", "-c", str(folder / "nginx.conf")]


def _bridge(*options: str, server: tuple[str, ...] = ()):
    return lambda place, port: [str(place.bridge), "--port", str(port), *options, "--", str(place.echo), *server]


def _bridge_missing(place: Place) -> str:
    return "" if place.bridge.exists() else f"{place.bridge} is not built; run scripts/build"


def _peer(script: str, *options: str, tail: typing.Callable[[Place], list[str]]):
    def command(place: Place, port: int) -> list[str]:
        return ["node", str(place.build / "node_modules/.bin" / script), "--port", str(port), *options, *tail(place)]
    return command


def _peer_missing(_: Place) -> str:
    if shutil.which("node") is None:
        return "Node.js is not installed; run scripts/setup node"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return "" if int(version[1:].split(".")[0]) >= 20 else f"it needs Node.js 20, and {version} is installed"


ALL = [
    Target("nginx", _nginx, lambda _: "", speaks_mcp=False),
    Target("bridge session", _bridge("--isolation", "session"), _bridge_missing),
    Target("bridge shared", _bridge("--isolation", "shared"), _bridge_missing),
    # Client and server of 2026-07-28, and a client of that revision in front of an older server.
    Target("bridge passes", _bridge("--isolation", "session", server=("--modern",)), _bridge_missing, version=mcp.MODERN_VERSION),
    Target("bridge translates", _bridge("--isolation", "session"), _bridge_missing, version=mcp.MODERN_VERSION),
    # By default it logs every message in full, which would slow it down.
    Target("supergateway", _peer("supergateway", "--outputTransport", "streamableHttp", "--stateful", "--logLevel", "none",
                                 tail=lambda place: ["--stdio", str(place.echo)]), _peer_missing),
    Target("supergateway modern", _peer("supergateway", "--outputTransport", "streamableHttp", "--stateful", "--logLevel", "none",
                                        tail=lambda place: ["--stdio", f"{place.echo} --modern"]), _peer_missing, version=mcp.MODERN_VERSION),
    Target("mcp-proxy", _peer("mcp-proxy", "--host", "127.0.0.1", "--server", "stream",
                              tail=lambda place: ["--", str(place.echo)]), _peer_missing),
]
