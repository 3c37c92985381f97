"""The package for Debian: its form, and its life in a Debian that runs systemd."""
import json
import os
import pathlib
import re
import shutil
import socket
import sys

from proving.fetched import check_npx, check_uvx
from proving.made import ROOT, VERSION, Release, lacks, run
from proving.systems import System, cached, wait_until

sys.path.append(str(ROOT / "tests/upgrade"))
from upgrading.client import Client  # noqa: E402

# Programs of this machine, such as Node.js, run in a Debian of the same age or a younger one.
SYSTEM_WITH_RUNTIMES = "trixie"
UNITS = ("mcp-bridge.service", "mcp-bridge@.service", "mcp-bridge.socket")


def package_of(release: Release) -> pathlib.Path:
    return release.folder / f"mcp-bridge_{VERSION}-1_amd64.deb"


def check_form(results, release: Release) -> None:
    if why := lacks("lintian"):
        results.skip("lintian finds no errors in the package", why)
    else:
        judged = run("lintian", "--fail-on", "error", "--allow-root", "--tag-display-limit", "0", package_of(release), timeout=300)
        results.check(judged.returncode == 0 and "\nE:" not in "\n" + judged.stdout, "lintian finds no errors in the package", judged.stdout, judged.stderr)
        for line in judged.stdout.splitlines():
            results.note(line)
    listed = run("dpkg-deb", "--contents", package_of(release)).stdout.splitlines()
    foreign = [line for line in listed if " root/root " not in line]
    results.check(listed and not foreign, "root owns all files of the package", *foreign)


def check_units(results, release: Release) -> None:
    if why := lacks("systemd-analyze"):
        results.skip("systemd-analyze finds no mistakes in the units", why)
        return
    folder = release.work / "units"
    folder.mkdir()
    for name in UNITS:
        # systemd-analyze looks for the program where the unit says, and for an instance.
        text = (release.tree / "examples/systemd" / name).read_text().replace("/usr/bin/mcp-bridge", str(release.binary))
        text = re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE)
        (folder / name.replace("@.", "@one.")).write_text(text)
    judged = run("systemd-analyze", "verify", "--man=no", *sorted(folder.iterdir()))
    # It reads other units of this machine too, and complains of these.
    said = [line for line in judged.stderr.splitlines() if "mcp-bridge" in line]
    results.check(not said, "systemd-analyze finds no mistakes in the units", *said)
    exposure = run("systemd-analyze", "security", "--offline=true", "--threshold=40", folder / UNITS[0])
    last = (exposure.stdout.strip().splitlines() or [exposure.stderr])[-1]
    results.check(exposure.returncode == 0, "systemd-analyze rates the exposure of the service below 4 of 10", last)
    results.note(last)


def _free_port() -> int:
    with socket.socket() as any_socket:
        any_socket.bind(("127.0.0.1", 0))
        return any_socket.getsockname()[1]


def _configure(system: System, name: str, port: int) -> None:
    server = {"command": "/usr/local/bin/weather-stdio", "args": ["--sample"]}
    path = system.folder / f"etc/mcp-bridge/{name}.json"
    path.write_text(json.dumps({"mcpServers": {name: server}, "options": {"port": port}}))


def _answers(port: int) -> bool:
    return "California" in run(ROOT / "scripts/try", f"http://127.0.0.1:{port}/mcp", "get_alerts", '{ "state": "CA" }').stdout


def _newer(release: Release, folder: pathlib.Path) -> pathlib.Path:
    """The same package with a higher revision."""
    run("dpkg-deb", "--raw-extract", package_of(release), folder)
    control = folder / "DEBIAN/control"
    control.write_text(control.read_text().replace(f"Version: {VERSION}-1", f"Version: {VERSION}-2"))
    out = folder.with_suffix(".deb")
    run("dpkg-deb", "--root-owner-group", "--build", folder, out)
    return out


def _install(system: System, package: pathlib.Path):
    shutil.copy(package, system.folder / "root/package.deb")
    return system.run("dpkg", "--install", "/root/package.deb")


def _check_start(results, system: System, name: str, port: int) -> None:
    started = system.run("systemctl", "start", "mcp-bridge.service")
    good = started.returncode == 0 and wait_until(lambda: _answers(port))
    results.check(good, f"{name}: the service serves a call", started.stderr, system.console(),
                  system.run("systemctl", "status", "--no-pager", "--full", "mcp-bridge.service").stdout)
    first = system.property("mcp-bridge.service", "MainPID")
    seen = system.run("cat", f"/proc/{first}/status").stdout
    uid = re.search(r"^Uid:\s+(\d+)", seen, re.MULTILINE)
    results.check(uid and int(uid.group(1)) >= 61184 and re.search(r"^NoNewPrivs:\s+1", seen, re.MULTILINE) and re.search(r"^CapEff:\s+0+$", seen, re.MULTILINE),
                  f"{name}: the service runs as a user of its own, without privileges", seen)
    home = system.folder / "var/lib/private/mcp-bridge"
    results.check(home.exists() and home.stat().st_mode & 0o777 == 0o700, f"{name}: the service has a state directory that no one else can enter")


def _check_home(results, system: System, name: str, port: int) -> None:
    """A server that uses its home as npx and uvx do."""
    script = system.folder / "usr/local/bin/homely"
    script.write_text('#!/bin/sh\nset -e\nmkdir -p "$HOME/.npm/_cacache" "$HOME/.cache/uv"\necho kept >"$HOME/.npm/_cacache/file"\n'
                      'if echo x 2>/dev/null >/usr/evil; then exit 1; fi\nexec /usr/local/bin/weather-stdio --sample\n')
    script.chmod(0o755)
    (system.folder / "etc/mcp-bridge/homely.json").write_text(
        json.dumps({"mcpServers": {"homely": {"command": "/usr/local/bin/homely"}}, "options": {"port": port}}))
    system.run("systemctl", "start", "mcp-bridge@homely.service")
    served = wait_until(lambda: _answers(port))
    kept = system.folder / "var/lib/private/mcp-bridge@homely/.npm/_cacache/file"
    results.check(served and kept.exists(), f"{name}: mcp-bridge@NAME serves a file of its own, and its server can write below HOME, and not to /usr",
                  system.run("systemctl", "status", "--no-pager", "--full", "mcp-bridge@homely.service").stdout)


def _check_upgrade(results, system: System, name: str, port: int, newer: pathlib.Path) -> None:
    before = system.property("mcp-bridge.service", "MainPID")
    mine = (system.folder / "etc/mcp-bridge/bridge.json").read_bytes()
    client = Client(port)
    client.ask("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "upgrade", "version": "1"}})
    upgraded = _install(system, newer)
    served = wait_until(lambda: system.property("mcp-bridge.service", "MainPID") != before and _answers(port))
    results.check(upgraded.returncode == 0 and served,
                  f"{name}: after an upgrade the new program serves", upgraded.stderr)
    answer, _ = client.ask("tools/call", {"name": "get_alerts", "arguments": {"state": "CA"}})
    client.close()
    results.check("California" in str(answer), f"{name}: a session lives on through an upgrade")
    results.check((system.folder / "etc/mcp-bridge/bridge.json").read_bytes() == mine, f"{name}: an upgrade keeps the changed bridge.json")


def _check_restart(results, system: System, name: str, port: int) -> None:
    before = system.property("mcp-bridge.service", "MainPID")
    system.run("systemctl", "kill", "--signal=KILL", "--kill-who=main", "mcp-bridge.service")
    back = wait_until(lambda: system.property("mcp-bridge.service", "MainPID") not in (before, "0") and _answers(port))
    results.check(back, f"{name}: systemd starts a killed bridge again")
    system.run("systemctl", "stop", "mcp-bridge.service")
    results.check(system.property("mcp-bridge.service", "Result") == "success" and system.state("mcp-bridge.service") == "inactive",
                  f"{name}: the service stops in order", system.property("mcp-bridge.service", "Result"))
    config = system.folder / "etc/mcp-bridge/bridge.json"
    good = config.read_text()
    config.write_text("{ this is no JSON")
    system.run("systemctl", "start", "mcp-bridge.service")
    stays = wait_until(lambda: system.state("mcp-bridge.service") == "failed") and system.property("mcp-bridge.service", "NRestarts") == "0"
    results.check(stays, f"{name}: a mistake in bridge.json makes the service fail, and not start over and over")
    config.write_text(good)
    system.run("systemctl", "reset-failed", "mcp-bridge.service")
    system.run("systemctl", "start", "mcp-bridge.service")


def _check_purge(results, system: System, name: str) -> None:
    removed = system.run("dpkg", "--remove", "mcp-bridge")
    results.check(removed.returncode == 0 and system.state("mcp-bridge.service") == "inactive" and not (system.folder / "usr/bin/mcp-bridge").exists()
                  and (system.folder / "etc/mcp-bridge/bridge.json").exists(), f"{name}: removing stops the service and keeps the configuration", removed.stderr)
    purged = system.run("dpkg", "--purge", "mcp-bridge")
    left = [str(path) for place in ("etc", "var/lib", "var/lib/private", "usr") for path in (system.folder / place).glob("**/*mcp-bridge*")
            if "dpkg" not in path.parts]
    results.check(purged.returncode == 0 and not left, f"{name}: purging leaves nothing", purged.stderr, *left)


def check_life(results, release: Release, name: str, newer: pathlib.Path) -> None:
    archive, why = cached(name, "systemd,python3" if name == SYSTEM_WITH_RUNTIMES else "systemd")
    if why:
        results.skip(f"{name}: the package is installed, started, upgraded and purged", why)
        return
    with System(archive, release.work / name) as system:
        if not system.boot():
            results.skip(f"{name}: the package is installed, started, upgraded and purged", "systemd does not start in namespaces of this machine; run it as root"
                         ", in a container with --privileged")
            results.note(system.console())
            return
        for program in ("weather-stdio", "samples"):
            run("cp", "-r", ROOT / "bin" / program, system.folder / "usr/local/bin")
        installed = _install(system, package_of(release))
        results.check(installed.returncode == 0, f"{name}: the package can be installed", installed.stderr)
        results.check(system.state("mcp-bridge.service") == "inactive" and
                      system.run("systemctl", "is-enabled", "mcp-bridge.service").stdout.strip() == "disabled",
                      f"{name}: the installation starts and enables nothing")
        if name == SYSTEM_WITH_RUNTIMES:
            check_npx(results, system, name, _free_port())
            check_uvx(results, system, name, _free_port())
        port, other = _free_port(), _free_port()
        _configure(system, "bridge", port)
        _check_start(results, system, name, port)
        _check_home(results, system, name, other)
        _check_upgrade(results, system, name, port, newer)
        _check_restart(results, system, name, port)
        _check_purge(results, system, name)


def check_debian(results, release: Release) -> None:
    check_form(results, release)
    check_units(results, release)
    newer = _newer(release, release.work / "newer")
    for name in ("bookworm", "trixie"):
        if os.environ.get("RELEASE_TEST_DEBIAN", name) == name:
            check_life(results, release, name, newer)
