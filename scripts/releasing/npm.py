"""The packages for npm: one that starts the program, and one for each platform with the program in it."""
import json

from components import licence_texts
from program import Program
from project import HOME_PAGE, LICENCE, NAME, NPM_SCOPE, ROOT, SUMMARY, version
from tree import Tree, compressed

PARTS = ROOT / "packaging/npm"
PLATFORM = f"{NPM_SCOPE}/linux-x64"


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
    tree.add("package.json", _manifest(PLATFORM, f"The program of {NAME} for Linux on x86-64",
                                       {"os": ["linux"], "cpu": ["x64"], "preferUnplugged": True, "files": ["bin", "licenses"]}))
    tree.add("README.md", f"# {PLATFORM}\n\nThe program of the package `{NAME}` for Linux on x86-64.\n")
    tree.add("LICENSE", (ROOT / "LICENSE").read_bytes())
    for name, text in licence_texts().items():
        tree.add(name, text)
    tree.add(f"bin/{NAME}", program.binary, 0o755)
    return _archive(tree, time)


def packages(program: Program, time: int) -> dict:
    tree = Tree()
    tree.add("package.json", _manifest(NAME, SUMMARY, {
        "bin": {NAME: "bin/mcp-bridge.js"}, "engines": {"node": ">=16"}, "optionalDependencies": {PLATFORM: version()},
        "files": ["bin", "platforms.json"], "keywords": ["mcp", "model-context-protocol", "stdio", "http", "bridge", "proxy"]}))
    tree.add("platforms.json", json.dumps({"linux-x64": PLATFORM}, indent=2) + "\n")
    tree.add("bin/mcp-bridge.js", (PARTS / "mcp-bridge.js").read_bytes(), 0o755)
    tree.add("README.md", (PARTS / "README.md").read_bytes())
    tree.add("LICENSE", (ROOT / "LICENSE").read_bytes())
    scope = NPM_SCOPE.removeprefix("@")
    return {f"{NAME}-{version()}.tgz": _archive(tree, time),
            f"{scope}-linux-x64-{version()}.tgz": _platform_package(program, time)}
