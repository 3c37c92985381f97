"""The container image: copied by skopeo, and its root file system run with what a container runtime would set."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import tarfile

from proving.made import ROOT, STEM, VERSION, Release, lacks, run
from proving.serving import PATIENCE
from proving.systems import wait_until


def free_port() -> int:
    with socket.socket() as any_socket:
        any_socket.bind(("127.0.0.1", 0))
        return any_socket.getsockname()[1]


class Container:
    """The image, unpacked. Programs in it run in a root, and in namespaces of mounts and processes, of their own."""

    def __init__(self, folder: pathlib.Path, configuration: dict):
        self.folder = folder
        self.configuration = configuration
        self.environment = dict(each.split("=", 1) for each in configuration["Env"])

    def command(self, *arguments) -> list:
        user, group = self.configuration["User"].split(":")
        # --fork makes the program the first process of its namespace, as it is in a container.
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "chroot", f"--userspec={user}:{group}", "--groups=",
                str(self.folder), *self.configuration["Entrypoint"], *map(str, arguments)]

    def run(self, *arguments, **environment):
        return run(*self.command(*arguments), env=self.environment | environment)

    def start(self, *arguments, **environment):
        return subprocess.Popen(self.command(*arguments), env=self.environment | environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def _unpack(release: Release) -> tuple[pathlib.Path, dict]:
    layout, root = release.work / "layout", release.work / "image"
    layout.mkdir()
    root.mkdir(mode=0o755)
    with tarfile.open(release.folder / f"{STEM}-oci-amd64.tar.gz") as archive:
        archive.extractall(layout)
    manifest = json.loads((layout / "index.json").read_text())["manifests"][0]

    def blob(entry: dict) -> pathlib.Path:
        return layout / "blobs" / entry["digest"].replace(":", "/")

    parts = json.loads(blob(manifest).read_text())
    for layer in parts["layers"]:
        run("tar", "-xpf", blob(layer), "-C", root, "--numeric-owner")
    return root, json.loads(blob(parts["config"]).read_text())["config"]


def _check_layout(results, release: Release) -> None:
    if why := lacks("skopeo"):
        results.skip("skopeo copies the image", why)
        return
    source = f"oci:{release.work / 'layout'}:{VERSION}"
    copied = run("skopeo", "--insecure-policy", "copy", source, f"docker-archive:{release.work / 'docker.tar'}:mcp-bridge:{VERSION}")
    results.check(copied.returncode == 0, "skopeo copies the layout into an archive for Docker", copied.stderr)
    archive = release.folder / f"{STEM}-oci-amd64.tar.gz"
    shown = run("skopeo", "inspect", f"oci-archive:{archive}:{VERSION}")
    seen = json.loads(shown.stdout) if shown.returncode == 0 else {}
    labels = seen.get("Labels", {})
    results.check(seen.get("Architecture") == "amd64" and labels.get("org.opencontainers.image.version") == VERSION and
                  labels.get("org.opencontainers.image.licenses") == "MIT", "skopeo reads the archive as it is, and shows its labels", shown.stdout, shown.stderr)


def _check_contents(results, root: pathlib.Path, configuration: dict) -> None:
    programs = [str(path) for path in root.rglob("*") if path.is_file() and not path.is_symlink() and path.stat().st_mode & 0o111]
    results.check(programs == [str(root / "usr/bin/mcp-bridge")], "the image holds one program", *programs)
    certificates = (root / "etc/ssl/certs/ca-certificates.crt").read_text().count("BEGIN CERTIFICATE")
    results.check(certificates > 100, "the image holds the certificate authorities", str(certificates))
    home = root / configuration["WorkingDir"][1:]
    uid = int(configuration["User"].split(":")[0])
    results.check(uid > 0 and home.stat().st_uid == uid, "the image has a user other than root, who owns the home")


def _check_run(results, container: Container) -> None:
    port = free_port()
    server = ["--", "/server/weather-stdio", "--sample"]
    refused = container.run("--port", port, *server)
    results.check(refused.returncode == 2 and "refusing to listen on 0.0.0.0 without a key" in refused.stderr, "without keys a container does not start",
                  refused.stderr)
    sick = container.run("--check-health", MCP_BRIDGE_PORT=str(port))
    results.check(sick.returncode == 1, "--check-health fails while nothing runs", sick.stderr)
    with container.start(*server, MCP_BRIDGE_PORT=str(port), MCP_BRIDGE_KEYS="alice=a-long-and-random-key") as bridge:
        healthy = wait_until(lambda: container.run("--check-health", MCP_BRIDGE_PORT=str(port)).returncode == 0)
        results.check(healthy, "--check-health succeeds while the bridge runs")
        called = run(ROOT / "scripts/try", "--key", "a-long-and-random-key", f"http://127.0.0.1:{port}/mcp", "get_alerts", '{ "state": "CA" }')
        results.check("California" in called.stdout, "a container with keys serves a call", called.stdout, called.stderr)
        first = int(pathlib.Path(f"/proc/{bridge.pid}/task/{bridge.pid}/children").read_text().split()[0])
        os.kill(first, signal.SIGTERM)
        code = bridge.wait(timeout=PATIENCE)
        results.check(code == 0, "as the first process of a container the bridge ends with exit code 0 upon SIGTERM", str(code), bridge.stderr.read())


def check_image(results, release: Release) -> None:
    root, configuration = _unpack(release)
    _check_layout(results, release)
    _check_contents(results, root, configuration)
    container = Container(root, configuration)
    if os.geteuid() != 0 or run(*container.command("--version")).stdout != f"mcp-bridge {VERSION}\n":
        results.skip("the image runs", "chroot and namespaces need root; run it as root")
        return
    (root / "server").mkdir()
    run("cp", "-r", ROOT / "bin/weather-stdio", ROOT / "bin/samples", root / "server")
    _check_run(results, container)
