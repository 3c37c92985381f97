"""Makes the files of a release. scripts/release runs this program after the build."""
import argparse
import hashlib
import pathlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import bundle  # noqa: E402
import debian  # noqa: E402
import image  # noqa: E402
import npm  # noqa: E402
import recipes  # noqa: E402
import runtimes  # noqa: E402
import sbom  # noqa: E402
import wheel  # noqa: E402
from architecture import ARCHITECTURES  # noqa: E402
from program import read_program  # noqa: E402
from project import NAME, ROOT, Mistake, time_of_release, version  # noqa: E402


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="release", usage="see scripts/release --help")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "dist/release")
    parser.add_argument("--for", dest="machines", action="append", required=True, choices=[each.name for each in ARCHITECTURES])
    parser.add_argument("--with-runtimes", action="store_true")
    return parser.parse_args()


def make(folder: pathlib.Path, architectures: list, with_runtimes: bool) -> None:
    time = time_of_release()
    programs = [read_program(each) for each in architectures]
    files = npm.packages(programs, time)
    for program in programs:
        architecture = program.architecture
        files |= bundle.archives(program, time)
        files[debian.package_name(architecture)] = debian.package(program, time)
        files[image.image_name(architecture)] = image.image(program, time)
        files[wheel.wheel_name(architecture)] = wheel.wheel(program, time)
        stem = f"{NAME}-{version()}-linux-{architecture.name}"
        files[f"{stem}.spdx.json"] = sbom.spdx(program, time).encode()
        files[f"{stem}.cdx.json"] = sbom.cyclone_dx(program, time).encode()
    files |= recipes.recipes(files)
    if with_runtimes:
        files |= {runtimes.image_name(): runtimes.image(program, time) for program in programs if program.architecture.name == runtimes.MACHINE}
    for name, content in files.items():
        (folder / name).write_bytes(content)


def write_sums(folder: pathlib.Path) -> None:
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.iterdir()) if path.is_file()]
    (folder / "SHA256SUMS").write_text("".join(lines))


def main() -> int:
    wanted = options()
    out = wanted.out
    new = out.with_name(out.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        make(new, [each for each in ARCHITECTURES if each.name in wanted.machines], wanted.with_runtimes)
    except Mistake as mistake:
        print(f"release: {mistake}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"release: {error}\n{error.stderr or ''}", file=sys.stderr)
        return 1
    write_sums(new)
    shutil.rmtree(out, ignore_errors=True)
    new.rename(out)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"release: {out} holds version {version()}, {size / 1e6:.1f} MB", file=sys.stderr)
    return 0


sys.exit(main())
