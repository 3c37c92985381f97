"""What all files of a release say alike: the version, the time, names and texts."""
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = "mcp-bridge"
SUMMARY = "Serves an MCP server that speaks stdio over HTTP"
DESCRIPTION = ("mcp-bridge starts a stdio MCP server as a child process, serves many HTTP clients with it, and keeps it alive. "
               "It is one static program without dependencies.")
LICENCE = "MIT"
# Where the project is published. It is nowhere yet, so forks and CI set this: the address for links, which are left out without it, the scope
# of the npm packages, and who maintains the packages.
HOME_PAGE = os.environ.get("MCP_BRIDGE_HOME_PAGE", "")
NPM_SCOPE = os.environ.get("MCP_BRIDGE_NPM_SCOPE", "@mcp-bridge")
MAINTAINER = os.environ.get("MCP_BRIDGE_MAINTAINER", "The mcp-bridge authors <mcp-bridge@mcp-bridge.invalid>")


class Mistake(Exception):
    """A reason why there is no release, for the person who asked for one."""


def version() -> str:
    found = re.search(r"^project\(mcp-bridge VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(), re.MULTILINE)
    if not found:
        raise Mistake("CMakeLists.txt states no version")
    return found.group(1)


def commit() -> str:
    """The commit that is released, or an empty text outside of a clone."""
    found = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True)
    return found.stdout.strip()


def time_of_release() -> int:
    """The seconds since 1970 that all files of the release state as their time."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    found = subprocess.run(["git", "-C", str(ROOT), "log", "-1", "--format=%ct"], capture_output=True, text=True)
    if found.returncode:
        raise Mistake("without git the time of the release is unknown; set SOURCE_DATE_EPOCH")
    return int(found.stdout)
