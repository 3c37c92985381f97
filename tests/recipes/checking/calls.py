"""Shell commands of the pages that ask a bridge on its usual port."""
import re
import subprocess

from .bridge import Wrong

USUAL = re.compile(r"http://(?:127\.0\.0\.1|localhost):7071/mcp")


def ask(command: str, url: str):
    """Runs the commands against the bridge at `url`. Raises Wrong unless they print a result and no error."""
    if not USUAL.search(command):
        raise Wrong("the commands do not name the bridge on its usual port")
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", USUAL.sub(url, command)], capture_output=True, text=True, timeout=60, check=False,
                          stdin=subprocess.DEVNULL)
    if done.returncode != 0 or '"result"' not in done.stdout or '"error"' in done.stdout:
        raise Wrong(f"ended with {done.returncode} and printed:\n{done.stdout[-2000:]}{done.stderr[-1000:]}")
