"""The manual page, and the completions in the shells that they are for."""
import os
import pty
import re
import select
import time

from proving.made import Release, lacks, run

PATIENCE = 30  # seconds until a shell has answered
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # sets colours, and moves the cursor


def check_manual(results, release: Release) -> None:
    page = release.tree / "share/man/man1/mcp-bridge.1"
    if why := lacks("mandoc"):
        results.skip("the manual page has no mistakes", why)
    else:
        lint = run("mandoc", "-T", "lint", "-W", "warning", page)
        results.check(lint.returncode == 0, "mandoc finds no mistakes in the manual page", lint.stdout)
        text = re.sub(r".\x08", "", run("mandoc", "-T", "utf8", page).stdout)
        options = set(re.findall(r"^  (?:-h,)?(--[a-z-]+)", run(release.binary, "--help").stdout, re.MULTILINE))
        limits = set(re.findall(r"^  (?:--)?([a-z-]+) [A-Z]", run(release.binary, "--help-limits").stdout, re.MULTILINE))
        absent = [each for each in options | limits if not re.search(rf"^ +(-h, )?(--)?{each.removeprefix('--')}\b", text, re.MULTILINE)]
        results.check(len(options) > 30 and len(limits) > 30 and not absent, "the manual page describes every option and every limit", str(absent))
        results.check("EXIT STATUS" in text and re.search(r"^ +70\b", text, re.MULTILINE), "the manual page lists the exit codes")
    if why := lacks("groff"):
        results.skip("groff warns of nothing in the manual page", why)
    else:
        warned = run("groff", "-man", "-Tutf8", "-ww", "-z", page)
        results.check(not warned.stderr, "groff warns of nothing in the manual page", warned.stderr)


def _completed_by_bash(release: Release, words: list) -> set:
    script = release.tree / "share/bash-completion/completions/mcp-bridge"
    # Functions that bash calls for a completion may call compopt; without one it complains, which changes nothing.
    body = f'. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mcp_bridge 2>/dev/null; printf "%s\\n" "${{COMPREPLY[@]}}"'
    return set(run("bash", "--norc", "-c", body, "-", script, *words, cwd=release.work).stdout.split())


def check_bash(results, release: Release) -> None:
    def completes(words: list, expected: set, promise: str, exactly: bool = True) -> None:
        found = _completed_by_bash(release, words)
        results.check(found == expected if exactly else expected <= found, f"bash completes {promise}", str(found))

    (release.work / "some.json").touch()
    completes(["mcp-bridge", "--isol"], {"--isolation"}, "an option")
    completes(["mcp-bridge", "--isolation", ""], {"session", "shared", "request"}, "the values of an option")
    completes(["mcp-bridge", "--isolation", "=", "sh"], {"shared"}, "a value behind an equals sign")
    completes(["mcp-bridge", "--config", "som"], {"some.json"}, "a file")
    completes(["mcp-bridge", "--limit", "max-batc"], {"max-batch="}, "a limit")
    completes(["mcp-bridge", "--port", ""], set(), "nothing where it knows nothing")
    completes(["mcp-bridge", "--", "tes"], {"test"}, "a command behind --", exactly=False)


class Terminal:
    """A shell in a terminal of its own."""

    def __init__(self, command: list, environment: dict):
        self.process, self.end = pty.fork()
        if self.process == 0:
            os.execvpe(command[0], command, environment)
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self.end, text.encode())

    def shows(self, pattern: str) -> bool:
        """Whether the pattern appears in time."""
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, CONTROL.sub("", self.seen), re.DOTALL):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.end], [], [], left)[0]:
                return False
            try:
                self.seen += os.read(self.end, 4096).decode(errors="replace")
            except OSError:
                return False
        self.seen = ""
        return True

    def close(self) -> None:
        os.kill(self.process, 9)
        os.waitpid(self.process, 0)
        os.close(self.end)


def check_zsh(results, release: Release) -> None:
    if why := lacks("zsh"):
        results.skip("zsh completes options and values", why)
        return
    folder = release.tree / "share/zsh/site-functions"
    shell = Terminal(["zsh", "-f", "-i"], os.environ | {"TERM": "xterm", "COLUMNS": "120", "LINES": "60", "HOME": str(release.work)})
    try:
        shell.type(f"PS1='> '; fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -D; bindkey -e; print READ''Y\n")
        started = shell.shows("READY")
        shell.type("mcp-bridge --isol\t")
        results.check(started and shell.shows("--isolation="), "zsh completes an option", shell.seen)
        shell.type("\x15mcp-bridge --isolation \t\t")
        results.check(shell.shows("request.*session.*shared"), "zsh completes the values of an option", shell.seen)
        shell.type("\x15mcp-bridge --limit max-batc\t")
        results.check(shell.shows("max-batch="), "zsh completes a limit", shell.seen)
        shell.type("\x15mcp-bridge -- unlin\t")
        results.check(shell.shows("-- unlink"), "zsh completes a command behind --", shell.seen)
    finally:
        shell.close()


def check_fish(results, release: Release) -> None:
    if why := lacks("fish"):
        results.skip("fish completes options and values", why)
        return
    script = release.tree / "share/fish/vendor_completions.d/mcp-bridge.fish"

    def completes(line: str, expected: set, promise: str, exactly: bool = True) -> None:
        # fish completes only commands that exist.
        environment = os.environ | {"PATH": f"{release.binary.parent}:{os.environ['PATH']}", "HOME": str(release.work)}
        done = run("fish", "--no-config", "-c", f'source {script}; complete -C "{line}"', env=environment, cwd=release.work)
        found = {each.split("\t")[0] for each in done.stdout.splitlines()}
        results.check(found == expected if exactly else expected <= found, f"fish completes {promise}", str(found), done.stderr)

    completes("mcp-bridge --isol", {"--isolation"}, "an option")
    completes("mcp-bridge --isolation ", {"session", "shared", "request"}, "the values of an option")
    completes("mcp-bridge --limit max-batc", {"max-batch="}, "a limit")
    completes("mcp-bridge --config som", {"some.json"}, "a file")
    completes("mcp-bridge -- unlin", {"unlink"}, "a command behind --", exactly=False)


def check_documents(results, release: Release) -> None:
    check_manual(results, release)
    check_bash(results, release)
    check_zsh(results, release)
    check_fish(results, release)
