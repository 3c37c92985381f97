"""The image with Node.js and uv: its root file system runs servers that npx and uvx fetch from their registries."""
import json
import os
import pathlib
import shutil
import signal
import tarfile

from proving.image import Container, free_port
from proving.made import ROOT, STEM, Release, run
from proving.serving import PATIENCE
from proving.systems import wait_until

KEY = "a-long-and-random-key"
# The command of a server, a call, and what its answer has.
SERVERS = {
    "npx": (["npx", "-y", "@modelcontextprotocol/server-everything@2026.8.31"], "echo", {"message": "from npx"}, "from npx"),
    "uvx": (["uvx", "mcp-server-time@2026.10.19"], "get_current_time", {"timezone": "Europe/Berlin"}, "Europe/Berlin"),
}
# With these, npm, uv and Node.js reach their registries on a machine whose network asks for a proxy or an authority of its own.
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
TRUST = {name: CERTIFICATES for name in ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "npm_config_cafile")}


def inside(root: pathlib.Path, user: str, command: list) -> list:
    """The command in namespaces and in a root of its own, with the folders /dev and /proc, which a runtime mounts."""
    mounts = f"mount --rbind /dev {root}/dev && mount -t proc proc {root}/proc && exec \"$@\""
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", mounts, "sh", "chroot", f"--userspec={user}", "--groups=", str(root),
            *map(str, command)]


class Machine(Container):
    def command(self, *arguments) -> list:
        return inside(self.folder, self.configuration["User"], [*self.configuration["Entrypoint"], *arguments])


def unpack(archive: pathlib.Path, work: pathlib.Path) -> Machine:
    layout, root = work / "layout-runtimes", work / "runtimes"
    layout.mkdir()
    root.mkdir(mode=0o755)
    with tarfile.open(archive) as packed:
        packed.extractall(layout)

    def blob(digest: str) -> pathlib.Path:
        return layout / "blobs" / digest.replace(":", "/")

    manifest = json.loads(blob(json.loads((layout / "index.json").read_text())["manifests"][0]["digest"]).read_text())
    for layer in manifest["layers"]:
        run("tar", "-xpf", blob(layer["digest"]), "-C", root, "--numeric-owner", timeout=300)
    (root / "dev").mkdir(exist_ok=True)
    return Machine(root, json.loads(blob(manifest["config"]["digest"]).read_text())["config"])


def lend_network(root: pathlib.Path) -> None:
    for name in ("etc/resolv.conf", "etc/hosts", CERTIFICATES[1:]):
        shutil.copy(f"/{name}", root / name)


def check_server(results, container: Container, name: str) -> None:
    command, tool, parameters, shown = SERVERS[name]
    port = free_port()
    proxies = {key: value for key, value in os.environ.items() if key.lower() in ("http_proxy", "https_proxy", "no_proxy")}
    variables = TRUST | proxies
    passed = [word for variable in variables for word in ("--env", variable)]
    with container.start(*passed, "--", *command, MCP_BRIDGE_PORT=str(port), MCP_BRIDGE_KEYS=f"alice={KEY}", **variables) as bridge:
        called = []

        def answers() -> bool:
            called.append(run(ROOT / "scripts/try", "--key", KEY, f"http://127.0.0.1:{port}/mcp", tool, json.dumps(parameters), timeout=200))
            return shown in called[-1].stdout

        served = wait_until(answers, 200)
        first = int(pathlib.Path(f"/proc/{bridge.pid}/task/{bridge.pid}/children").read_text().split()[0])
        os.kill(first, signal.SIGTERM)
        code = bridge.wait(timeout=PATIENCE)
        results.check(served, f"the image with runtimes serves a server that {name} fetches", called[-1].stdout, called[-1].stderr, bridge.stderr.read())
        results.check(code == 0, f"with a server of {name} the bridge ends in order", str(code))


def check_image_of(results, container: Container) -> None:
    said = [run("chroot", "--userspec=65532:65532", container.folder, *command, env=container.environment).stdout
            for command in (["node", "--version"], ["npm", "--version"], ["uv", "--version"], ["python3", "--version"])]
    results.check(all(said), "node, npm, uv and python3 run in the image with runtimes", *said)
    lend_network(container.folder)
    for name in SERVERS:
        check_server(results, container, name)


def check_runtimes(results, release: Release) -> None:
    if os.geteuid() != 0:
        results.skip("the image with runtimes", "mmdebstrap and chroot need root; run it as root")
        return
    folder = release.work / "with-runtimes"
    made = run(ROOT / "scripts/release", "--no-build", "--for", "x86_64", "--with-runtimes", "--out", folder, timeout=1800)
    results.check(made.returncode == 0, "scripts/release makes the image with runtimes", made.stderr)
    if made.returncode == 0:
        check_image_of(results, unpack(folder / f"{STEM}-runtimes-oci-amd64.tar.gz", release.work))
