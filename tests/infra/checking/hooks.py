"""The shell hooks, run with commands that are made up: az, azd, docker, uname, and scripts/package itself; some of them out of another folder."""

import shutil
import subprocess
import tempfile
from pathlib import Path

TOOLS = ("sh", "bash", "dirname", "basename", "tr", "grep", "sed", "cat", "head")
REGISTERED = 'case "$*" in *"provider show"*) echo Registered ;; *list-flex*) printf "westeurope\\nNorth Europe\\n" ;; esac'
KEYS = 'case "$*" in *"keys list"*) echo the-key ;; *) exit 1 ;; esac'
APP = {"SERVICE_API_NAME": "func-x", "AZURE_RESOURCE_GROUP": "rg-x", "AZURE_SUBSCRIPTION_ID": "sub-x", "MCP_ENDPOINT": "https://x.example/mcp"}
MAC = "echo 'Darwin arm64'"
LINUX = "echo 'Linux x86_64'"

# What is shown; script and arguments; commands; variables; files; exit code; what is said, what is not.
CASES = [
    ("all is well", "check", {"az": REGISTERED}, {"AZURE_LOCATION": "westeurope", "MCP_PACKAGE_READY": "1"}, True, 0, [], ["azd-check"]),
    ("a region with a space is the same region", "check", {"az": REGISTERED}, {"AZURE_LOCATION": "northeurope", "MCP_PACKAGE_READY": "1"}, True, 0,
     [], ["azd-check"]),
    ("a region without Flex Consumption", "check", {"az": REGISTERED}, {"AZURE_LOCATION": "mars", "MCP_PACKAGE_READY": "1"}, True, 1,
     ["mars has no Flex Consumption", "westeurope"], []),
    ("Microsoft.App is not registered", "check", {"az": "echo NotRegistered"}, {"AZURE_SUBSCRIPTION_ID": "sub-x", "MCP_PACKAGE_READY": "1"}, True, 1,
     ["az provider register --namespace Microsoft.App --wait --subscription sub-x"], []),
    ("Microsoft.App is being registered", "check", {"az": "echo Registering"}, {"MCP_PACKAGE_READY": "1"}, True, 1, ["Wait a minute"], []),
    ("nobody is signed in to az", "check", {"az": "exit 1"}, {"MCP_PACKAGE_READY": "1"}, True, 0, ["az login"], []),
    ("no az", "check", {}, {"MCP_PACKAGE_READY": "1"}, True, 0, ["was not checked"], []),
    ("no package can be made here", "check", {"az": REGISTERED, "uname": MAC}, {}, False, 1, ["docker is not installed or not running"], []),
    ("checks are left out", "check", {"az": "echo NotRegistered"}, {"MCP_SKIP_CHECKS": "1"}, False, 0, [], ["azd-check"]),
    ("a package is there", "package", {}, {"MCP_PACKAGE_READY": "1"}, True, 0, [], ["made"]),
    ("a package should be there", "package", {}, {"MCP_PACKAGE_READY": "1"}, False, 1, ["there is no dist/mcp-bridge.zip"], []),
    ("on macOS in a container", "package", {"uname": MAC}, {"MCP_PACKAGE_ARGS": "--add a --add b"}, False, 0,
     ["made in a container: --add a --add b"], []),
    ("on Linux with a given bridge directly", "package", {"uname": LINUX}, {"MCP_PACKAGE_ARGS": "--binary x"}, False, 0, ["made here: --binary x"], []),
    ("on an ARM machine in a container, with a given bridge too", "package", {"uname": "echo 'Linux aarch64'"}, {"MCP_PACKAGE_ARGS": "--binary x"},
     False, 0, ["made in a container"], []),
    ("a container can be had", "package --check", {"uname": MAC, "docker": "exit 0"}, {}, False, 0, [], ["made", "azd-package"]),
    ("the container's engine stands still", "package --check", {"uname": MAC, "docker": "exit 1"}, {}, False, 1, ["not running"], ["made in a container:"]),
    ("another container tool", "package --check", {"uname": MAC, "podman": "exit 0"}, {"CONTAINER_TOOL": "podman"}, False, 0, [], ["azd-package"]),
    ("the key is not printed", "endpoint", {"az": KEYS}, APP, False, 0, ["https://x.example/mcp", "az functionapp keys list --name func-x"], ["the-key"]),
    ("the key is printed when asked for", "endpoint --show-key", {"az": KEYS}, APP, False, 0, ["the-key"], []),
    ("no key with built-in authentication", "endpoint", {"az": KEYS}, {**APP, "MCP_AUTHENTICATION": "builtin"}, False, 0, ["Entra ID"], ["keys list"]),
    ("the gateway", "endpoint", {"az": KEYS}, {**APP, "MCP_AUTHENTICATION": "apim", "MCP_GATEWAY_ENDPOINT": "https://g.example/mcp"}, False, 0,
     ["https://g.example/mcp", "Entra ID"], ["the-key"]),
    ("called by hand", "endpoint --show-key", {"az": KEYS, "azd": "\n".join(f"echo '{k}=\"{v}\"'" for k, v in APP.items())}, {}, False, 0,
     ["func-x", "the-key"], []),
    ("nothing is provisioned", "endpoint", {"azd": "echo 'AZURE_ENV_NAME=\"x\"'"}, {}, False, 1, ["nothing is provisioned"], []),
    ("azd in a subfolder finds no package", "check from azd in infra", {"az": REGISTERED}, {"MCP_PACKAGE_READY": "1"}, True, 1,
     ["azd was started in ", "/infra, where it does not find dist/mcp-bridge.zip", "cd /"], []),
    ("azd in the folder of azure.yaml finds it", "check from azd in .", {"az": REGISTERED}, {"MCP_PACKAGE_READY": "1"}, True, 0, [], ["azd-folder"]),
    ("azd in a subfolder makes no package", "package from azd in infra", {"uname": MAC}, {}, False, 1, ["azd was started in "], ["made"]),
    ("azd in a subfolder deploys no ready package", "package from azd in infra", {}, {"MCP_PACKAGE_READY": "1"}, True, 1, ["azd was started in "], []),
    ("another program in a subfolder does not matter", "package from make in infra", {"uname": MAC}, {}, False, 0, ["made in a container"], []),
    ("azd cannot make the package", "no-package", {}, {}, False, 1, ["azd deploy api --from-package dist/mcp-bridge.zip"], []),
]


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def one(root, place, case):
    name, command, commands, variables, package, code, said, unsaid = case
    (place / "scripts").mkdir()
    (place / "bin").mkdir()
    for path in (root / "scripts").glob("azd-*.sh"):
        shutil.copy(path, place / "scripts")
    script(place / "scripts/package", 'echo "made here: $*"')
    script(place / "scripts/package-in-container", 'echo "made in a container: $*"')
    if package:
        (place / "dist").mkdir()
        (place / "dist/mcp-bridge.zip").touch()
    # Only these, so that an az or docker of this machine is never reached.
    for tool in TOOLS:
        (place / "bin" / tool).symlink_to(shutil.which(tool))
    script(place / "bin/uname", LINUX)
    for tool, text in commands.items():
        script(place / "bin" / tool, text)
    command, _, caller = command.partition(" from ")
    first, *arguments = command.split()
    words, folder = [place / f"scripts/azd-{first}.sh", *arguments], None
    if caller:
        # As azd starts a hook: through a shell in the folder of azure.yaml, while azd itself stays in its own.
        name, folder = caller.split(" in ")
        folder = place / folder
        folder.mkdir(exist_ok=True)
        script(place / "bin" / name, f'(cd "{place}" && exec sh -c "scripts/azd-{first}.sh")')
        words = [place / "bin" / name]
    done = subprocess.run(words, cwd=folder, env={"PATH": str(place / "bin"), **variables}, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20, check=False)
    mistakes = [f"exit code {done.returncode}, not {code}"] if done.returncode != code else []
    mistakes += [f"does not say {text!r}" for text in said if text not in done.stdout]
    mistakes += [f"says {text!r}" for text in unsaid if text in done.stdout]
    return mistakes + ([f"said: {done.stdout!r}"] if mistakes else [])


def run(root):
    for case in CASES:
        with tempfile.TemporaryDirectory() as place:
            yield f"hook azd-{case[1].split()[0]}: {case[0]}", one(root, Path(place), case)
