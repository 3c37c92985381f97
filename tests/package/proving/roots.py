"""Systems to run in: an empty one, and the files of an older Debian."""
import os
import pathlib
import subprocess
import tarfile

from proving.app import CACHE, ROOT

# The system of the Azure Functions images, with glibc 2.31. What the static binaries could trip over is in these packages:
# the C library's modules for names and character sets, and its tools, as a control.
OLD_DEBIAN = "bullseye"
PACKAGES = "libc6,libc-bin,base-files,netbase,dash,coreutils"
NAME_MODULES = "lib/x86_64-linux-gnu"


def prepare_old_debian() -> str:
    """Fetches what is not cached yet; why that could not be done, or nothing."""
    kept = CACHE / f"{OLD_DEBIAN}.tar"
    installed = subprocess.run([ROOT / "scripts/setup", "package-test"], capture_output=True, text=True)
    if kept.exists():
        return ""
    mirror = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"], capture_output=True, text=True)
    if mirror.returncode or not mirror.stdout:
        return "no mirror of Debian is known to apt; run it on Debian"
    if installed.returncode:
        return "mmdebstrap could not be installed: " + installed.stderr.strip().splitlines()[-1]
    CACHE.mkdir(parents=True, exist_ok=True)
    new = kept.with_name(f"{kept.name}.{os.getpid()}")
    # Extracted, not installed: nothing in there has to run for this.
    made = subprocess.run(["mmdebstrap", "--quiet", "--mode=root", "--variant=extract", f"--include={PACKAGES}", "--format=tar",
                           OLD_DEBIAN, new, mirror.stdout.split()[0]], capture_output=True, text=True, timeout=300)
    if made.returncode:
        new.unlink(missing_ok=True)
        return f"Debian {OLD_DEBIAN} could not be fetched: {made.stderr.strip().splitlines()[-1]}"
    new.rename(kept)
    return ""


def empty_system(folder: pathlib.Path) -> pathlib.Path:
    folder.mkdir()
    return folder


def old_debian(folder: pathlib.Path) -> pathlib.Path:
    folder.mkdir()
    with tarfile.open(CACHE / f"{OLD_DEBIAN}.tar") as archive:
        archive.extractall(folder, filter=None) if hasattr(tarfile, "data_filter") else archive.extractall(folder)
    # Written when libc-bin is installed, which it was not.
    (folder / "etc/nsswitch.conf").write_text((folder / "usr/share/libc-bin/nsswitch.conf").read_text())
    for name in ("resolv.conf", "hosts"):
        (folder / "etc" / name).unlink(missing_ok=True)
    return folder


def mount_proc(system: pathlib.Path) -> None:
    (system / "proc").mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "proc", "proc", system / "proc"], check=True)


def mount_read_only(folder: pathlib.Path) -> None:
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)


def add_name_module(system: pathlib.Path, work: pathlib.Path) -> pathlib.Path:
    """A module for names of that system's C library, which nsswitch.conf asks first. The file that appears when it is loaded."""
    source, marker = work / "module.c", "/loaded"
    # Another C library's module crashes a process that loads it; this one does so every time.
    source.write_text(f'#include <fcntl.h>\n#include <stdlib.h>\n'
                      f'__attribute__((constructor)) static void load(void) {{ creat("{marker}", 0644); abort(); }}\n')
    subprocess.run(["cc", "-shared", "-fPIC", "-o", system / NAME_MODULES / "libnss_foreign.so.2", source], check=True)
    (system / "etc/nsswitch.conf").write_text("hosts: foreign [!UNAVAIL=return] mymachines resolve dns\nservices: foreign\npasswd: foreign\n")
    return system / marker[1:]
