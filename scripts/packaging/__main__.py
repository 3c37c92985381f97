"""Collects the files of a Functions app, checks them and packs them. scripts/package runs this program after the build."""
import argparse
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from app_folder import AppFolder  # noqa: E402
from checks import check  # noqa: E402
from commented_json import Mistake, read_json  # noqa: E402
from hosted import commands  # noqa: E402
from output import publish  # noqa: E402

PROJECT = pathlib.Path(__file__).resolve().parents[2]
WEATHER = "bin/weather-stdio"


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="package", usage="see scripts/package --help")
    parser.add_argument("--out", type=pathlib.Path, default=PROJECT / "dist")
    parser.add_argument("--config", type=pathlib.Path, default=PROJECT / "bridge.json")
    parser.add_argument("--add", action="append", default=[])
    parser.add_argument("--binary", type=pathlib.Path, default=PROJECT / "bin/mcp-bridge")
    return parser.parse_args()


def collect(wanted: argparse.Namespace) -> AppFolder:
    """The app's files in memory, by their names in it."""
    app = AppFolder()
    app.add_file("host.json", PROJECT / "host.json")
    app.add_file("bridge.json", wanted.config)
    app.add_program("bin/mcp-bridge", wanted.binary)
    for added in wanted.add:
        path, _, place = added.partition("=")
        app.add_tree(pathlib.Path(path), place)
    if any(WEATHER in command.words for command in commands(read_json(wanted.config))) and WEATHER not in app:
        app.add_program(WEATHER, wanted.binary.parent / "weather-stdio")
        app.add_tree(wanted.binary.parent / "samples", "bin/samples")
    return app


def main() -> int:
    wanted = options()
    try:
        app = collect(wanted)
        mistakes, remarks = check(app)
    except Mistake as mistake:
        mistakes, remarks = [str(mistake)], []
    for remark in remarks:
        print(f"package: note: {remark}", file=sys.stderr)
    for mistake in mistakes:
        print(f"package: {mistake}", file=sys.stderr)
    if mistakes:
        print("package: nothing was written; correct the mistakes above and run it again", file=sys.stderr)
        return 1
    # The settings of this machine, for `func start` in dist/app; they are never in the zip.
    settings = PROJECT / "local.settings.json"
    publish(app, wanted.out, settings if settings.exists() else PROJECT / "local.settings.json.example")
    return 0


sys.exit(main())
