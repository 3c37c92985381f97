"""Becomes mcp-bridge: `python -m mcp_bridge` is the command `mcp-bridge` of the same environment."""
import os
import pathlib
import sys
import sysconfig


def main() -> None:
    schemes = {sysconfig.get_path("scripts"), sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user"))}
    # `pip install --target` puts the command beside the package.
    folders = [pathlib.Path(each) for each in schemes] + [pathlib.Path(__file__).resolve().parents[1] / "bin"]
    for folder in folders:
        program = folder / "mcp-bridge"
        if os.access(program, os.X_OK):
            os.execv(program, ["mcp-bridge", *sys.argv[1:]])
    sys.exit(f"mcp-bridge: the program is in none of {', '.join(map(str, folders))}; install the package again")


main()
