"""The package under test: made by scripts/package from binaries that are built, and unpacked as platforms do it."""
import os
import pathlib
import subprocess
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
BRIDGE = pathlib.Path(os.environ.get("MCP_BRIDGE_BIN", ROOT / "bin/mcp-bridge"))
CACHE = ROOT / "build/package"


def package(out: pathlib.Path, *options, umask: int = 0o022) -> subprocess.CompletedProcess:
    """Runs scripts/package on the bridge that is there; what it says is in the result's stderr."""
    return subprocess.run([ROOT / "scripts/package", "--binary", BRIDGE, "--out", out, *options], text=True, timeout=120,
                          capture_output=True, umask=umask, stdin=subprocess.DEVNULL)


def modes(archive: pathlib.Path) -> dict:
    """The modes that the zip names, by file."""
    with zipfile.ZipFile(archive) as opened:
        return {entry.filename: entry.external_attr >> 16 & 0o7777 for entry in opened.infolist()}


def unpack(archive: pathlib.Path, folder: pathlib.Path, mode=lambda name, stated: stated) -> None:
    """Into a new folder, each file with the mode that `mode` makes of what the zip states."""
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            path = folder / entry.filename
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(opened.read(entry))
            path.chmod(mode(entry.filename, entry.external_attr >> 16 & 0o7777))
    for path in (folder, *(found for found in folder.rglob("*") if found.is_dir())):
        path.chmod(0o755)
