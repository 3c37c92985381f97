"""The wheel, installed from its file by pip, and by uv if that can be had."""
import os
import sys

from proving.made import VERSION, Release, run
from proving.serving import check_call


def _check_uv(results, release: Release, file, folder) -> None:
    promise = "uvx runs the command of the wheel"
    fetched = run(folder / "bin/pip", "install", "--quiet", "uv", timeout=300)
    if fetched.returncode:
        results.skip(promise, "pip cannot fetch uv from PyPI: " + (fetched.stderr.strip().splitlines() or ["pip says nothing"])[-1])
        return
    environment = os.environ | {"UV_CACHE_DIR": str(release.work / "uv-cache"), "UV_TOOL_DIR": str(release.work / "uv-tools")}
    command = [folder / "bin/uvx", "--offline", "--python", sys.executable, "--from", file, "mcp-bridge"]
    said = run(*command, "--version", env=environment)
    results.check(said.stdout == f"mcp-bridge {VERSION}\n", promise, said.stdout, said.stderr)
    check_call(results, command, "uvx", env=environment)


def check_wheel(results, release: Release) -> None:
    folder = release.work / "venv"
    made = run(sys.executable, "-m", "venv", folder)
    if made.returncode:
        results.skip("pip installs the wheel", "python3-venv is not installed; apt-get install python3-venv")
        return
    files = list(release.folder.glob("*x86_64.whl"))
    installed = run(folder / "bin/pip", "install", "--no-index", "--no-deps", *files, timeout=120)
    results.check(len(files) == 1 and installed.returncode == 0, "pip installs the wheel from its file, without an index", installed.stdout, installed.stderr)
    for command in ([folder / "bin/mcp-bridge"], [folder / "bin/python", "-m", "mcp_bridge"]):
        said = run(*command, "--version")
        results.check(said.stdout == f"mcp-bridge {VERSION}\n", f"{' '.join(each if isinstance(each, str) else each.name for each in command)} says the version",
                      said.stdout, said.stderr)
    check_call(results, [folder / "bin/mcp-bridge"], "the command of the wheel")
    checked = run(folder / "bin/pip", "check")
    shown = run(folder / "bin/pip", "show", "--files", "mcp-bridge").stdout
    results.check(checked.returncode == 0 and f"Version: {VERSION}" in shown and "../bin/mcp-bridge" in shown and "glibc.txt" in shown,
                  "pip knows the files of the package, licences among them", shown)
    _check_uv(results, release, files[0], folder)
    removed = run(folder / "bin/pip", "uninstall", "--yes", "mcp-bridge")
    left = [str(path) for path in folder.rglob("*mcp[-_]bridge*")]
    results.check(removed.returncode == 0 and not left, "pip uninstalls it and leaves nothing", *left)
