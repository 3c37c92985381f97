"""Runs the checks of a project tree and those checks' own tests, and prints TAP.

    python -m checking ROOT
"""

import sys
from pathlib import Path

from . import broken, hooks, parsers, policies, project, secrets, security, symbols, types
from .known import load


def main():
    root = Path(sys.argv[1]).resolve()
    modules, resources = load()
    checks = [
        ("parsers: pycep and tree-sitter read every Bicep file", lambda at: parsers.check(at)),
        ("names: declared, passed, given, known in time, deployed in every branch", lambda at: symbols.check(at, modules)),
        ("types: of modules and resources", lambda at: types.check(at, modules, resources)),
        ("policies: known elements, named values, key and token", lambda at: policies.check(at)),
        ("project: azure.yaml, host.json, parameters, JSON files", lambda at: project.check(at)),
        ("security: of what modules are given, settings", lambda at: security.check(at)),
        ("secrets: secure, in the vault, made once", lambda at: secrets.check(at)),
        ("hooks: PowerShell parses", lambda at: parsers.powershell(at)),
    ]
    number = failed = 0

    def result(name, mistakes):
        nonlocal number, failed
        number += 1
        failed += bool(mistakes)
        print(f"{'not ok' if mistakes else 'ok'} {number} - {name}", flush=True)
        for mistake in mistakes:
            print(f"# {mistake}")

    for name, check in checks:
        result(name, check(root))
    for name, mistakes in hooks.run(root):
        result(name, mistakes)
    for name, mistakes in broken.run(root, [check for _, check in checks]):
        result(name, mistakes)
    print(f"{number - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


sys.exit(main())
