"""Follows one recipe of a page: lays out its files, installs as told, starts the bridge, and asks the server something."""
import json
import os
import pathlib
import re
import shutil
import subprocess

from . import jsonc
from .bridge import Client, Wrong, running, tail

ROLES = {"file", "run", "serve", "package"}


class Recipe:
    def __init__(self, name: str, blocks: list, expected: dict):
        self.name, self.blocks, self.expected = name, blocks, expected

    def of(self, role: str) -> list:
        return [block for block in self.blocks if block.role == role]

    def missing(self) -> str:
        """Why the recipe cannot be followed on this machine, and what would change that; empty if it can."""
        absent = [program for program in self.expected.get("needs", []) if shutil.which(program) is None]
        return self.expected.get("never") or (f"{', '.join(absent)} is not installed; {self.expected['instead']}" if absent else "")

    def lay_out(self, root: pathlib.Path, folder: pathlib.Path):
        """Makes `folder` what a clone is after a build, with the recipe's files in it."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "bin").mkdir()
        for name in ("mcp-bridge", "weather-stdio", "samples"):
            if (root / "bin" / name).exists():
                (folder / "bin" / name).symlink_to(root / "bin" / name)
        # What the page takes for granted, such as a server of the reader's own.
        for name, text in self.expected.get("stand-ins", {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
            (folder / name).chmod(0o755)
        for block in self.of("file"):
            path = folder / block.argument
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")

    def install(self, folder: pathlib.Path, environment: dict, log: pathlib.Path):
        for block in self.of("run"):
            with open(log, "ab") as output:
                done = subprocess.run(["bash", "-euo", "pipefail", "-c", block.text], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                      stdout=output, stderr=output, timeout=self.expected.get("limit", 240), check=False)
            if done.returncode != 0:
                raise Wrong(f"line {block.line} ended with {done.returncode}:\n{tail(log)}")

    def serve(self, command: str, folder: pathlib.Path, environment: dict, log: pathlib.Path):
        """Starts `command` and checks the answers; gives nothing, raises Wrong."""
        with running(command, folder, {**environment, **self.expected.get("environment", {})}, log) as url:
            try:
                self._ask(Client(url, self._key_in(log)))
            except Wrong as wrong:
                raise Wrong(f"{wrong}\nlog:\n{tail(log)}") from wrong

    def _key_in(self, log: pathlib.Path) -> dict:
        """The header with the key that the commands print for their reader, who has no other way to learn it."""
        if "key" not in self.expected:
            return {}
        found = re.search(self.expected["key"], log.read_text(encoding="utf-8", errors="replace"))
        if not found:
            raise Wrong("the commands print no key")
        return {"x-functions-key": found[1]}

    def pack(self, block, root: pathlib.Path, folder: pathlib.Path, environment: dict, log: pathlib.Path):
        """Makes the package as `block` says, puts away what it was made of, and serves from it."""
        words = block.text.split()
        if words[0] != "scripts/package":
            raise Wrong(f"line {block.line} does not call scripts/package")
        # The project's own folder stays as it is, and its binaries are built.
        command = [root / words[0], *words[1:], "--config", "bridge.json", "--out", "dist", "--binary", root / "bin/mcp-bridge"]
        with open(log, "ab") as output:
            done = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=120,
                                  check=False)
        if done.returncode != 0:
            raise Wrong(f"line {block.line} ended with {done.returncode}:\n{tail(log)}")
        (folder / "app").rename(folder / "app.away")
        self.serve("bin/mcp-bridge", folder / "dist/app", environment, log)

    def _ask(self, client: Client):
        want = self.expected
        tools = [tool["name"] for tool in client.ask("tools/list")["tools"]]
        if want["tool"] not in tools:
            raise Wrong(f"tools/list does not name {want['tool']} but {', '.join(tools)}")
        answer = client.ask("tools/call", {"name": want["tool"], "arguments": want["arguments"]})
        text = "\n".join(part.get("text", "") for part in answer.get("content", []))
        if answer.get("isError") or want["text"] not in text:
            raise Wrong(f"{want['tool']} does not answer {want['text']!r} but {json.dumps(answer)[:1000]}")

    def without_program(self, folder: pathlib.Path, environment: dict, log: pathlib.Path):
        """Where a program is missing the bridge must still take bridge.json, and miss nothing but the program."""
        config = next(block for block in self.of("file") if block.argument == "bridge.json")
        command = next(iter(jsonc.loads(config.text)["mcpServers"].values()))["command"]
        try:
            with running("bin/mcp-bridge", folder, environment, log) as url:
                Client(url, patience=20)
        except Wrong as wrong:
            if command not in f"{wrong}" or "could not find the command" not in f"{wrong}":
                raise Wrong(f"expected only that {command} is missing, but: {wrong}") from wrong
        else:
            raise Wrong(f"the server answers, although {command} is not there")


def gather(pages: list, expected: dict) -> list:
    """The recipes of all pages, in order. Raises Wrong if pages and expectations name different ones."""
    found = {}
    for page in pages:
        for block in page.blocks:
            if block.kind != "recipe":
                continue
            if block.role not in ROLES:
                raise Wrong(f"{page.path.name}:{block.line}: the role of a block is one of {', '.join(sorted(ROLES))}, not '{block.role}'")
            found.setdefault(block.mark, []).append(block)
    strange = set(found) ^ set(expected)
    if strange:
        raise Wrong(f"in the pages or in expected.json, but not in both: {', '.join(sorted(strange))}")
    return [Recipe(name, blocks, expected[name]) for name, blocks in found.items()]


def home_for(build: pathlib.Path) -> pathlib.Path:
    """A home whose caches stay below build/, with this machine's own settings of npm, pip and Maven."""
    home = build / "home"
    home.mkdir(parents=True, exist_ok=True)
    own = pathlib.Path(os.path.expanduser("~"))
    for name in (".npmrc", ".config/pip/pip.conf", ".config/uv/uv.toml", ".m2/settings.xml"):
        link = home / name
        if (own / name).exists() and not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(own / name)
    return home
