"""Debian systems that boot with systemd, for packages that bring units along."""
import os
import pathlib
import subprocess
import tarfile
import time

from proving.made import ROOT, run

CACHE = ROOT / "build/release-test"
PATIENCE = 60  # seconds for a system to start, and for a unit to do what it should


def cached(release: str, packages: str = "systemd") -> tuple[pathlib.Path, str]:
    """The archive of a Debian with these packages, which is made once; or why there is none."""
    kept = CACHE / f"{release}-{packages.replace(',', '-')}.tar"
    if kept.exists():
        return kept, ""
    if os.geteuid() != 0:
        return kept, "systems are made and booted by root; run it as root"
    mirror = run("apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages").stdout.split()
    if not mirror:
        return kept, "no mirror of Debian is known to apt; run it on Debian"
    CACHE.mkdir(parents=True, exist_ok=True)
    new = kept.with_name(f"{kept.name}.{os.getpid()}")
    made = run("mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", f"--include={packages}", "--format=tar", release, new, mirror[0], timeout=600)
    if made.returncode:
        new.unlink(missing_ok=True)
        return kept, f"Debian {release} could not be made: {(made.stderr.strip().splitlines() or ['no reason given'])[-1]}"
    new.rename(kept)
    return kept, ""


class System:
    """A booted Debian. It shares the network with this machine."""

    def __init__(self, archive: pathlib.Path, folder: pathlib.Path):
        self.folder = folder
        folder.mkdir()
        folder.chmod(0o755)
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="fully_trusted") if hasattr(tarfile, "data_filter") else tar.extractall(folder)
        self.log = open(folder.with_suffix(".log"), "w+")
        self.group = f"release-test-{os.getpid()}"
        self.process = subprocess.Popen([ROOT / "tests/release/boot", folder, self.group], stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=subprocess.STDOUT)
        self.first = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.log.close()
        # Without processes, its control groups are empty folders.
        run("unshare", "--mount", "sh", "-c", f"mount -t cgroup2 cgroup2 /mnt && find /mnt/{self.group} -depth -type d -exec rmdir {{}} +")

    def boot(self) -> bool:
        """Whether systemd has started all that it starts by itself."""
        def has_booted() -> bool:
            children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            if not children:
                return False
            self.first = int(children[0])
            return self.run("systemctl", "is-system-running").stdout.strip() in ("running", "degraded")

        return wait_until(has_booted)

    def run(self, *command, timeout: float = 120) -> subprocess.CompletedProcess:
        """Runs a command in the system."""
        entering = ["nsenter", "--target", str(self.first), "--mount", "--pid", "--ipc", "--uts", "--root", "--wd"]
        clean = ["/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"]
        return run(*entering, *clean, *command, timeout=timeout)

    def state(self, unit: str) -> str:
        return self.run("systemctl", "is-active", unit).stdout.strip()

    def property(self, unit: str, name: str) -> str:
        return self.run("systemctl", "show", "--value", "--property", name, unit).stdout.strip()

    def console(self) -> str:
        self.log.flush()
        return pathlib.Path(self.log.name).read_text()[-3000:]


def wait_until(condition, patience: float = PATIENCE) -> bool:
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
