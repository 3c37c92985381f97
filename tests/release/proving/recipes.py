"""The formula for Homebrew and the flake for Nix, without Homebrew and nixpkgs: stand-ins for both take the files of the tarball."""
import base64
import hashlib
import json
import os

from proving.made import PLATFORM, PLATFORM_ARM, ROOT, VERSION, Release, lacks, run

HOME_PAGE = os.environ.get("MCP_BRIDGE_HOME_PAGE") or "https://mcp-bridge.invalid"

# What the flake says about each machine. A stand-in for nixpkgs gives back what it is asked for.
EVALUATED = """let
  f = import FILE;
  pkgs = { stdenvNoCC.mkDerivation = asked: asked // { __toString = _: "/made"; }; fetchurl = asked: asked; };
  nixpkgs.legacyPackages = { x86_64-linux = pkgs; aarch64-linux = pkgs; };
  out = f.outputs { self = out; inherit nixpkgs; };
in builtins.mapAttrs
  (system: own: { inherit (own.default) src version installPhase; program = out.apps.${system}.default.program; }) out.packages
"""


def _digest(release: Release, platform: str):
    return hashlib.sha256((release.folder / f"{platform}.tar.gz").read_bytes())


def _check_formula(results, release: Release) -> None:
    formula = release.folder / "mcp-bridge.rb"
    place = release.work / "homebrew"
    if why := lacks("ruby"):
        results.skip("the formula for Homebrew installs the files of the tarball", why)
        return
    ended = run("ruby", ROOT / "tests/release/formula.rb", formula, release.tree, place)
    expected = [[platform.rpartition("-")[2], f"{HOME_PAGE}/releases/download/v{VERSION}/{platform}.tar.gz", _digest(release, platform).hexdigest()]
                for platform in (PLATFORM, PLATFORM_ARM)]
    results.check([line.split() for line in ended.stdout.splitlines()] == expected, "the formula for Homebrew names the tarballs and their sums",
                  ended.stdout, ended.stderr)
    results.check(ended.returncode == 0 and (place / "share/man/man1/mcp-bridge.1").exists() and (place / "share/mcp-bridge/licenses").is_dir(),
                  "the formula for Homebrew installs the files of the tarball, and its test passes", ended.stderr)


def _check_flake(results, release: Release) -> None:
    promise = "the flake for Nix installs the files of the tarball"
    if why := lacks("nix-instantiate"):
        results.skip(promise, why)
        return
    environment = os.environ | {"HOME": str(release.work)}
    ended = run("nix-instantiate", "--eval", "--strict", "--json", "--store", "dummy://", "-E", EVALUATED.replace("FILE", str(release.folder / "flake.nix")),
                env=environment)
    said = json.loads(ended.stdout) if ended.returncode == 0 else {}
    hashes = {f"{platform.rpartition('-')[2]}-linux": "sha256-" + base64.b64encode(_digest(release, platform).digest()).decode()
              for platform in (PLATFORM, PLATFORM_ARM)}
    results.check({system: own["src"]["hash"] for system, own in said.items()} == hashes, "the flake for Nix names the tarballs and their sums", ended.stderr)
    if not said:
        return
    out = release.work / "nix"
    own = said["x86_64-linux"]
    installed = run("bash", "-euc", own["installPhase"], cwd=release.tree, env=environment | {"out": str(out)})
    results.check(installed.returncode == 0 and run(out / "bin/mcp-bridge", "--version").stdout == f"mcp-bridge {VERSION}\n" and own["version"] == VERSION
                  and own["program"] == "/made/bin/mcp-bridge", promise, installed.stderr, str(own))


def check_recipes(results, release: Release) -> None:
    if release.without_arm:
        results.skip("the recipes for Homebrew and Nix", release.without_arm)
        return
    _check_formula(results, release)
    _check_flake(results, release)
