"""The release under test."""
import os
import pathlib
import re
import subprocess
import tarfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
VERSION = re.search(r"^project\(mcp-bridge VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(), re.MULTILINE).group(1)
STEM = f"mcp-bridge-{VERSION}"
PLATFORM = f"{STEM}-linux-x86_64"
PLATFORM_ARM = f"{STEM}-linux-aarch64"
BUILT_FOR_ARM = ROOT / "build/static-arm64/bridge/mcp-bridge"


class Release:
    def __init__(self, work: pathlib.Path):
        self.folder = work / "release"
        self.tree = work / PLATFORM  # what the tarball holds
        self.binary = self.tree / "bin/mcp-bridge"
        self.work = work
        self.without_arm = "" if BUILT_FOR_ARM.exists() else "nothing is compiled for aarch64; run scripts/release first"

    def make(self, folder: pathlib.Path, umask: int) -> str:
        """Makes a release; what went wrong, or nothing."""
        made = run(ROOT / "scripts/release", "--no-build", "--out", folder, *(["--for", "x86_64"] if self.without_arm else []),
                   umask=umask, timeout=600)
        return "" if made.returncode == 0 else made.stderr or f"exit code {made.returncode}"

    def unpack(self) -> None:
        for platform in (PLATFORM, *([] if self.without_arm else [PLATFORM_ARM])):
            with tarfile.open(self.folder / f"{platform}.tar.gz") as archive:
                archive.extractall(self.work, filter="fully_trusted") if hasattr(tarfile, "data_filter") else archive.extractall(self.work)


def run(*command, timeout: float = 60, **more) -> subprocess.CompletedProcess:
    """Runs a command to its end. Its output is text, except for single bytes perhaps, as in what readelf dumps. Its input is empty."""
    options = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "errors": "replace", "timeout": timeout} | more
    return subprocess.run([str(word) for word in command], **options)


# What installs a program: Debian's package, where that has another name than the program.
INSTALLED_BY = {"npm": "nodejs npm", "npx": "nodejs npm", "node": "nodejs npm", "nginx": "nginx-light", "promtool": "prometheus", "nix": "nix-bin",
                "nix-instantiate": "nix-bin", "systemd-analyze": "systemd", "go": "golang-go", "javac": "default-jdk-headless", "mvn": "maven",
                "qemu-aarch64-static": "qemu-user-static"}
NOT_IN_DEBIAN = {"dotnet": "Debian has no package of it; it comes with the SDK of .NET 10 from Microsoft"}


def lacks(program: str) -> str:
    """Why a test cannot run that needs this program, and what would let it run; or nothing."""
    folders = os.environ["PATH"].split(":") + ["/usr/sbin", "/sbin"]
    if any(os.access(pathlib.Path(folder) / program, os.X_OK) for folder in folders):
        return ""
    return f"{program} is not installed; " + (NOT_IN_DEBIAN.get(program) or f"apt-get install {INSTALLED_BY.get(program, program)}")
