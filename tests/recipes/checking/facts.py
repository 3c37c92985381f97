"""What the pages say, held against the tree and the programs: JSON, options, variables, defaults, paths, links, settings."""
import pathlib
import re
import shlex
import subprocess

from . import jsonc

# Folders whose files the pages may name; what is built or packed is not in the tree.
FOLDERS = (".github/", "bridge/", "packaging/", "weather-stdio/", "tests/", "scripts/", "docs/", "infra/", "cmake/", ".vscode/", ".devcontainer/", "bin/")
BUILT = {"bin/mcp-bridge", "bin/weather-stdio", "bin/samples"}
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")
SPANS = re.compile(r"`([^`]+)`")
VARIABLE = re.compile(r"\bMCP_BRIDGE_[A-Z0-9_]+\b")


class Tree:
    """The repository, and what its programs say about themselves."""

    def __init__(self, root: pathlib.Path, bridge: pathlib.Path):
        self.root = root
        self.help = self._help_of([str(bridge), "--help"])
        self.limits_help = self._help_of([str(bridge), "--help-limits"])
        self.options = set(OPTION.findall(self.help))
        self.limits = set(re.findall(r"^  (?:--)?([a-z-]+) [A-Z]", self.limits_help, re.MULTILINE))
        self.variables = {"MCP_BRIDGE_" + option[2:].upper().replace("-", "_") for option in self.options}
        self._scripts = {}
        self._sources = {}

    def options_of(self, program: str) -> set:
        """The options of a program of this tree, by its path in it."""
        if program.endswith("mcp-bridge"):
            return self.options
        if program not in self._scripts:
            path = self.root / program
            # A script says its options in its head, or in its body if that is where its --help comes from.
            self._scripts[program] = set(OPTION.findall(path.read_text(encoding="utf-8", errors="replace"))) if path.is_file() else None
        return self._scripts[program]

    def holds(self, text: str, *folders: str) -> bool:
        """Whether a file below one of the folders (or one of the files) holds the text."""
        return any(text in self._source(folder) for folder in folders)

    def _source(self, folder: str) -> str:
        if folder not in self._sources:
            path = self.root / folder
            files = [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else []
            wanted = (each for each in files if each.stat().st_size < 1 << 20 and not {"node_modules", "__pycache__"} & set(each.parts))
            self._sources[folder] = "\n".join(each.read_text(encoding="utf-8", errors="ignore") for each in wanted)
        return self._sources[folder]

    @staticmethod
    def _help_of(command: list) -> str:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout


def at(page, line: int) -> str:
    return f"{page.path.name}:{line}"


def wrong_json(page) -> list:
    wrong = []
    for block in page.blocks:
        if block.language in ("json", "jsonc"):
            try:
                jsonc.loads(block.text)
            except ValueError as error:
                wrong.append(f"{at(page, block.line)}: {error}")
    return wrong


def commands(text: str):
    """The simple commands of a shell block, as lists of words; comments, and lines with quotes that end on another, are left out."""
    for line in text.replace("\\\n", " ").splitlines():
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            continue
        command = []
        for word in words + [";"]:
            if word in (";", "|", "&&", "||", "&") or word.endswith(";"):
                if command:
                    yield command
                command = []
            elif command or not re.match(r"^(?:[A-Z_a-z]\w*=.*|sudo|exec|if|then|\$)$", word, re.DOTALL):
                command.append(word)


def wrong_limits(tree: Tree, words: list) -> list:
    """What follows --limit without being the name of a limit."""
    names = [after.split("=")[0] for word, after in zip(words, words[1:]) if word == "--limit"]
    return [f"there is no limit {name}" for name in names if name not in tree.limits and name != "NAME"]


def wrong_command(tree: Tree, words: list) -> list:
    """Options that a program of this tree does not have, and programs that are not there. What stands behind -- is somebody else's."""
    program, arguments = words[0].removeprefix("./"), words[1:]
    if not program.startswith(("bin/", "scripts/", "tests/", ".ci/")):
        return []
    known = tree.options_of(program)
    if known is None:
        return [f"there is no {program}"]
    own = arguments[:arguments.index("--")] if "--" in arguments else arguments
    unknown = [f"{program} has no option {option}" for word in own for option in OPTION.findall(word.split("=")[0]) if option not in known]
    return unknown + wrong_limits(tree, own)


def wrong_options(page, tree: Tree, everybodys: set) -> list:
    wrong = []
    for block in page.blocks:
        if block.language in ("sh", "bash", "shell"):
            wrong += [f"{at(page, block.line)}: {what}" for words in commands(block.text) for what in wrong_command(tree, words)]
    for line, span in page.spans:
        words = span.split()
        if words[0].removeprefix("./").startswith(("bin/mcp-bridge", "scripts/", "tests/")) and len(words) > 1:
            wrong += [f"{at(page, line)}: {what}" for words in commands(span) for what in wrong_command(tree, words)]
        elif words[0].startswith("--"):
            wrong += [f"{at(page, line)}: nothing here has an option {option}" for option in OPTION.findall(span) if option not in everybodys]
            wrong += [f"{at(page, line)}: {what}" for what in wrong_limits(tree, words)]
    return wrong


def wrong_variables(page, tree: Tree) -> list:
    """A name that neither --help nor a source, a script or the infrastructure has."""
    text = page.path.read_text(encoding="utf-8")
    return [f"{page.path.name}: nothing reads {name}" for name in sorted(set(VARIABLE.findall(text)))
            if name not in tree.help and name not in tree.variables and not tree.holds(name, "bridge", "scripts", "infra", "tests/support", "tests/functions_host", "azure.yaml")]


def wrong_defaults(page, tree: Tree) -> list:
    """Rows of tables that begin with an option, or the name of a limit, and go on with its default."""
    wrong = []
    for line, cells in page.rows:
        option = re.fullmatch(r"`((?:--)?(?:limit )?[a-z-]+)`", cells[0])
        if option and not option[1].startswith("--") and option[1] not in tree.limits:
            continue
        default = re.fullmatch(r"`([^`]+)`", cells[1]) if option and len(cells) > 2 else None
        if not default:
            continue
        # As --help prints it: `--max-sessions N [1000]`; --help-limits also without dashes.
        name = option[1].removeprefix("--limit ")
        said = re.search(rf"^  (?:--)?{name} [A-Z:\[\]]+ \[([^\]]+)\]", tree.help + tree.limits_help, re.MULTILINE)
        if not said or said[1] != default[1]:
            wrong.append(f"{at(page, line)}: the default of {option[1]} is {said[1] if said else 'not said'}, not {default[1]}")
    return wrong


def wrong_paths(page, tree: Tree) -> list:
    wrong = []
    for line, span in page.spans:
        # Placeholders and whole command lines are no paths.
        if not span.startswith(FOLDERS) or re.search(r"[\s<>{}$]", span) or span.rstrip("/") in BUILT:
            continue
        if not list(tree.root.glob(span.rstrip("/"))) and not list(tree.root.glob(span + ".*")):
            wrong.append(f"{at(page, line)}: there is no {span}")
    return wrong


def wrong_links(page, pages: dict, root: pathlib.Path) -> list:
    wrong = []
    for line, target in page.links:
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.path.parent / name).resolve() if name else page.path
        if not path.exists():
            wrong.append(f"{at(page, line)}: {target} leads nowhere")
        elif anchor and path in pages and anchor not in pages[path].anchors:
            wrong.append(f"{at(page, line)}: {path.relative_to(root)} has no heading for #{anchor}")
    return wrong


def wrong_settings(page, tree: Tree) -> list:
    """What `azd env set` names must be read by the infrastructure, or by a hook."""
    wrong = []
    for where, text in [(block.line, block.text) for block in page.blocks] + page.spans:
        for name in re.findall(r"azd env set(?:-secret)? ([A-Z]+_[A-Z0-9_]*)", text):
            if not tree.holds(name, "infra/main.parameters.json", "scripts"):
                wrong.append(f"{at(page, where)}: neither infra/ nor a hook of azd reads {name}")
    # Rows of tables whose first cell is such a name, or several.
    for line, cells in page.rows:
        for name in re.findall(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`", cells[0]):
            if not name.startswith("MCP_BRIDGE_") and not tree.holds(name, "infra/main.parameters.json", "scripts"):
                wrong.append(f"{at(page, line)}: neither infra/ nor a hook of azd reads {name}")
    return wrong


def wrong_words(page, tree: Tree) -> list:
    """Rows of a table with the head `the bridge says`: their first cell is in its own words; `...` stands for anything."""
    wrong, quoting = [], False
    for line, cells in page.rows:
        if set(cells[0]) <= set("-: "):
            continue
        quoting = cells[0] == "the bridge says" or (quoting and cells[0].startswith("`"))
        for span in SPANS.findall(cells[0]) if quoting else []:
            pieces = [piece.strip() for piece in span.split("...") if piece.strip()]
            wrong += [f"{at(page, line)}: the bridge nowhere says '{piece}'" for piece in pieces if not _says(tree, piece)]
    return wrong


def _says(tree: Tree, text: str) -> bool:
    """In one piece, or put together of two with at least two words each."""
    words = text.split()
    halves = ((" ".join(words[:at]), " ".join(words[at:])) for at in range(2, len(words) - 1))
    return tree.holds(text, "bridge") or any(tree.holds(first, "bridge") and tree.holds(second, "bridge") for first, second in halves)
