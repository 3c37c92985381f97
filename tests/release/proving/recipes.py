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

# A flake in the place of nixpkgs, whose derivations can be evaluated and not built.
STAND_IN = """{
  outputs = { self }:
    let
      packagesFor = system: {
        stdenvNoCC.mkDerivation = asked:
          derivation { inherit system; inherit (asked) src installPhase; name = "${asked.pname}-${asked.version}"; builder = "/bin/sh"; };
        fetchurl = { url, hash }: "${url}#${hash}";
      };
    in { legacyPackages = { x86_64-linux = packagesFor "x86_64-linux"; aarch64-linux = packagesFor "aarch64-linux"; }; };
}
"""


def _digest(release: Release, platform: str):
    return hashlib.sha256((release.folder / f"{platform}.tar.gz").read_bytes())


def _check_formula(results, release: Release) -> None:
    formula = release.folder / "mcp-bridge.rb"
    place = release.work / "homebrew"
    if why := lacks("ruby"):
        results.skip("the formula for Homebrew installs the files of the tarball", why)
        return
    parsed = run("ruby", "-wc", formula)
    results.check(parsed.stdout.strip() == "Syntax OK" and not parsed.stderr, "ruby parses the formula without a warning", parsed.stdout, parsed.stderr)
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


def _check_by_nix(results, release: Release) -> None:
    """Nix itself judges the form of the flake, with a store of its own and without network."""
    promise = "nix flake check accepts the flake, and nix flake show lists a package and a program for each machine"
    if why := lacks("nix"):
        results.skip(promise, why)
        return
    work = release.work / "nix-check"
    for name, text in (("flake", (release.folder / "flake.nix").read_text()), ("nixpkgs", STAND_IN)):
        (work / name).mkdir(parents=True)
        (work / name / "flake.nix").write_text(text)
    places = {f"NIX_{name}_DIR": str(work / name.lower()) for name in ("STORE", "STATE", "LOG", "CONF")}
    environment = os.environ | places | {"HOME": str(work), "NIX_REMOTE": "local"}

    def nix(*words: str):
        return run("nix", "--extra-experimental-features", "nix-command flakes", "--option", "build-users-group", "", "--offline", "flake", *words,
                   "--no-write-lock-file", "--override-input", "nixpkgs", f"path:{work / 'nixpkgs'}", f"path:{work / 'flake'}", env=environment)

    judged, shown = nix("check", "--no-build"), nix("show", "--json")
    machines = {"x86_64-linux", "aarch64-linux"}
    listed = json.loads(shown.stdout) if shown.returncode == 0 else {}
    results.check(judged.returncode == 0 and set(listed.get("packages", {})) == set(listed.get("apps", {})) == machines, promise, judged.stderr, shown.stderr)


def check_recipes(results, release: Release) -> None:
    if release.without_arm:
        results.skip("the recipes for Homebrew and Nix", release.without_arm)
        return
    _check_formula(results, release)
    _check_flake(results, release)
    _check_by_nix(results, release)
