"""What scripts/package makes, looked at without running it."""
import hashlib
import pathlib
import re
import shutil
import stat
import struct
import subprocess

from proving.app import BRIDGE, ROOT, modes, package

LARGEST = 15_000_000
PROGRAMS = ("bin/mcp-bridge", "bin/weather-stdio")


def check_packing(results, work: pathlib.Path) -> None:
    made = package(work / "dist", umask=0o077)
    results.check(made.returncode == 0, "scripts/package makes a package", made.stderr)
    if made.returncode:
        return
    check_form(results, work)
    check_programs(results, work)
    check_added_files(results, work)
    check_mistakes(results, work)
    check_published_files(results)


def check_form(results, work: pathlib.Path) -> None:
    first, second = work / "dist", work / "again"
    package(second, umask=0)
    same = [hashlib.sha256((out / "mcp-bridge.zip").read_bytes()).hexdigest() for out in (first, second)]
    results.check(same[0] == same[1], "two packages of the same files are the same bytes, whatever the umask", *same)
    stated = modes(first / "mcp-bridge.zip")
    wanted = {name: 0o755 if name in PROGRAMS else 0o644 for name in stated}
    results.check(stated == wanted and set(PROGRAMS) < set(stated), "the zip states modes: 0755 for programs, 0644 for the rest",
                  str({name: oct(mode) for name, mode in stated.items()}))
    results.check({"host.json", "bridge.json"} < set(stated) and not any(name.startswith(("local", ".")) for name in stated),
                  "the zip has host.json and bridge.json at its top, and no local settings", str(sorted(stated)))
    on_disk = {str(path.relative_to(first / "app")): stat.S_IMODE(path.stat().st_mode)
               for path in (first / "app").rglob("*") if path.is_file()}
    local = {name: on_disk.pop(name) for name in (".funcignore", "local.settings.json") if name in on_disk}
    results.check(on_disk == stated and len(local) == 2, "the folder has the same files and modes, and local settings for func start",
                  str(on_disk), str(local))
    size = (first / "mcp-bridge.zip").stat().st_size
    results.check(size < LARGEST, "the zip is under 15 MB", f"it has {size} bytes")
    results.note(f"the zip has {size / 1e6:.1f} MB")


def program_headers(content: bytes) -> set:
    (table,) = struct.unpack_from("<Q", content, 32)
    entry_size, entries = struct.unpack_from("<HH", content, 54)
    return {struct.unpack_from("<I", content, table + index * entry_size)[0] for index in range(entries)}


def build_id(path: pathlib.Path) -> str:
    text = subprocess.run(["readelf", "--notes", path], capture_output=True, text=True, check=True).stdout
    found = re.search(r"Build ID: ([0-9a-f]+)", text)
    return found[1] if found else "none"


def check_programs(results, work: pathlib.Path) -> None:
    app = work / "dist/app"
    for name in PROGRAMS:
        content = (app / name).read_bytes()
        (machine,) = struct.unpack_from("<H", content, 18)
        # 2 and 3: PT_DYNAMIC and PT_INTERP, what a loader would need.
        results.check(machine == 62 and not {2, 3} & program_headers(content),
                      f"{name} is for x86-64 and has neither a dynamic section nor a loader")
        sections = subprocess.run(["readelf", "--sections", "--wide", app / name], capture_output=True, text=True, check=True).stdout
        symbols = work / f"dist/symbols/{pathlib.Path(name).name}.debug"
        results.check(".debug_info" not in sections and build_id(app / name) == build_id(symbols) != "none",
                      f"{name} is stripped, and its symbols lie in dist/symbols with the same build id")
        results.check(b"MCP_BRIDGE_FAULT" not in content, f"{name} has no places that tests make fail")
        results.check(str(ROOT).encode() not in content, f"{name} does not name the folder that it was built in")


def check_added_files(results, work: pathlib.Path) -> None:
    server = work / "my-server"
    (server / "lib/deep").mkdir(parents=True)
    (server / "run.sh").write_text("#!/bin/sh\nexec cat\n")
    (server / "run.sh").chmod(0o600)
    (server / "lib/deep/data.txt").write_text("data")
    (server / "lib/deep/data.txt").chmod(0o777)
    (server / "lib/current").symlink_to("deep")
    (server / ".git").mkdir()
    (server / ".git/config").write_text("secret")
    (server / "local.settings.json").write_text("{}")
    config = work / "own.json"
    # As people write it: with comments, one of them behind a URL, trailing commas, and a server that is reached over HTTP.
    config.write_text('{ // mine\n "mcpServers": { "far": { "url": "https://x/mcp" }, "own": { "command": "./my-server/run.sh", '
                      '"args": ["https://x//y",], "env": null /* z */ }, }, }')
    made = package(work / "own", "--config", config, "--add", server, "--add", f"{server / 'lib'}=bin/other")
    stated = modes(work / "own/mcp-bridge.zip") if made.returncode == 0 else {}
    wanted = {"host.json": 0o644, "bridge.json": 0o644, "bin/mcp-bridge": 0o755, "my-server/run.sh": 0o755,
              "my-server/lib/deep/data.txt": 0o644, "my-server/lib/current/data.txt": 0o644,
              "bin/other/deep/data.txt": 0o644, "bin/other/current/data.txt": 0o644}
    results.check(stated == wanted, "--config and --add take a server of one's own: its tree, modes by what files are, no history, "
                  "no local settings, and no weather server that it does not name", str(stated), made.stderr)
    packed = work / "own/app/bridge.json"
    results.check(packed.is_file() and packed.read_bytes() == config.read_bytes(), "bridge.json arrives as it was written")
    for what, option, words in (("nothing there", work / "absent", "no such file or folder"),
                                ("a place outside the app", f"{server}=../above", "must be inside the app")):
        made = package(work / "own", "--config", config, "--add", option)
        results.check(made.returncode == 1 and words in made.stderr, f"--add with {what} is told", made.stderr)


# What is wrong: a bridge.json, a file to add, and what the packager must say of it: the place, and what to do.
MISTAKES = {
    "a bridge.json that is no JSON": ('{ "mcpServers": {\n  "w": } }', "", "line 2, column 8"),
    "a bridge.json without servers": ("{}", "", "mcpServers"),
    "a command that is not in the package": ('{"mcpServers": {"w": {"command": "bin/nothing"}}}', "",
                                             "mcpServers.w.command 'bin/nothing'"),
    "a file of variables that is not in the package": ('{"mcpServers": {"w": {"command": "node", "envFile": ".env"}}}', "",
                                                       "mcpServers.w.envFile '.env' is not in the package"),
    "servers over HTTP only": ('{"mcpServers": {"w": {"serverUrl": "https://x/mcp"}}}', "", "at least one server that a command starts"),
    "a command that is no program": ('{"mcpServers": {"w": {"command": "./data.txt"}}}', "data.txt", "'./data.txt' is not a Linux program"),
    "a program for another machine": ('{"mcpServers": {"w": {"command": "./arm"}}}', "arm", "arm is a program for another machine"),
    "a script with line ends of Windows": ('{"mcpServers": {"w": {"command": "./crlf.sh"}}}', "crlf.sh", "line ends with CR LF"),
}


def check_mistakes(results, work: pathlib.Path) -> None:
    server = work / "wrong"
    server.mkdir()
    (server / "data.txt").write_text("text")
    (server / "crlf.sh").write_bytes(b"#!/bin/sh\r\nexec cat\r\n")
    arm = bytearray(BRIDGE.read_bytes()[:4096])
    struct.pack_into("<H", arm, 18, 183)
    (server / "arm").write_bytes(arm)
    before = hashlib.sha256((work / "dist/mcp-bridge.zip").read_bytes()).hexdigest()
    for what, (configuration, added, words) in MISTAKES.items():
        config = work / "wrong.json"
        config.write_text(configuration)
        made = package(work / "dist", "--config", config, *(["--add", server / added] if added else []))
        results.check(made.returncode == 1 and words in made.stderr, f"{what} is told, with its place", made.stderr)
    after = hashlib.sha256((work / "dist/mcp-bridge.zip").read_bytes()).hexdigest()
    results.check(before == after and sorted(path.name for path in (work / "dist").iterdir()) == ["app", "mcp-bridge.zip", "symbols"],
                  "a package that is there stays as it is when a new one cannot be made")
    config = work / "platform.json"
    config.write_text('{"mcpServers": {"w": {"command": "npx", "args": ["-y", "x"]}}}')
    made = package(work / "platform", "--config", config)
    results.check(made.returncode == 0 and "'npx' is not in the package: the platform must have it" in made.stderr,
                  "a command of the platform's path is remarked on", made.stderr)


def check_published_files(results) -> None:
    """.funcignore, by git's rules (editors, azd) and by those of Core Tools, whose patterns have no order."""
    wanted = {"host.json", "bridge.json", "bin/mcp-bridge", "bin/weather-stdio", "bin/samples/alerts.json"}
    unwanted = {"README.md", "build/static/bridge/mcp-bridge", "dist/mcp-bridge.zip", "bridge/main.cpp", ".git/config",
                "tests/package/run", ".devcontainer/Dockerfile", "infra/main.bicep", ".env"}
    with_git = {name for name in wanted | unwanted if not ignored_by_git(name)}
    results.check(with_git == wanted, ".funcignore leaves in the app and nothing else, by git's rules", str(with_git ^ wanted))
    lines = [line for line in (ROOT / ".funcignore").read_text().split("\n") if line and not line.startswith("#")]
    ignore, keep = ([line.lstrip("!/") for line in lines if line.startswith("!") == negated] for negated in (False, True))
    with_tools = {name for name in wanted | unwanted if matches(keep, name) or not matches(ignore, name)}
    results.check(with_tools == wanted, ".funcignore leaves in the app and nothing else, by the rules of Core Tools",
                  str(with_tools ^ wanted))


def matches(patterns: list, name: str) -> bool:
    return any(re.match(re.escape(pattern).replace(r"\*", "[^/]+") + r"\b", name) for pattern in patterns)


def ignored_by_git(name: str) -> bool:
    # In a repository of its own: the project's .gitignore must have no say.
    empty = ROOT / "build/package/empty-repository"
    if not (empty / ".git").is_dir():
        shutil.rmtree(empty, ignore_errors=True)
        subprocess.run(["git", "init", "--quiet", empty], check=True)
    asked = subprocess.run(["git", "-C", empty, "-c", f"core.excludesFile={ROOT / '.funcignore'}", "check-ignore", "--quiet", name])
    return asked.returncode == 0
