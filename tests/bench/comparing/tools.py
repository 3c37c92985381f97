"""Builds the programs that the measurements need beside the bridge."""
import pathlib
import subprocess
import sys


def build_tools(root: pathlib.Path) -> pathlib.Path:
    """Builds the fast stdio server and the bare pipe in build/bench, and returns that folder."""
    build = root / "build/bench"
    build.mkdir(parents=True, exist_ok=True)
    subprocess.run([root / "scripts/setup", "build", "bench"], check=True)
    subprocess.run(["cmake", "-S", root, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                    "-DMCP_BRIDGE_TESTS=OFF", "-DMCP_BRIDGE_BENCH=ON"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", build, "--target", "fast_echo", "direct_stdio", "--", "--quiet"], check=True,
                   stdout=sys.stderr)
    return build


def echo_in(build: pathlib.Path) -> pathlib.Path:
    """The path of the fast stdio server that `build_tools` builds."""
    return build / "tests/bench/fast_echo"
