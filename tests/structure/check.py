#!/usr/bin/env python3
"""Checks the rules of the house: folders and what they may use, one thread, coroutines, sizes, sentences, names of parameters.

    check.py ROOT                 lists what breaks a rule
    check.py ROOT --allowances    prints what tests/structure/allowances.json would have to say"""
import json
import pathlib
import re
import sys

import await_rule
import includes as standard
import parameters
import prose
import sizes
from source import code_of, line_of, without_comments

# What each folder may use besides itself. The order of the house; http stands beside the folders that know MCP.
CORE = {"core"}
MCP = CORE | {"jsonrpc", "mcp"}
CHILD = MCP | {"process", "child"}
SESSION = CHILD | {"session"}
MAY_USE = {
    "platform": set(),
    "core": {"platform"},
    "jsonrpc": CORE,
    "mcp": CORE | {"jsonrpc"},
    "process": CORE | {"platform"},
    "child": MCP | {"process"},
    "session": CHILD,
    "era": SESSION,
    "http": CORE | {"jsonrpc", "platform"},
    "endpoints": SESSION | {"platform", "era", "http"},
    "app": SESSION | {"platform", "era", "http", "endpoints"},
}

# Each costs every file that includes the header seconds of compile time.
HEAVY = {
    "boost/beast/http.hpp": "include it in sources, or one of its parts",
    "nlohmann/json.hpp": "use nlohmann/json_fwd.hpp",
    "boost/asio/experimental/awaitable_operators.hpp": "use it in sources",
}

THREADS = re.compile(r"\bstd::(jthread|thread|mutex|recursive_mutex|shared_mutex|timed_mutex|condition_variable|atomic)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.MULTILINE)

NAMESPACE = re.compile(r"^namespace bridge::(\w+)", re.MULTILINE)


def includes(text: str):
    return ((line_of(text, match.start(1)), match.group(1)) for match in INCLUDE.finditer(text))


def check_layers(path: pathlib.PurePath, text: str):
    own = path.parts[1]
    if own == "main.cpp":
        return
    if own not in MAY_USE:
        yield 1, f"tests/structure/check.py does not say what {own} may use"
        return
    for line, name in includes(text):
        parts = name.split("/")
        if parts[0] in ("tests", "weather-stdio"):
            yield line, f"the bridge does not use {parts[0]}"
        if parts[0] == "bridge" and parts[1] in MAY_USE and parts[1] != own and parts[1] not in MAY_USE[own]:
            yield line, f"{own} must not use {parts[1]}: it includes {name}"
    for match in NAMESPACE.finditer(text):
        other = match.group(1)
        if other in MAY_USE and other != own and other not in MAY_USE[own]:
            yield line_of(text, match.start()), f"{own} must not use {other}: it declares something in there"


def check_heavy(path: pathlib.PurePath, text: str):
    if path.suffix == ".hpp":
        yield from ((line, f"{name} in a header: {HEAVY[name]}") for line, name in includes(text) if name in HEAVY)


def check_threads(_: pathlib.PurePath, text: str):
    code = code_of(text)
    for match in THREADS.finditer(code):
        yield line_of(code, match.start()), f"{match.group()}: the bridge has one thread"


# What a port to another system would have to look for. It is in the folder of its system in bridge/platform; the headers beside that folder do without.
HEADERS_OF_LINUX = r"<(?:gnu/[^>]*|linux/[^>]*|malloc\.h|sys/(?:epoll|eventfd|inotify|prctl|sendfile|signalfd|syscall|sysinfo|timerfd)\.h)>"
FOLDERS_OF_LINUX = re.compile(r'"/(?:proc|sys)(?=["/])')
NAMES_OF_LINUX = r"""\b(?:
    accept4 | clock_nanosleep | close_range | closefrom | dup3 | environ | epoll_\w+ | eventfd | execveat | get_nprocs | getrandom | gettid
    | inotify_\w+ | mallinfo2? | malloc_trim | malloc_usable_size | mallopt | memfd_create | pidfd_(?:getfd|open|send_signal) | pipe2 | ppoll | prctl
    | program_invocation_\w+ | renameat2 | sched_[gs]etaffinity | secure_getenv | sendfile | setres[gu]id | sigabbrev_np | signalfd | sigtimedwait
    | sigwaitinfo | statx | syscall | sysinfo | timerfd_\w+ | ucred | vmsplice
    | AT_EMPTY_PATH | EPOLL\w+ | F_[GS]ETPIPE_SZ | MSG_CMSG_CLOEXEC | MSG_ZEROCOPY | O_PATH | O_TMPFILE | POLLRDHUP | PR_[GS]ET_\w+ | SIOC(?:IN|OUT)Q
    | SO_PEERCRED | SO_PEERPIDFD | SOCK_CLOEXEC | SOCK_NONBLOCK | SYS_\w+ | TCP_DEFER_ACCEPT | TCP_INFO | TCP_KEEPIDLE | TCP_QUICKACK
    | TCP_USER_TIMEOUT | __APPLE__ | __GLIBC__ | __linux__ | __rlimit_resource_t
    )\b"""
CALLS_OF_LINUX = re.compile(f"{HEADERS_OF_LINUX}|{NAMES_OF_LINUX}", re.VERBOSE)


def check_systems(path: pathlib.PurePath, text: str):
    if path.parts[1] == "platform" and len(path.parts) > 3:
        return
    # Texts for users may name a call.
    for words, code in ((CALLS_OF_LINUX, code_of(text)), (FOLDERS_OF_LINUX, without_comments(text))):
        for match in words.finditer(code):
            yield line_of(code, match.start()), f"{match.group()} is not known to every system; put it behind an interface of bridge/platform"
    for line, name in includes(text):
        if name.startswith("bridge/platform/") and name.count("/") > 2:
            yield line, f"{name} is for one system; include a header of bridge/platform itself"


SPAWN = re.compile(r"\bco_spawn\b|\bdetached\b")


def check_spawn(path: pathlib.PurePath, text: str):
    if path == pathlib.PurePath("bridge/core/spawn.hpp"):
        return
    code = code_of(text)
    for match in SPAWN.finditer(code):
        yield line_of(code, match.start()), f"{match.group()}: an exception would disappear; use core::spawn"


# A second type that says when to try again, or a second place that decides by the kind of a refusal, would say it differently.
SAYS_WHEN = {
    "bridge/child/refusal.hpp": "why there is no child",
    "bridge/session/refusal_answer.hpp": "what a client is told of that",
    "bridge/session/stream_item.hpp": "an answer on its way",
    "bridge/http/problem.hpp": "an HTTP error",
}
WHEN = re.compile(r"^\s+[\w:<>]+ retry_after\b[^;()]*;", re.MULTILINE)
KIND = re.compile(r"\bcase\s+[\w:]*kind::(at_limit|failed|refused_by_server|closed)\b")


def check_refusals(path: pathlib.PurePath, text: str):
    code = code_of(text)
    if path.suffix == ".hpp" and str(path) not in SAYS_WHEN:
        for match in WHEN.finditer(code):
            yield line_of(code, match.start(0) + 1), "a type like child::refusal; use that"
    if str(path) != "bridge/session/refusal_answer.cpp":
        for match in KIND.finditer(code):
            yield line_of(code, match.start()), "what a refusal means for a client is said in session/refusal_answer only"


def check_await(_: pathlib.PurePath, text: str):
    yield from await_rule.violations(text)


def check_independence(_: pathlib.PurePath, text: str):
    yield from ((line, "the test tools see the bridge from outside only")
                for line, name in includes(text) if name.startswith("bridge/"))


# What was there before the rules on sizes, sentences and names: how much of it each file may still have. The numbers only ever become smaller.
ALLOWANCES = pathlib.Path(__file__).with_name("allowances.json")


def counted(root: pathlib.Path):
    """Of each file that breaks a rule on sizes, sentences or names: the rule, the file, how often or by how much, and where."""
    for folder in ("bridge", "weather-stdio"):
        for path in sorted((root / folder).rglob("*.[ch]pp")):
            name = path.relative_to(root).as_posix()
            if name.startswith("bridge/third_party"):
                continue
            text = path.read_text()
            length = text.count("\n")
            if path.suffix == ".hpp" and length > sizes.LONGEST_HEADER:
                yield "lines of a header", name, length, []
            long = list(sizes.long_functions(text))
            if long:
                yield "lines of its longest function", name, max(size for _, size in long), [line for line, _ in long]
            vague = prose.vague_comments(text)
            if vague:
                yield "vague sentences", name, len(vague), vague
    for folder in ("bridge", "weather-stdio", "tests"):
        for path in sorted((root / folder).rglob("*.[ch]pp")):
            nameless = parameters.nameless_parameters(path.read_text())
            if nameless:
                yield "prepositions as parameters", path.relative_to(root).as_posix(), len(nameless), nameless
    for path in sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "infra").glob("*.md")]):
        vague = prose.vague_markdown(path.read_text())
        if vague:
            yield "vague sentences", path.relative_to(root).as_posix(), len(vague), vague


def check_allowances(root: pathlib.Path):
    allowed = json.loads(ALLOWANCES.read_text())
    for rule, name, amount, lines in counted(root):
        most = allowed.get(rule, {}).pop(name, 0)
        where = f" (lines {', '.join(map(str, lines))})" if lines else ""
        if amount > most:
            yield f"{name}: {amount} {rule}{where}, and only {most} are allowed"
        elif amount < most:
            yield f"{name}: only {amount} {rule} are left{where}; lower its allowance in tests/structure/allowances.json from {most}"
    for rule, rest in allowed.items():
        yield from (f"{name}: no {rule} are left; take it out of tests/structure/allowances.json" for name in rest)


def check_includes(root: pathlib.Path):
    for folder in ("bridge", "weather-stdio", "tests"):
        for path in sorted((root / folder).rglob("*.[ch]pp")):
            for header in standard.lacking(root, path):
                yield f"{path.relative_to(root)}: uses <{header}>, and includes it neither itself nor by a header of the project"


# Which rules hold where. bridge/third_party compiles Boost and is not ours.
RULES = {
    "bridge": [check_layers, check_heavy, check_threads, check_systems, check_spawn, check_refusals, check_await],
    "tests": [check_await],
    "tests/support": [check_independence],
}


def violations(root: pathlib.Path):
    for folder, rules in RULES.items():
        for path in sorted((root / folder).rglob("*.[ch]pp")):
            relative = path.relative_to(root)
            if relative.parts[:2] == ("bridge", "third_party"):
                continue
            text = path.read_text()
            for rule in rules:
                yield from (f"{relative}:{line}: {what}" for line, what in rule(relative, text))


def main() -> int:
    root = pathlib.Path(sys.argv[1])
    if sys.argv[2:] == ["--allowances"]:
        now: dict[str, dict[str, int]] = {}
        for rule, name, amount, _ in counted(root):
            now.setdefault(rule, {})[name] = amount
        print(json.dumps(now, indent=4))
        return 0
    found = [*violations(root), *check_includes(root), *check_allowances(root)]
    print("\n".join(found) or "no rule is broken")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
