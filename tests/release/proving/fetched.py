"""Servers that npx and uvx fetch, under the units of the package for Debian."""
import json
import os
import pathlib
import re
import shutil
import sys

from proving.made import ROOT, lacks, run
from proving.systems import System, wait_until

UV_VERSION = "0.13.9"
UVX_SERVER = "mcp-server-time@2026.10.19"
# Debian's Node.js loads parts of itself from here, and its npm is here with what it needs.
DEBIANS_NODE = pathlib.Path("/usr/share/nodejs")
PATIENCE = 200  # seconds for a server to be fetched and to answer


def _lend_network(system: System) -> dict:
    """Copies the files by which this machine finds other machines. The variables of a proxy, if it needs one."""
    for name in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{name}", system.folder / "etc" / name)
    return {name: value for name, value in os.environ.items() if name.lower() in ("http_proxy", "https_proxy", "no_proxy")}


def _lend_certificates(system: System, file: str, variable: str) -> dict:
    """Copies the certificate authorities that this machine's own client of a registry trusts. The variable that names them, if there are any."""
    if not file or not pathlib.Path(file).is_file():
        return {}
    place = f"etc/{variable.lower()}.pem"
    shutil.copy(file, system.folder / place)
    return {variable: f"/{place}"}


def _lend_node(system: System) -> dict:
    """Copies Node.js and npm of this machine into the system. The variables with which npm reaches its registry from there."""
    node = pathlib.Path(os.path.realpath(shutil.which("node")))
    files = [node, *(pathlib.Path(path) for path in re.findall(r"=> (/\S+)", run("ldd", node).stdout))]
    for file in files:
        place = system.folder / str(file).lstrip("/")
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, place)
    if DEBIANS_NODE.is_dir():
        shutil.copytree(DEBIANS_NODE, system.folder / str(DEBIANS_NODE).lstrip("/"), symlinks=True)
        # Its modules find each other by this name.
        (system.folder / "usr/share/node_modules").symlink_to(DEBIANS_NODE.name)
    npm = pathlib.Path(os.path.realpath(shutil.which("npx"))).parents[1]
    place = npm if DEBIANS_NODE in npm.parents else pathlib.Path("/opt/npm")
    if place != npm:
        shutil.copytree(npm, system.folder / str(place).lstrip("/"), symlinks=True)
    (system.folder / "usr/local/bin/node").symlink_to(node)
    (system.folder / "usr/local/bin/npx").symlink_to(place / "bin/npx-cli.js")
    return _lend_network(system) | _lend_certificates(system, run("npm", "config", "get", "cafile").stdout.strip(), "npm_config_cafile")


def _lend_uv(system: System, work: pathlib.Path) -> tuple[dict, str]:
    """Puts uv from PyPI into the system, beside Debian's Python. The variables with which uv reaches its registry from there; what went wrong."""
    made = run(sys.executable, "-m", "venv", work)
    if made.returncode:
        return {}, "python3-venv is not installed; apt-get install python3-venv"
    fetched = run(work / "bin/pip", "install", "--quiet", f"uv=={UV_VERSION}", timeout=300)
    if fetched.returncode:
        return {}, "pip cannot fetch uv from PyPI: " + (fetched.stderr.strip().splitlines() or ["pip says nothing"])[-1]
    for program in ("uv", "uvx"):
        shutil.copy(work / "bin" / program, system.folder / "usr/local/bin")
    return _lend_network(system) | _lend_certificates(system, os.environ.get("SSL_CERT_FILE", ""), "SSL_CERT_FILE"), ""


def _check_served(results, system: System, promise: str, instance: str, call: list, kept: str) -> None:
    """Starts the instance, whose answer to the call must have the last word of it. What the server was fetched to is below its state directory."""
    port, tool, parameters, shown = call
    unit = f"mcp-bridge@{instance}.service"
    system.run("systemctl", "start", unit)
    called = []

    def answers() -> bool:
        called.append(run(ROOT / "scripts/try", f"http://127.0.0.1:{port}/mcp", tool, json.dumps(parameters), timeout=PATIENCE))
        return shown in called[-1].stdout

    served = wait_until(answers, patience=PATIENCE)
    results.check(served and (system.folder / f"var/lib/private/mcp-bridge@{instance}" / kept).is_dir(), promise, called[-1].stdout, called[-1].stderr,
                  system.run("systemctl", "status", "--no-pager", "--full", "--lines=30", unit).stdout)
    system.run("systemctl", "stop", unit)


def check_npx(results, system: System, name: str, port: int) -> None:
    """The bridge.json of the package, whose server is a package of npm, with nothing but another port and the way to the registry."""
    promise = f"{name}: the bridge.json of the package serves a server that npx fetches into the state directory"
    if why := lacks("node") or lacks("npx"):
        results.skip(promise, why)
        return
    variables = _lend_node(system)
    example = (system.folder / "etc/mcp-bridge/bridge.json").read_text()
    changed = example.replace('"port": 7071', f'"port": {port}').replace('"command": "npx"', f'"command": "npx", "env": {json.dumps(variables)}')
    results.check(changed != example, f"{name}: the bridge.json of the package has a port and starts npx")
    (system.folder / "etc/mcp-bridge/npx.json").write_text(changed)
    _check_served(results, system, promise, "npx", [port, "echo", {"message": "from npx"}, "from npx"], ".npm/_npx")


def check_uvx(results, system: System, name: str, port: int) -> None:
    """The recipe of ExistingServer.md for uvx, with Debian's Python. Without one, uv would fetch a Python from elsewhere than PyPI."""
    promise = f"{name}: a unit of the package serves a server that uvx fetches into the state directory"
    variables, why = _lend_uv(system, system.folder.with_name(f"{name}-uv"))
    if why:
        results.skip(promise, why)
        return
    server = {"command": "uvx", "args": [UVX_SERVER], "env": variables | {"UV_PYTHON_DOWNLOADS": "never"}}
    (system.folder / "etc/mcp-bridge/uvx.json").write_text(json.dumps({"mcpServers": {"time": server}, "options": {"port": port, "isolation": "shared"}}))
    _check_served(results, system, promise, "uvx", [port, "get_current_time", {"timezone": "Europe/Berlin"}, "Europe/Berlin"], ".cache/uv")
