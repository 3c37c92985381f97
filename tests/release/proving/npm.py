"""The packages for npm, installed from their files."""
import os
import pathlib
import shutil
import signal
import subprocess

from proving.made import ROOT, VERSION, Release, lacks, run
from proving.serving import Bridge, check_call
from proving.systems import wait_until

# A version of Node.js that lets a script become another program, as a package of npm. That of this machine may be older.
NEW_NODE = "node@24"

# A server whose only tool takes two seconds. It says in a file that the call has begun.
SLOW = """import json, pathlib, sys, time
for line in sys.stdin:
    asked = json.loads(line)
    if asked.get("method") == "initialize":
        answer = {"protocolVersion": asked["params"]["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": {"name": "slow", "version": "1"}}
    elif asked.get("method") == "tools/list":
        answer = {"tools": [{"name": "wait", "inputSchema": {"type": "object"}}]}
    elif asked.get("method") == "tools/call":
        pathlib.Path(sys.argv[1]).touch()
        time.sleep(2)
        answer = {"content": [{"type": "text", "text": "waited"}]}
    else:
        continue
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": answer}), flush=True)
"""


def _install(results, release: Release, folder: pathlib.Path) -> bool:
    folder.mkdir()
    (folder / "package.json").write_text('{ "private": true }')
    files = [each for each in sorted(release.folder.glob("*.tgz")) if "arm64" not in each.name]
    installed = run("npm", "install", "--no-audit", "--no-fund", "--offline", *files, cwd=folder, timeout=300)
    results.check(len(files) == 2 and installed.returncode == 0, "npm installs the packages from their files, without a registry", installed.stderr)
    return installed.returncode == 0


def _check_packing(results, release: Release, folder: pathlib.Path) -> None:
    """Packs what was installed again: npm must take the same files with the same contents."""
    for name in ("mcp-bridge", "@mcp-bridge/linux-x64"):
        packed = run("npm", "pack", "--pack-destination", release.work, "--json", cwd=folder / "node_modules" / name)
        lists = []
        archive = f"{name.removeprefix('@').replace('/', '-')}-{VERSION}.tgz"
        for place in (release.folder, release.work):
            lists.append(sorted(run("tar", "-tzf", place / archive).stdout.split()))
        results.check(packed.returncode == 0 and lists[0] == lists[1], f"npm pack takes the same files for {name}", str(set(lists[0]) ^ set(lists[1])))


def _check_killed(results, command: list, work: pathlib.Path) -> None:
    """Kills the command while a call is in flight."""
    program, called = work / "slow.py", work / "called"
    program.write_text(SLOW)
    with Bridge(command, ["--", "python3", str(program), str(called)]) as bridge:
        own = bridge.bridge_id()
        with subprocess.Popen([ROOT / "scripts/try", bridge.url, "wait", "{}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as call:
            begun = wait_until(called.exists, 30)
            bridge.process.send_signal(signal.SIGKILL)
            answer = call.communicate(timeout=60)[0]
        ended = wait_until(lambda: not pathlib.Path(f"/proc/{own}").exists(), 30)
        results.check(begun and "waited" in answer and ended, "when the command is killed, the bridge answers the call in flight and then ends", answer,
                      bridge.log())


def _stops_in_order(bridge: Bridge, own: int) -> bool:
    ended = wait_until(lambda: not pathlib.Path(f"/proc/{own}").exists(), 30)
    return own and ended and wait_until(lambda: bridge.said("stopped"), 10) and bridge.said("stopping (signal") and not bridge.said("stopping at once")


def _check_signals(results, command: list, name: str, codes: dict) -> None:
    """`codes` are the exit codes of the command itself after each signal."""
    for sent, code in codes.items():
        with Bridge(command) as bridge:
            own = bridge.bridge_id()
            # As Ctrl-C does it in a terminal: all processes of the command get the signal, and npm passes it on beside that.
            os.killpg(bridge.process.pid, sent)
            ended = bridge.process.wait(timeout=60)
            results.check(_stops_in_order(bridge, own) and ended == code, f"{name}: {sent.name} to all its processes stops the bridge in order",
                          f"exit code {ended}", bridge.log())


def _check_npx(results, folder: pathlib.Path) -> None:
    said = run("npx", "--offline", "mcp-bridge", "--version", cwd=folder)
    results.check(said.stdout == f"mcp-bridge {VERSION}\n", "npx mcp-bridge --version says the version", said.stdout, said.stderr)
    command = ["npx", "--offline", "--prefix", folder, "mcp-bridge"]
    with Bridge(command) as bridge:
        results.check(bridge.serves(), "npx mcp-bridge serves a call", bridge.log())
        own = bridge.bridge_id()
        bridge.process.terminate()
        results.check(_stops_in_order(bridge, own), "npx: SIGTERM to npx alone stops the bridge in order", bridge.log())
    # npx ends as a process does that a signal ends.
    _check_signals(results, command, "npx", {signal.SIGTERM: -signal.SIGTERM, signal.SIGINT: -signal.SIGINT})


def _check_elsewhere(results, folder: pathlib.Path) -> None:
    link = folder / "node_modules/mcp-bridge/bin/mcp-bridge.js"
    pretended = "Object.defineProperty(process, 'platform', { value: 'darwin' }); require(process.argv[1])"
    said = run("node", "-e", pretended, link)
    results.check(said.returncode == 1 and "runs on linux-x64" in said.stderr, "on another system the command says where it runs",
                  said.stderr)
    alone = folder.with_name("alone")
    shutil.copytree(folder / "node_modules/mcp-bridge", alone / "node_modules/mcp-bridge")
    said = run("node", alone / "node_modules/mcp-bridge/bin/mcp-bridge.js")
    results.check(said.returncode == 1 and "npm installs it unless optional dependencies are turned off" in said.stderr,
                  "without the package of the platform the command says why it is missing", said.stderr)


def _check_command(results, link: pathlib.Path) -> None:
    said = run(link, "--no-such-option")
    results.check(said.returncode == 2 and "--no-such-option" in said.stderr, "the command passes the exit code on", said.stderr)
    check_call(results, [link], "the command of npm")
    _check_signals(results, [link], "the command of npm", {signal.SIGTERM: 0, signal.SIGINT: 0})


def _check_new_node(results, link: pathlib.Path, work: pathlib.Path) -> None:
    folder = work / "node"
    folder.mkdir()
    fetched = run("npm", "install", "--no-audit", "--no-fund", "--prefix", folder, NEW_NODE, timeout=300)
    node = folder / "node_modules/node/bin/node"
    if fetched.returncode or not node.exists():
        results.skip("with a newer Node.js the command becomes the bridge", f"npm cannot fetch {NEW_NODE} from its registry: " + (fetched.stderr.strip().splitlines() or ["npm says nothing"])[-1])
        return
    with Bridge([node, "--no-warnings", link.resolve()]) as bridge:
        results.check(bridge.serves() and bridge.bridge_id() == bridge.process.pid, "with a newer Node.js the command becomes the bridge", bridge.log())
        bridge.process.terminate()
        results.check(bridge.process.wait(timeout=60) == 0, "with a newer Node.js the command ends in order")


def check_npm(results, release: Release) -> None:
    if why := lacks("npm"):
        results.skip("npm installs the packages", why)
        return
    folder = release.work / "npm"
    if not _install(results, release, folder):
        return
    _check_packing(results, release, folder)
    _check_npx(results, folder)
    link = folder / "node_modules/.bin/mcp-bridge"
    _check_command(results, link)
    _check_killed(results, [link], release.work)
    _check_elsewhere(results, folder)
    _check_new_node(results, link, release.work)
