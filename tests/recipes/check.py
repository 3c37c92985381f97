#!/usr/bin/env python3
"""Checks the pages and follows their recipes; see ./run."""
import argparse
import concurrent.futures
import json
import pathlib
import shutil
import subprocess
import sys
import time

from checking import calls, clients, document, facts
from checking.bridge import Wrong, environment_of, running
from checking.recipe import gather, home_for
from checking.tap import Results

HERE = pathlib.Path(__file__).resolve().parent
KEY = "a-key-of-the-test"
# Pages whose every statement is checked; of the others the JSON and the links.
GUIDES = ("README.md", "ExistingServer.md", "CONTRIBUTING.md", "docs/*.md", "infra/README.md")
OTHERS = ("ARCHITECTURE.md", "CHANGELOG.md", "tests/fuzz/README.md")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--bridge", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    root, results = arguments.root.resolve(), Results()
    pages = {path: document.read(path) for pattern in GUIDES + OTHERS for path in sorted(root.glob(pattern))}
    guides = [pages[path] for pattern in GUIDES for path in sorted(root.glob(pattern))]
    if not arguments.only:
        check_itself(results, root, arguments.bridge)
        check_facts(results, root, arguments.bridge, pages, guides)
        check_clients(results, root, guides, arguments.build)
        check_calls(results, root, guides, arguments.build)
        results.print()
    follow(results, root, guides, arguments.build, arguments.only)
    results.print()
    print(f"{results.passed} passed, {results.failed} failed, {results.skipped} skipped")
    return 1 if results.failed else 0


def check_facts(results, root, bridge, pages, guides):
    tree = facts.Tree(root, bridge)
    # In running text an option stands alone: it may be that of any program of the tree.
    scripts = [str(path.relative_to(root)) for pattern in ("scripts/*", "tests/*/*") for path in root.glob(pattern)
               if path.is_file() and path.suffix in ("", ".py", ".sh", ".ps1")]
    everybodys = tree.options.union(*(tree.options_of(script) or set() for script in scripts))
    for path, page in pages.items():
        name = path.relative_to(root)
        results.judge(f"{name}: JSON parses", facts.wrong_json(page))
        results.judge(f"{name}: links lead somewhere", facts.wrong_links(page, pages, root))
    for page in guides:
        name = page.path.relative_to(root)
        results.judge(f"{name}: options exist", facts.wrong_options(page, tree, everybodys))
        results.judge(f"{name}: MCP_BRIDGE_ variables exist", facts.wrong_variables(page, tree))
        results.judge(f"{name}: paths exist", facts.wrong_paths(page, tree))
        results.judge(f"{name}: defaults are those of --help", facts.wrong_defaults(page, tree))
        results.judge(f"{name}: settings of the deployment exist", facts.wrong_settings(page, tree))
        results.judge(f"{name}: quotes the bridge's own words", facts.wrong_words(page, tree))


def check_itself(results, root, bridge):
    """The checks have to find what is wrong: this page has so many mistakes for each."""
    page, tree = document.read(HERE / "mistakes.md"), facts.Tree(root, bridge)
    settings = next(block.text for block in page.blocks if block.kind == "client")
    found = {
        "JSON": (1, facts.wrong_json(page)),
        "options and programs": (5, facts.wrong_options(page, tree, tree.options)),
        "variables": (1, facts.wrong_variables(page, tree)),
        "paths": (1, facts.wrong_paths(page, tree)),
        "links": (2, facts.wrong_links(page, {page.path: page}, root)),
        "defaults": (2, facts.wrong_defaults(page, tree)),
        "settings": (1, facts.wrong_settings(page, tree)),
        "words": (1, facts.wrong_words(page, tree)),
        # Not asked for, not used, shown, and sent over plain HTTP.
        "clients": (4, clients.wrong_shape("vscode", settings)),
        # No bridge is asked: the commands print an error, and do not fail.
        "calls": (1, wrong_calls(page)),
    }
    results.judge("what is wrong in a page is found", [f"{kind}: {due} are due, found: {wrong}" for kind, (due, wrong) in found.items()
                                                       if len(wrong) != due])


def wrong_calls(page) -> list:
    wrong = []
    for block in page.blocks:
        if block.kind == "call":
            try:
                calls.ask(block.text, "http://127.0.0.1:1/mcp")
            except Wrong as reason:
                wrong.append(f"{facts.at(page, block.line)}: {reason}")
    return wrong


def check_clients(results, root, guides, build):
    """The shape of each client's settings, and that a bridge with a key lets in whoever follows them."""
    settings = [(".vscode/mcp.json", "vscode", (root / ".vscode/mcp.json").read_text(encoding="utf-8"))]
    settings += [(facts.at(page, block.line), block.mark, block.text) for page in guides for block in page.blocks if block.kind == "client"]
    log = build / "clients.log"
    environment = {**environment_of(build), "MCP_BRIDGE_KEYS": f"test={KEY}"}
    with running(f"{root}/bin/mcp-bridge -- {root}/bin/weather-stdio --sample", root, environment, log) as url:
        for where, client, text in settings:
            wrong = clients.wrong_shape(client, text)
            results.judge(f"{where}: what {client} reads", wrong)
            for name, entry in clients.entries(client, text).items() if not wrong and client != "claude-desktop" else []:
                # With API Management or a sign-in the key is not the client's; locally there is none.
                if clients.AZURE.match(entry["url"]) and ("headers" in entry or "code=" in entry["url"]):
                    attempt(results, f"{where}: {name} gets in", lambda entry=entry: clients.leads_to(entry, url, KEY))


def check_calls(results, root, guides, build):
    """Blocks marked `call` are shell commands with curl that ask the weather server something: each must print a result and no error."""
    if shutil.which("curl") is None:
        results.skip("calls with curl get an answer", "curl is not installed; Debian's curl brings it")
        return
    with running(f"{root}/bin/mcp-bridge --isolation shared -- {root}/bin/weather-stdio --sample", root, environment_of(build),
                 build / "calls.log") as url:
        for page in guides:
            for block in page.blocks:
                if block.kind == "call":
                    attempt(results, f"{facts.at(page, block.line)}: {block.mark} gets an answer",
                            lambda block=block: calls.ask(block.text, url))


def follow(results, root, guides, build, only):
    expected = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
    try:
        recipes = [recipe for recipe in gather(guides, expected) if only in recipe.name]
    except Wrong as wrong:
        results.not_ok("pages and expected.json name the same recipes", str(wrong))
        return
    environment = environment_of(home_for(build))
    # Two at a time: each waits for a registry, for a server, or for one processor.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in pool.map(lambda recipe: follow_one(recipe, root, build / "work" / recipe.name, environment), recipes):
            results.add(done)
            results.print()


def follow_one(recipe, root, folder, environment) -> Results:
    results, log, begun = Results(), folder.parent / f"{recipe.name}.log", time.monotonic()
    recipe.lay_out(root, folder)
    log.write_text("")
    missing = recipe.missing()
    if missing:
        results.skip(f"{recipe.name}: as written", missing)
        attempt(results, f"{recipe.name}: bridge.json is taken, up to the missing program",
                lambda: recipe.without_program(folder, environment, log))
    elif attempt(results, f"{recipe.name}: installs", lambda: recipe.install(folder, environment, log)):
        if (folder / "bridge.json").exists():
            attempt(results, f"{recipe.name}: answers with bridge.json", lambda: recipe.serve("bin/mcp-bridge", folder, environment, log))
        for block in recipe.of("serve"):
            attempt(results, f"{recipe.name}: answers to the command of line {block.line}",
                    lambda block=block: recipe.serve(block.text.strip(), folder, environment, log))
        # Last: it takes the files away that the others start from.
        for block in recipe.of("package"):
            attempt(results, f"{recipe.name}: answers out of the package of line {block.line}",
                    lambda block=block: recipe.pack(block, root, folder, environment, log))
    results.note(f"{recipe.name}: {time.monotonic() - begun:.1f} s")
    return results


def attempt(results, name, action) -> bool:
    try:
        action()
    except Wrong as wrong:
        results.not_ok(name, str(wrong))
        return False
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as wrong:
        results.not_ok(name, f"{type(wrong).__name__}: {wrong}")
        return False
    results.ok(name)
    return True


if __name__ == "__main__":
    sys.exit(main())
