"""The overlays of the template for azd: each is built as its README says, packaged, and the package serves a call."""
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

from proving.made import ROOT, Release, lacks, run
from proving.serving import Bridge

OVERLAYS = ROOT / "infra/overlays"
# The tools that the script of an overlay needs; a call, and what its answer has.
CALLS = {
    "node": (["npm", "node"], "echo", {"message": "from the overlay"}, "from the overlay"),
    "python": ([], "get_current_time", {"timezone": "Europe/Berlin"}, "Europe/Berlin"),
    "dotnet": (["dotnet"], "time_in", {"zone": "Europe/Berlin"}, "T"),
    "java": (["javac", "mvn"], "time_in", {"zone": "Europe/Berlin"}, "Europe/Berlin"),
}


def _commands(name: str) -> dict:
    """The lines of the README, by what they do."""
    block = re.search(r"```sh\n(.*?)```", (OVERLAYS / name / "README.md").read_text(), re.DOTALL).group(1).splitlines()
    # azd takes a value that begins with a hyphen for an option, unless it stands behind NAME=.
    settings = dict("=".join(words[3:]).split("=", 1) for words in map(shlex.split, block) if words[:3] == ["azd", "env", "set"])
    return {"build": block[0], "package": settings.get("MCP_PACKAGE_ARGS", ""), "runtime": settings.get("MCP_RUNTIME", "custom")}


def _build(name: str, project: pathlib.Path, build: str) -> str:
    """What went wrong, or nothing."""
    # The packages for Python are for the version that runs here.
    arguments = [f"{sys.version_info.major}.{sys.version_info.minor}"] if name == "python" else []
    ended = run(project / build, *arguments, cwd=project, timeout=900)
    return "" if ended.returncode == 0 else (ended.stderr or ended.stdout)[-1000:]


def _package(project: pathlib.Path, arguments: str, out: pathlib.Path) -> subprocess.CompletedProcess:
    return run(ROOT / "scripts/package", "--binary", ROOT / "bin/mcp-bridge", "--out", out, *shlex.split(arguments), cwd=project, timeout=900)


def _check_overlay(results, release: Release, name: str) -> None:
    tools, tool, parameters, shown = CALLS[name]
    project = release.work / f"overlay-{name}"
    shutil.copytree(OVERLAYS, project / "infra/overlays")
    commands = _commands(name)
    app = project / "infra/overlays" / name / "app"
    why = next(filter(None, map(lacks, tools)), "")
    if why:
        results.skip(f"the overlay {name} is built", why)
        # The package is made of a program with the same name.
        app.mkdir()
        shutil.copy(ROOT / "bin/weather-stdio", app / pathlib.Path(json.loads((app.parent / "bridge.json").read_text())["mcpServers"]["clock"]["command"]).name)
        tool, parameters, shown = "", {}, "get_alerts"
    else:
        mistake = _build(name, project, commands["build"])
        results.check(not mistake, f"the overlay {name} is built", mistake)
        if mistake:
            return
    packaged = _package(project, commands["package"], project / "dist")
    results.check(packaged.returncode == 0, f"the overlay {name} is packaged", packaged.stderr)
    if packaged.returncode:
        return
    place = project / "dist/app"
    with Bridge([place / "bin/mcp-bridge"], [], cwd=place) as bridge:
        called = run(ROOT / "scripts/try", bridge.url, *([tool, json.dumps(parameters)] if tool else []), timeout=120)
        results.check(shown in called.stdout, f"the package of the overlay {name} serves a call", called.stdout, called.stderr, bridge.log())


def check_overlays(results, release: Release) -> None:
    names = {path.name for path in OVERLAYS.iterdir() if path.is_dir()}
    results.check(names == set(CALLS), "every overlay is tested", str(names ^ set(CALLS)))
    for name in sorted(names & set(CALLS)):
        _check_overlay(results, release, name)
