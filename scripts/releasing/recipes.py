"""The formula for Homebrew and the flake for Nix, which install the tarballs of the release."""
import base64
import hashlib

from architecture import ARCHITECTURES
from project import HOME_PAGE, NAME, ROOT, SUMMARY, version

RECIPES = {f"{NAME}.rb": "packaging/homebrew/mcp-bridge.rb.in", "flake.nix": "packaging/nix/flake.nix.in"}
# The project is published nowhere yet; nothing answers at this address.
NOWHERE = "https://mcp-bridge.invalid"


def recipes(files: dict) -> dict:
    """`files` are those of the release. A recipe names the tarballs for all machines, so without one of them there is none."""
    home = HOME_PAGE or NOWHERE
    values = {"SUMMARY": SUMMARY, "HOME_PAGE": home, "VERSION": version()}
    for each in ARCHITECTURES:
        archive = f"{NAME}-{version()}-linux-{each.name}.tar.gz"
        if archive not in files:
            return {}
        digest = hashlib.sha256(files[archive])
        values |= {f"ADDRESS_{each.name}": f"{home}/releases/download/v{version()}/{archive}", f"SUM_{each.name}": digest.hexdigest(),
                   f"HASH_{each.name}": "sha256-" + base64.b64encode(digest.digest()).decode()}
    made = {}
    for name, form in RECIPES.items():
        text = (ROOT / form).read_text()
        for key, value in values.items():
            text = text.replace(f"@{key}@", value)
        made[name] = text.encode()
    return made
