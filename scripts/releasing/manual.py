"""The manual page, from what the program says about itself and from the exit codes in docs/operations.md."""
import datetime
import re

from project import HOME_PAGE, NAME, ROOT, SUMMARY, version
from program import Program

_EXAMPLE_START = "Examples:"


def escaped(text: str) -> str:
    """The text for roff. A line must not begin as a request does, and a dash must not become a hyphen."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in text.splitlines())


def _plain(markdown: str) -> str:
    return markdown.replace("`", "")


def exit_codes() -> list[tuple[str, str]]:
    text = (ROOT / "docs/operations.md").read_text()
    table = text[text.index("| exit code | meaning |"):]
    return re.findall(r"^\| (\d+) \| (.*) \|$", table[:table.index("\n\n")], re.MULTILINE)


def _entry(head: str, value: str, text: str) -> str:
    # `value` is a placeholder, perhaps with a default in brackets.
    placeholder, _, default = value.partition(" [")
    line = f".TP\n.B {escaped(head)}"
    if value:
        line = f'.TP\n.BR "{escaped(head)}" " \\fI{escaped(placeholder)}\\fR{" [" + escaped(default) if default else ""}"'
    return f"{line}\n{escaped(text)}\n"


def _notes(text: str) -> tuple[str, str]:
    """What --help says below the options, before and after its examples begin."""
    notes = text[text.index("\n[..] is the default"):].strip("\n")
    before, _, examples = notes.partition(_EXAMPLE_START)
    return before.strip("\n"), examples.strip("\n")


def _filled(text: str) -> str:
    """Paragraphs; lines with a larger indentation stay as they are."""
    out = []
    for line in text.splitlines():
        if line.startswith("  "):
            out += [".nf", escaped(line), ".fi"]
        else:
            out.append(escaped(line) if line else ".PP")
    return "\n".join(out).replace(".fi\n.nf\n", "") + "\n"


def manual(program: Program, time: int) -> str:
    date = datetime.datetime.fromtimestamp(time, datetime.timezone.utc).date()
    notes, examples = _notes(program.help)
    parts = [f'.TH {NAME.upper()} 1 "{date}" "{NAME} {version()}" "User Commands"\n',
             f".SH NAME\n{escaped(NAME)} \\- {escaped(SUMMARY[0].lower() + SUMMARY[1:])}\n",
             f".SH SYNOPSIS\n.B {escaped(NAME)}\n[\\fIOPTION\\fR...] \\-\\- \\fICOMMAND\\fR [\\fIARG\\fR...]\n.br\n"
             f".B {escaped(NAME)}\n[\\fIOPTION\\fR...] [\\fB\\-\\-config\\fR \\fIFILE\\fR]\n",
             f".SH DESCRIPTION\n{escaped(program.help.splitlines()[0])}\n.PP\n{_filled(notes)}",
             ".SH OPTIONS\n"]
    group = ""
    for option in program.options:
        if option.group != group:
            group = option.group
            parts.append(f".SS {escaped(group)}\n")
        parts.append(_entry(", ".join(option.names), option.value, option.purpose))
    parts.append(".SH LIMITS\nSet a limit by\n.BR \"\\-\\-limit \" \\fINAME\\fR=\\fIVALUE\\fR .\n"
                 "The limits with two dashes before them are options too.\n")
    group = ""
    for limit in program.limits:
        if limit.group != group:
            group = limit.group
            parts.append(f".SS {escaped(group)}\n")
        parts.append(_entry(("--" if limit.is_option else "") + limit.name, limit.value, limit.purpose))
    parts.append(".SH EXIT STATUS\n" + "".join(f".TP\n.B {code}\n{escaped(_plain(meaning))}\n" for code, meaning in exit_codes()))
    parts.append(".SH FILES\n.TP\n.I bridge.json\nThe file in the current directory that names the server and sets options, "
                 "unless the command line names a server or a file.\n")
    parts.append(f".SH EXAMPLES\n.nf\n{escaped(examples)}\n.fi\n")
    if HOME_PAGE:
        parts.append(f".SH SEE ALSO\n{escaped(HOME_PAGE)}\n")
    return "".join(parts)
