"""The container image, as an archive of an OCI image layout, which tools copy to a registry or load into a daemon.

Its file system holds the program, the certificate authorities for servers that are asked over TLS, and the few files that programs expect anywhere."""
import datetime
import hashlib
import json
import pathlib

from architecture import Architecture
from components import licence_texts
from program import Program
from project import HOME_PAGE, LICENCE, NAME, ROOT, SUMMARY, Mistake, commit, version
from tree import Tree, compressed

DEBIAN_CERTIFICATES = pathlib.Path("/usr/share/ca-certificates/mozilla")
USER = 65532  # as in other images without a distribution: no user of the machine has it
PORT = 7071
HOME = "/home/nonroot"


def image_name(architecture: Architecture) -> str:
    return f"{NAME}-{version()}-oci-{architecture.debian}.tar.gz"


def _certificates() -> bytes:
    """Those of Debian's package only: this machine may trust others for itself."""
    files = sorted(DEBIAN_CERTIFICATES.glob("*.crt"))
    if not files:
        raise Mistake("the package ca-certificates is not installed")
    return b"".join(each.read_bytes() for each in files)


def root_file_system(program: Program) -> Tree:
    tree = Tree()
    tree.add(f"usr/bin/{NAME}", program.binary, 0o755)
    tree.add("etc/ssl/certs/ca-certificates.crt", _certificates())
    tree.add("etc/passwd", f"root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:{USER}:{USER}:nonroot:{HOME}:/sbin/nologin\n")
    tree.add("etc/group", f"root:x:0:\nnonroot:x:{USER}:\n")
    tree.add("etc/nsswitch.conf", "hosts: files dns\n")
    documents = f"usr/share/doc/{NAME}"
    tree.add(f"{documents}/LICENSE", (ROOT / "LICENSE").read_bytes())
    for name, text in licence_texts(program.architecture).items():
        tree.add(f"{documents}/{name}", text)
    tree.add_folder("tmp", 0o1777)
    tree.add_folder(HOME[1:], 0o755, USER)
    return tree


def _labels(time: str) -> dict:
    labels = {"title": NAME, "description": SUMMARY, "version": version(), "licenses": LICENCE, "created": time, "revision": commit()}
    if HOME_PAGE:
        labels |= {"url": HOME_PAGE, "source": HOME_PAGE, "documentation": f"{HOME_PAGE}#readme"}
    return {f"org.opencontainers.image.{key}": value for key, value in labels.items() if value}


def _configuration(layers: list, time: str, architecture: Architecture) -> bytes:
    return _json({
        "created": time, "architecture": architecture.debian, "os": "linux",
        "config": {
            "User": f"{USER}:{USER}",
            "ExposedPorts": {f"{PORT}/tcp": {}},
            # A container is reached over its address. The bridge still refuses to listen there without keys or --allow-anonymous.
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", f"HOME={HOME}", "MCP_BRIDGE_HOST=0.0.0.0",
                    f"MCP_BRIDGE_PORT={PORT}"],
            "Entrypoint": [f"/usr/bin/{NAME}"],
            "WorkingDir": HOME,
            "StopSignal": "SIGTERM",
            "Labels": _labels(time),
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]},
        "history": [{"created": time, "created_by": "scripts/release"} for _ in layers],
    })


def _json(document: dict) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def image(program: Program, seconds: int) -> bytes:
    return image_of([root_file_system(program).tar(seconds)], program.architecture, seconds, version())


def image_of(layers: list, architecture: Architecture, seconds: int, tag: str) -> bytes:
    """An image whose root file system is that of the tar archives in `layers`, one above the other."""
    time = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    layout = Tree()

    def blob(content: bytes, kind: str, more: dict = {}) -> dict:
        digest = hashlib.sha256(content).hexdigest()
        layout.add(f"blobs/sha256/{digest}", content)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(content)} | more

    packed = [blob(compressed(layer, 6), "layer.v1.tar+gzip") for layer in layers]
    parts = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
             "config": blob(_configuration(layers, time, architecture), "config.v1+json"), "layers": packed,
             "annotations": _labels(time)}
    manifest = blob(_json(parts), "manifest.v1+json", {"platform": {"architecture": architecture.debian, "os": "linux"},
                                                      "annotations": {"org.opencontainers.image.ref.name": tag}})
    layout.add("index.json", _json({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [manifest]}))
    layout.add("oci-layout", _json({"imageLayoutVersion": "1.0.0"}))
    # The layers are compressed already.
    return compressed(layout.tar(seconds), 1)
