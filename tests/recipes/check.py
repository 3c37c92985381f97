#!/usr/bin/env python3
"""Checks the pages and follows their recipes; see ./run."""
import argparse
import concurrent.futures
import contextlib
import json
import pathlib
import subprocess
import sys
import threading
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
# Pages whose blocks are run. A block in one of these languages is no command and no file.
RUN = ("README.md", "ExistingServer.md", "docs/*.md")
PROSE = ("text", "mermaid", "")


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
        check_install_links(results, root, guides)
        check_all_run(results, root, [pages[path] for pattern in RUN for path in sorted(root.glob(pattern))])
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


def check_all_run(results, root, pages):
    """Each block is run by a test (its mark says how), or is in not_run.json with the reason why it cannot be."""
    wrong, reasons = [], json.loads((HERE / "not_run.json").read_text(encoding="utf-8"))
    for page in pages:
        starts = reasons.pop(str(page.path.relative_to(root)), {})
        wrong += not_run(page, starts)
    wrong += [f"not_run.json: there is no page {name}" for name in reasons]
    results.judge("every block is run, or is listed with the reason why it is not", wrong)


def not_run(page, reasons: dict) -> list:
    """What is wrong with the blocks that no test runs. `reasons` has the reason for each, by the beginning of its text."""
    wrong, unused = [f"not_run.json: there is no reason for '{start}'" for start, reason in reasons.items() if not reason], set(reasons)
    for block in page.blocks:
        if block.kind or block.language in PROSE:
            continue
        text = " ".join(block.text.split())
        found = [start for start in reasons if text.startswith(start)]
        unused -= set(found)
        if not found:
            wrong.append(f"{facts.at(page, block.line)}: no test runs this block; mark it (see checking/document.py), or give the reason in not_run.json")
    return wrong + [f"not_run.json: {page.path.name} has no block that begins with '{start}' and is not run" for start in sorted(unused)]


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
        # Another URL, no such server, and no base64.
        "install links": (3, wrong_install_links(page, {"vscode": [settings], "cursor": [settings.replace("servers", "mcpServers")]})),
        # The blocks without a mark: the JSON that is none, the commands that do not exist.
        "blocks that no test runs": (2, not_run(page, {})),
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
                calls.ask(block.text, "http://127.0.0.1:1/mcp", HERE)
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
                if clients.AZURE.match(clients.url_of(entry)) and (clients.headers_of(entry) or "code=" in clients.url_of(entry)):
                    attempt(results, f"{where}: {name} gets in", lambda entry=entry: clients.leads_to(entry, url, KEY))


def wrong_install_links(page, settings: dict) -> list:
    """Links that install a server in VS Code or Cursor: each must hold what the settings on the pages say."""
    links = [(line, target) for line, target in page.links if target.startswith(tuple(clients.INSTALL_LINKS.values()))]
    wrong = [(line, clients.wrong_install_link(target, settings)) for line, target in links]
    return [f"{facts.at(page, line)}: {what}" for line, what in wrong if what]


def check_install_links(results, root, guides):
    settings = {"vscode": [(root / ".vscode/mcp.json").read_text(encoding="utf-8")]}
    for block in [block for page in guides for block in page.blocks if block.kind == "client"]:
        settings.setdefault(block.mark, []).append(block.text)
    for page in guides:
        results.judge(f"{page.path.relative_to(root)}: install links hold the settings", wrong_install_links(page, settings))


def check_calls(results, root, guides, build):
    """Blocks marked `call` are shell commands that ask the weather server something: each must print a result, or what its mark says, and no error."""
    with running(f"{root}/bin/mcp-bridge --isolation shared -- {root}/bin/weather-stdio --sample", root, environment_of(build),
                 build / "calls.log") as url:
        for page in guides:
            for block in page.blocks:
                if block.kind != "call":
                    continue
                name, missing = f"{facts.at(page, block.line)}: {block.mark} gets an answer", calls.missing(block.mark)
                if missing:
                    results.skip(name, missing)
                else:
                    attempt(results, name, lambda block=block: calls.ask(block.text, url, root, block.argument))


def follow(results, root, guides, build, only):
    expected = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
    try:
        recipes = [recipe for recipe in gather(guides, expected) if only in recipe.name]
    except Wrong as wrong:
        results.not_ok("pages and expected.json name the same recipes", str(wrong))
        return
    environment = environment_of(home_for(build))
    # First runs of npx beside each other break each other's cache (npm/cli#8224).
    npx = threading.Lock()

    def follow_in_turn(recipe):
        uses_npx = any("npx" in block.text for block in recipe.blocks)
        with npx if uses_npx else contextlib.nullcontext():
            return follow_one(recipe, root, build / "work" / recipe.name, environment)

    # Two at a time: each waits for a registry, for a server, or for one processor.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in pool.map(follow_in_turn, recipes):
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
