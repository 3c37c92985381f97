"""The packages for npm: one that starts the program, and one for each platform with the program in it."""
import json

from architecture import Architecture
from components import licence_texts
from program import Program
from project import HOME_PAGE, LICENCE, NAME, NPM_SCOPE, ROOT, SUMMARY, version
from tree import Tree, compressed

PARTS = ROOT / "packaging/npm"


def platform_name(architecture: Architecture) -> str:
    return f"{NPM_SCOPE}/linux-{architecture.npm}"


def _archive(tree: Tree, time: int) -> bytes:
    # npm expects all files in this folder, and no entries for folders.
    return compressed(tree.tar(time, "package/", with_folders=False))


def _manifest(name: str, description: str, more: dict) -> str:
    common = {"name": name, "version": version(), "description": description, "license": LICENCE}
    if HOME_PAGE:
        common |= {"homepage": HOME_PAGE, "repository": {"type": "git", "url": f"git+{HOME_PAGE}.git"}}
    return json.dumps(common | more, indent=2) + "\n"


def _platform_package(program: Program, time: int) -> bytes:
    tree = Tree()
    name, machine = platform_name(program.architecture), program.architecture.text
    tree.add("package.json", _manifest(name, f"The program of {NAME} for Linux on {machine}",
                                       {"os": ["linux"], "cpu": [program.architecture.npm], "preferUnplugged": True, "files": ["bin", "licenses"]}))
    tree.add("README.md", f"# {name}\n\nThe program of the package `{NAME}` for Linux on {machine}.\n")
    tree.add("LICENSE", (ROOT / "LICENSE").read_bytes())
    for name, text in licence_texts(program.architecture).items():
        tree.add(name, text)
    tree.add(f"bin/{NAME}", program.binary, 0o755)
    return _archive(tree, time)


def packages(programs: list, time: int) -> dict:
    """The package for all platforms, and one for each program."""
    tree = Tree()
    platforms = {f"linux-{each.architecture.npm}": platform_name(each.architecture) for each in programs}
    tree.add("package.json", _manifest(NAME, SUMMARY, {
        "bin": {NAME: "bin/mcp-bridge.js"}, "engines": {"node": ">=16"}, "optionalDependencies": {name: version() for name in platforms.values()},
        "files": ["bin", "platforms.json"], "keywords": ["mcp", "model-context-protocol", "stdio", "http", "bridge", "proxy"]}))
    tree.add("platforms.json", json.dumps(platforms, indent=2) + "\n")
    tree.add("bin/mcp-bridge.js", (PARTS / "mcp-bridge.js").read_bytes(), 0o755)
    tree.add("README.md", (PARTS / "README.md").read_bytes())
    tree.add("LICENSE", (ROOT / "LICENSE").read_bytes())
    scope = NPM_SCOPE.removeprefix("@")
    files = {f"{NAME}-{version()}.tgz": _archive(tree, time)}
    for program in programs:
        files[f"{scope}-linux-{program.architecture.npm}-{version()}.tgz"] = _platform_package(program, time)
    return files
