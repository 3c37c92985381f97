"""Reads a Markdown page as far as its checks need: fenced blocks with the mark before them, links, headings, code spans, tables."""
import dataclasses
import pathlib
import re

FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>```+)(?P<language>[\w+-]*).*$")
MARK = re.compile(r"<!--\s*(?P<kind>recipe|client|call):\s*(?P<name>[\w-]+)(?:,\s*(?P<role>\w+)(?:\s+(?P<argument>\S+))?)?\s*-->")
HEADING = re.compile(r"^#+\s+(?P<title>.+?)\s*#*$")
LINK = re.compile(r"\[(?:[^\]\[]|\[[^\]]*\])*\]\((?P<target>[^)\s]+)(?:\s+\"[^\"]*\")?\)")
SPAN = re.compile(r"(?P<ticks>`+)(?P<text>.+?)(?P=ticks)")


@dataclasses.dataclass
class Block:
    """A fenced block. `mark` is the recipe, the client or the call that the comment before it names, `role` what it is to that.

    `recipe: NAME, ROLE` belongs to a recipe of expected.json, with a role of recipe.py: `file PATH` is written, `run` is run, `serve` starts a bridge
    that must answer, `package` makes a package. `client: NAME` holds settings of a client. `call: PROGRAM` asks the weather server something with
    that program, and `call: PROGRAM, shows WORD` must print that word. A block without a mark is in not_run.json.
    """

    line: int
    language: str
    text: str
    kind: str = ""
    mark: str = ""
    role: str = ""
    argument: str = ""


@dataclasses.dataclass
class Page:
    path: pathlib.Path
    blocks: list
    links: list  # (line, target)
    anchors: set
    spans: list  # (line, text): inline code
    rows: list  # (line, [cells]): rows of tables


def read(path: pathlib.Path) -> Page:
    page = Page(path, [], [], set(), [], [])
    mark, opened = None, None
    paragraph, paragraph_line = [], 0

    def end_paragraph():
        text = "\n".join(paragraph)
        for match in SPAN.finditer(text):
            page.spans.append((paragraph_line + text.count("\n", 0, match.start()), " ".join(match["text"].split())))
        for match in LINK.finditer(SPAN.sub(lambda span: "x" * len(span[0]), text)):
            page.links.append((paragraph_line + text.count("\n", 0, match.start()), match["target"]))
        paragraph.clear()

    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        fence = FENCE.match(line)
        if opened is not None:
            if fence and line.strip() == opened["ticks"]:
                page.blocks.append(_block(opened, mark))
                opened, mark = None, None
            else:
                indent = len(opened["indent"])
                opened["text"].append(line[indent:] if not line[:indent].strip() else line)
            continue
        if fence:
            end_paragraph()
            opened = {**fence.groupdict(), "line": number, "text": []}
            continue
        found = MARK.search(line)
        if found:
            mark = found
            continue
        heading = HEADING.match(line)
        if heading:
            page.anchors.add(_anchor(heading["title"], page.anchors))
        if line.startswith("|"):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
            page.rows.append((number, cells))
        # Code spans go over the end of a line, but not over that of a paragraph, a heading or a row.
        if not line.strip() or heading or line.startswith("|"):
            end_paragraph()
        if line.strip():
            mark = None
            if not paragraph:
                paragraph_line = number
            paragraph.append(line)
            if heading or line.startswith("|"):
                end_paragraph()
    end_paragraph()
    if opened is not None:
        raise ValueError(f"{path}:{opened['line']}: the fenced block does not end")
    return page


def _block(opened, mark) -> Block:
    block = Block(opened["line"], opened["language"], "\n".join(opened["text"]) + "\n")
    if mark:
        block.kind, block.mark = mark["kind"], mark["name"]
        block.role, block.argument = mark["role"] or "", mark["argument"] or ""
    return block


def _anchor(title: str, taken: set) -> str:
    """The name that a heading gets on GitHub."""
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", lambda match: match[1] or "", title).lower()
    name = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
    anchor, count = name, 0
    while anchor in taken:
        count += 1
        anchor = f"{name}-{count}"
    return anchor
