"""Finds sentences that begin with a word which names nothing: the reader has to guess its noun (CONTRIBUTING.md, rules)."""
import re

VAGUE = re.compile(r"^(Who|What|Whoever|Whatever|One that|One which|One who|Those that|Those which|Those who|That which|The same)\b")
SENTENCE_END = re.compile(r"(?<=[.:!?])\s+(?=[A-Z`\"'(*])")
COMMENT = re.compile(r"^\s*(?://+<?|#)(?: |$)(.*)$")
TRAILING = re.compile(r";\s*//+<? (.*)$")


def _vague(paragraph: list[tuple[int, str]]):
    """The lines of a paragraph on which vague sentences begin."""
    text = " ".join(words for _, words in paragraph)
    starts = [0]
    for _, words in paragraph:
        starts.append(starts[-1] + len(words) + 1)
    position = 0
    for sentence in SENTENCE_END.split(text):
        at = text.find(sentence, position)
        position = at + len(sentence)
        if VAGUE.match(sentence) and not sentence.endswith("?"):
            yield next(paragraph[i][0] for i in range(len(paragraph)) if at < starts[i + 1])


def _paragraphs(lines, words_of):
    paragraph: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        words = words_of(line)
        if words:
            paragraph.append((number, words))
        elif paragraph:
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph


def vague_comments(text: str) -> list[int]:
    """The lines of C++ on which a comment's sentence begins so."""
    lines = text.splitlines()
    found = [number for number, line in enumerate(lines, 1) if (match := TRAILING.search(line)) and VAGUE.match(match.group(1))]
    for paragraph in _paragraphs(lines, lambda line: match.group(1).strip() if (match := COMMENT.match(line)) and "//" in line else ""):
        found += _vague(paragraph)
    return sorted(found)


def vague_markdown(text: str) -> list[int]:
    """The lines of Markdown on which a sentence begins so. Headings, tables' heads and code are left alone."""
    lines = []
    in_code = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            in_code = not in_code
            lines.append("")
        else:
            lines.append("" if in_code or line.startswith(("#", "|", "<")) else line)
    found = []
    for paragraph in _paragraphs(lines, lambda line: re.sub(r"^\s*(?:[-*>]|\d+\.) ", "", line).strip()):
        found += _vague(paragraph)
    return found
