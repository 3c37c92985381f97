"""The package, run where nothing else is there: in an empty system, and in an older Debian.

For namespaces of its own: mounts, processes, and a network whose loopback is nobody else's."""
import json
import pathlib

from proving import roots
from proving.app import unpack
from proving.hosted import Client, Handler

NOBODY = 65534


def sample_package(package, work: pathlib.Path) -> pathlib.Path:
    """The zip of an app whose weather server answers from its samples."""
    configuration = json.loads((roots.ROOT / "bridge.json").read_text())
    configuration["mcpServers"]["weather"]["args"] = ["--sample"]
    (work / "sample.json").write_text(json.dumps(configuration))
    package(work / "sample", "--config", work / "sample.json")
    return work / "sample/mcp-bridge.zip"


def serve_sample(results, where: str, system: pathlib.Path, log: pathlib.Path, user: int = 0) -> str:
    """Checks that the app at /app of the system serves its tools; what it said."""
    text, tools, status = "", [], None
    with Handler(system, log, user=user) as handler:
        try:
            client = Client()
            tools = client.tools()
            text = client.call("get_alerts", {"state": "CA"})["content"][0]["text"]
            status = handler.stop()
        except (OSError, RuntimeError) as failure:
            text = str(failure)
    good = tools == ["get_alerts", "get_forecast"] and "Heat Advisory" in text and status == 0
    results.check(good, f"{where}: initialize, tools/list and tools/call over HTTP, and exit 0", str(tools), text[:500], f"exit {status}",
                  handler.said())
    return handler.said()


def check_empty_system(results, archive: pathlib.Path, work: pathlib.Path) -> None:
    system = roots.empty_system(work / "empty")
    unpack(archive, system / "app")
    serve_sample(results, "an empty system without /proc", system, work / "empty.log")
    roots.mount_proc(system)
    serve_sample(results, "an empty system with /proc", system, work / "empty-proc.log")


def check_old_debian(results, archive: pathlib.Path, system: pathlib.Path, work: pathlib.Path) -> None:
    unpack(archive, system / "app")
    roots.mount_proc(system)
    version = (system / "etc/debian_version").read_text().strip()
    serve_sample(results, f"Debian {version}", system, work / "old.log")


def check_lost_modes(results, archive: pathlib.Path, work: pathlib.Path) -> None:
    """A zip as Windows makes it. The host gives the program of host.json its permission back, and nothing else."""
    def as_the_host_does(name: str, _stated: int) -> int:
        return 0o777 if name == "bin/mcp-bridge" else 0o666

    for where, log_word, user, read_only in (
            ("files of the bridge's own user", "got it back", 0, False),
            ("files of another user", "is run from a copy in memory", NOBODY, False),
            ("files that nobody can write", "is run from a copy in memory", 0, True)):
        system = roots.empty_system(work / f"lost-{user}-{read_only}")
        unpack(archive, system / "app", as_the_host_does)
        roots.mount_proc(system)
        if read_only:
            roots.mount_read_only(system / "app")
        said = serve_sample(results, f"all modes 0666, {where}", system, work / "lost.log", user)
        results.check(log_word in said, f"all modes 0666, {where}: the bridge says what it did", said)
