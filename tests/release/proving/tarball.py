"""The tarballs, sums and bills of materials."""
import hashlib
import json
import pathlib
import stat

from proving.made import PLATFORM, ROOT, VERSION, Release, run
from proving.serving import check_call
from proving.tools import TOOLS, tools_from_pypi

# What every build of the bridge has in it, by the names of Debian's source packages.
LINKED = {"glibc", "libsodium", "fmtlib", "spdlog", "cli11", "nlohmann-json3"}


def check_same_bytes(results, release: Release) -> None:
    other = release.work / "other"
    mistake = release.make(other, umask=0o077)
    results.check(not mistake, "a release can be made a second time, into another folder and with another umask", mistake)
    if mistake:
        return
    first, second = (sorted(path.relative_to(folder) for path in folder.rglob("*")) for folder in (release.folder, other))
    different = [str(name) for name in first if (release.folder / name).is_file() and (release.folder / name).read_bytes() != (other / name).read_bytes()]
    results.check(first == second and not different, "both releases have the same files with the same bytes", *different)


def check_sums(results, release: Release) -> None:
    checked = run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=release.folder)
    listed = set((release.folder / "SHA256SUMS").read_text().split()[1::2])
    files = {path.name for path in release.folder.iterdir() if path.is_file()} - {"SHA256SUMS"}
    results.check(checked.returncode == 0 and listed == files, "SHA256SUMS lists every file, and sha256sum agrees", checked.stdout, str(listed ^ files))


def check_program(results, release: Release) -> None:
    said = run(release.binary, "--version").stdout
    results.check(said == f"mcp-bridge {VERSION}\n", "the program says the version of CMakeLists.txt", said)
    kind = run("readelf", "--wide", "--program-headers", "--sections", release.binary).stdout
    results.check("INTERP" not in kind and ".symtab" not in kind and ".debug_info" not in kind, "the program is static and stripped")
    mode = stat.S_IMODE(release.binary.stat().st_mode)
    results.check(mode == 0o755, "the program may be executed by everybody, and written by its owner alone", oct(mode))
    run("tar", "-xzf", release.folder / f"{PLATFORM}-debug.tar.gz", "-C", release.work)
    symbols = run("readelf", "--wide", "--sections", release.work / f"{PLATFORM}-debug/mcp-bridge.debug").stdout
    results.check(".debug_info" in symbols and ".symtab" in symbols, "the symbols are in a tarball of their own")
    link = run("readelf", "--string-dump=.gnu_debuglink", release.binary).stdout
    results.check("mcp-bridge.debug" in link, "the program names the file of its symbols", link)


def check_licences(results, tree: pathlib.Path) -> None:
    found = {path.stem for path in (tree / "licenses").glob("*.txt")}
    boost = [name for name in found if name.startswith("boost")]
    gcc = [name for name in found if name.startswith("gcc")]
    results.check(LINKED <= found and boost and gcc, "the licence of every library is there", str(sorted(found)))
    common = {path.stem for path in (tree / "licenses/common").glob("*.txt")}
    results.check(any(name.startswith("LGPL") for name in common), "the common licences that they refer to are there too", str(common))


def _check_form(results, release: Release, platform: str) -> None:
    """Libraries of both formats judge the bills, and a copy of each without a member that it needs."""
    promise = "libraries of SPDX and CycloneDX find no mistakes in the bills of materials"
    if why := tools_from_pypi():
        results.skip(promise, f"pip cannot fetch them from PyPI: {why}")
        return
    judge = (TOOLS / "bin/python", ROOT / "tests/release/judge_bills.py")
    files = [release.folder / f"{platform}.{kind}.json" for kind in ("spdx", "cdx")]
    judged = run(*judge, *files)
    results.check(judged.returncode == 0, promise, judged.stdout, judged.stderr)
    for file, needed in zip(files, ("dataLicense", "bomFormat")):
        broken = release.work / f"broken-{file.name}"
        broken.write_text(json.dumps({name: value for name, value in json.loads(file.read_text()).items() if name != needed}))
        judged = run(*judge, broken)
        results.check(judged.returncode == 1 and needed in judged.stdout.replace("data_license", "dataLicense"), f"they find that {needed} is missing",
                      judged.stdout, judged.stderr)


def check_bills(results, release: Release, platform: str) -> None:
    """`platform` ends the names of the files for one kind of machine."""
    binary = (release.work / platform / "bin/mcp-bridge").read_bytes()
    spdx = json.loads((release.folder / f"{platform}.spdx.json").read_text())
    cyclone = json.loads((release.folder / f"{platform}.cdx.json").read_text())
    installed = {}
    for package in spdx["packages"][1:]:
        architecture = package["externalRefs"][0]["referenceLocator"].partition("?arch=")[2]
        installed[package["name"]] = run("dpkg-query", "-W", "-f", "${Version}", f"{package['name']}:{architecture}").stdout
    listed = {package["name"]: package["versionInfo"] for package in spdx["packages"][1:]}
    results.check(listed == installed and len(listed) >= len(LINKED), "SPDX: the packages have the versions that dpkg states", str(listed))
    results.check(listed == {each["name"]: each["version"] for each in cyclone["components"]}, "CycloneDX lists the same packages as SPDX")
    digest = hashlib.sha256(binary).hexdigest()
    results.check(spdx["packages"][0]["checksums"][0]["checksumValue"] == digest == cyclone["metadata"]["component"]["hashes"][0]["content"],
                  "both state the sum of the program")
    known = {each["SPDXID"] for each in spdx["packages"]} | {"SPDXRef-DOCUMENT"}
    ends = {link[end] for link in spdx["relationships"] for end in ("spdxElementId", "relatedSpdxElement")}
    results.check(known == ends, "SPDX: every package has a relationship, and every relationship two packages", str(known ^ ends))
    _check_form(results, release, platform)


def check_tarball(results, release: Release) -> None:
    check_same_bytes(results, release)
    check_sums(results, release)
    check_program(results, release)
    check_call(results, [release.binary], "the program of the tarball")
    check_licences(results, release.tree)
    check_bills(results, release, PLATFORM)
