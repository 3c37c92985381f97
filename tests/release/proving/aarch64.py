"""The files for 64-bit ARM, which qemu runs here: the program of each, and the unit tests if they are compiled."""
import json
import os
import re
import tarfile

from proving.made import PLATFORM_ARM, ROOT, STEM, VERSION, Release, lacks, run
from proving.serving import check_call
from proving.tarball import check_bills, check_licences

QEMU = "qemu-aarch64-static"
SCOPE = os.environ.get("MCP_BRIDGE_NPM_SCOPE", "@mcp-bridge")
UNIT_TESTS = ROOT / "build/plain-arm64/tests/unit"


def _is_for_arm(path) -> bool:
    return "Machine:                           AArch64" in run("readelf", "--file-header", path).stdout


def _check_tarball(results, release: Release) -> None:
    tree = release.work / PLATFORM_ARM
    binary = tree / "bin/mcp-bridge"
    kind = run("readelf", "--wide", "--program-headers", "--sections", binary).stdout
    results.check(_is_for_arm(binary) and "INTERP" not in kind and ".symtab" not in kind, "aarch64: the program is static and stripped")
    said = run(QEMU, binary, "--version").stdout
    results.check(said == f"mcp-bridge {VERSION}\n", "aarch64: the program says the version", said)
    check_call(results, [QEMU, binary], "aarch64: the program of the tarball")
    check_licences(results, tree)
    check_bills(results, release, PLATFORM_ARM)
    other = {path.relative_to(release.tree) for path in release.tree.rglob("*") if "licenses" not in path.parts}
    own = {path.relative_to(tree) for path in tree.rglob("*") if "licenses" not in path.parts}
    results.check(own == other, "aarch64: beside licences, the tarball has the same files as the one for x86-64", str(own ^ other))


def _check_debian(results, release: Release) -> None:
    package = release.folder / f"mcp-bridge_{VERSION}-1_arm64.deb"
    fields = run("dpkg-deb", "--field", package, "Architecture", "Static-Built-Using").stdout
    folder = release.work / "deb-arm64"
    run("dpkg-deb", "--extract", package, folder)
    results.check("Architecture: arm64" in fields and "glibc (= " in fields and _is_for_arm(folder / "usr/bin/mcp-bridge"),
                  "aarch64: the package for Debian is for arm64", fields)
    if why := lacks("lintian"):
        results.skip("aarch64: lintian finds no errors in the package", why)
        return
    judged = run("lintian", "--fail-on", "error", "--allow-root", "--tag-display-limit", "0", package, timeout=300)
    results.check(judged.returncode == 0, "aarch64: lintian finds no errors in the package", judged.stdout, judged.stderr)


def _check_wheel(results, release: Release) -> None:
    files = list(release.folder.glob("*aarch64.whl"))
    folder = release.work / "wheel-arm64"
    installed = run("python3", "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--only-binary=:all:", "--platform", "manylinux2014_aarch64",
                    "--target", folder, *files, timeout=120)
    binary = folder / "bin/mcp-bridge"
    results.check(installed.returncode == 0 and _is_for_arm(binary) and os.access(binary, os.X_OK), "aarch64: pip takes the wheel for that platform",
                  installed.stderr)


def _check_npm(results, release: Release) -> None:
    promise = "aarch64: npm takes the package for that processor, and no other"
    if why := lacks("npm"):
        results.skip(promise, why)
        return
    if "\ncpu = " not in run("npm", "config", "ls", "-l").stdout:
        results.skip(promise, "this npm knows no --cpu; npm 10.1 and later ones do")
        return
    folder = release.work / "npm-arm64"
    folder.mkdir()
    # The packages of the platforms are optional dependencies, as they are of the package that is installed by its name.
    platforms = {f"{SCOPE}/linux-{cpu}": f"file:{release.folder / f'{SCOPE[1:]}-linux-{cpu}-{VERSION}.tgz'}" for cpu in ("x64", "arm64")}
    (folder / "package.json").write_text(json.dumps({"private": True, "optionalDependencies": platforms,
                                                     "dependencies": {"mcp-bridge": f"file:{release.folder / f'{STEM}.tgz'}"}}))
    installed = run("npm", "install", "--no-audit", "--no-fund", "--offline", "--cpu=arm64", cwd=folder, timeout=300)
    modules = folder / "node_modules"
    present = sorted(path.name for path in (modules / SCOPE).glob("*"))
    results.check(installed.returncode == 0 and present == ["linux-arm64"] and _is_for_arm(modules / SCOPE / "linux-arm64/bin/mcp-bridge")
                  and (modules / "mcp-bridge/bin/mcp-bridge.js").exists(), promise, str(present), installed.stderr)


def _check_image(results, release: Release) -> None:
    archive = release.folder / f"{STEM}-oci-arm64.tar.gz"
    if why := lacks("skopeo"):
        results.skip("aarch64: skopeo reads the image", why)
    else:
        shown = run("skopeo", "inspect", f"oci-archive:{archive}:{VERSION}")
        results.check(shown.returncode == 0 and json.loads(shown.stdout)["Architecture"] == "arm64", "aarch64: skopeo reads the image", shown.stderr)
    if os.geteuid() != 0:
        results.skip("aarch64: the image runs", "chroot needs root; run it as root")
        return
    layout, root = release.work / "layout-arm64", release.work / "image-arm64"
    layout.mkdir()
    root.mkdir()
    with tarfile.open(archive) as packed:
        packed.extractall(layout)
    for blob in (layout / "blobs/sha256").iterdir():
        if tarfile.is_tarfile(blob):
            run("tar", "-xpf", blob, "-C", root, "--numeric-owner")
    run("cp", f"/usr/bin/{QEMU}", root / "qemu")
    said = run("unshare", "--mount", "--pid", "--fork", "--mount-proc", "chroot", "--userspec=65532:65532", "--groups=", root, "/qemu",
               "/usr/bin/mcp-bridge", "--version")
    results.check(said.stdout == f"mcp-bridge {VERSION}\n", "aarch64: the program of the image runs in its root", said.stdout, said.stderr)


def _check_unit_tests(results) -> None:
    names = [name for file in sorted((ROOT / "tests/unit").glob("*/CMakeLists.txt")) for name in re.findall(r"add_gtest\((\w+)", file.read_text())]
    programs = [path for path in sorted(UNIT_TESTS.glob("*/*_test")) if path.is_file()]
    missing = set(names) - {path.name for path in programs}
    if missing:
        results.skip("aarch64: the unit tests pass",
                     f"not compiled: {', '.join(sorted(missing))}; run scripts/setup aarch64 and scripts/compile plain-arm64 tests_unit")
    for program in programs:
        ended = run(QEMU, program, "--gtest_brief=1", timeout=600)
        count = re.search(r"\[  PASSED  \] (\d+) test", ended.stdout)
        results.check(ended.returncode == 0 and count and int(count.group(1)) > 0, f"aarch64: {program.name} passes", ended.stdout[-3000:], ended.stderr)


def check_aarch64(results, release: Release) -> None:
    if why := release.without_arm or lacks(QEMU):
        results.skip("the files for aarch64", why)
        return
    _check_tarball(results, release)
    _check_debian(results, release)
    _check_wheel(results, release)
    _check_npm(results, release)
    _check_image(results, release)
    _check_unit_tests(results)
