"""Shell commands of the pages that ask a bridge on its usual port."""
import re
import shutil
import subprocess

from .bridge import Wrong

USUAL = re.compile(r"http://(?:127\.0\.0\.1|localhost):7071/mcp")


# The MCP Inspector 2.12.0 (`engines` in its package.json).
INSPECTOR_NEEDS = (22, 19)


def missing(program: str) -> str:
    """Why commands of `program` cannot run on this machine, and what would change that; empty if they can."""
    if program != "inspector":
        return "" if shutil.which(program) else f"{program} is not installed; Debian's {program} brings it"
    if shutil.which("npx") is None:
        return "npx is not installed; Debian's npm brings it"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    has = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    needed = ".".join(map(str, INSPECTOR_NEEDS))
    return "" if has >= INSPECTOR_NEEDS else f"the Inspector needs Node.js {needed}, and this is {version}; tests/interop brings one and runs the Inspector"


def ask(command: str, url: str, root, shows: str = ""):
    """Runs the commands in `root` against the bridge at `url`. Raises Wrong unless they print `shows` (by default a result) and no error."""
    if not USUAL.search(command):
        raise Wrong("the commands do not name the bridge on its usual port")
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", USUAL.sub(url, command)], capture_output=True, text=True, timeout=120, check=False,
                          stdin=subprocess.DEVNULL, cwd=root)
    if done.returncode != 0 or (shows or '"result"') not in done.stdout or '"error"' in done.stdout:
        raise Wrong(f"ended with {done.returncode} and printed:\n{done.stdout[-2000:]}{done.stderr[-1000:]}")
