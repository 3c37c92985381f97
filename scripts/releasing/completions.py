"""Completions of options and their values for bash, zsh and fish."""
from program import Option, Program

FILES = ("FILE",)
FOLDERS = ("DIR",)
USERS = ("USER[:GROUP]",)


def _placeholder(option: Option) -> str:
    return option.value.partition(" ")[0]


def _single_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _limit_words(program: Program) -> tuple:
    return tuple(f"{limit.name}=" for limit in program.limits)


def bash(program: Program) -> str:
    cases = []
    for option in program.options:
        names, kind = "|".join(option.names), _placeholder(option)
        if option.choices:
            cases.append(f"    {names}) _mcp_bridge_words {_single_quoted(' '.join(option.choices))} ;;")
        elif kind in FILES:
            cases.append(f"    {names}) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\") ;;")
        elif kind in FOLDERS:
            cases.append(f"    {names}) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$word\") ;;")
        elif kind in USERS:
            cases.append(f"    {names}) mapfile -t COMPREPLY < <(compgen -u -- \"$word\") ;;")
        elif names == "--limit":
            cases.append(f"    {names}) compopt -o nospace; _mcp_bridge_words {_single_quoted(' '.join(_limit_words(program)))} ;;")
        elif option.value:
            cases.append(f"    {names}) ;;")
    options = " ".join(name for option in program.options for name in option.names)
    return f"""# Completions of mcp-bridge for bash.
_mcp_bridge_words() {{
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word")
}}

_mcp_bridge() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} at
    COMPREPLY=()
    # Behind -- stands the command line of the server.
    for ((at = 1; at < COMP_CWORD; at++)); do
        if [[ ${{COMP_WORDS[at]}} == -- ]]; then
            if declare -F _command_offset >/dev/null; then
                _command_offset $((at + 1))
            elif ((at + 1 == COMP_CWORD)); then
                mapfile -t COMPREPLY < <(compgen -c -- "$word")
            else
                compopt -o filenames
                mapfile -t COMPREPLY < <(compgen -f -- "$word")
            fi
            return
        fi
    done
    # Bash splits words at an equals sign.
    if [[ $word == = ]]; then
        word=''
    elif [[ $before == = ]] && ((COMP_CWORD > 2)); then
        before=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    case $before in
{chr(10).join(cases)}
    *) _mcp_bridge_words {_single_quoted(options + ' --')} ;;
    esac
}}

complete -F _mcp_bridge mcp-bridge
"""


def zsh(program: Program) -> str:
    def text(words: str) -> str:
        return words.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")

    def action(option: Option) -> str:
        kind = _placeholder(option)
        label = kind.lower().split("[")[0].split("=")[0] or "value"
        if option.choices:
            return f":{label}:({' '.join(option.choices)})"
        if option.names == ("--limit",):
            return f":{label}:_mcp_bridge_limits"
        for kinds, function in ((FILES, "_files"), (FOLDERS, "_files -/"), (USERS, "_users")):
            if kind in kinds:
                return f":{label}:{function}"
        return f":{label}: "

    lines = []
    for option in program.options:
        repeated = "*" if "May be repeated" in option.purpose else ""
        for name in option.names:
            assigned = "=" if option.value and name.startswith("--") else ""
            lines.append("    " + _single_quoted(f"{repeated}{name}{assigned}[{text(option.purpose)}]" + (action(option) if option.value else "")))
    limits = " ".join(_single_quoted(limit.name) for limit in program.limits)
    return f"""#compdef mcp-bridge
# Completions of mcp-bridge for zsh.
_mcp_bridge_limits() {{
  local -a limits=({limits})
  compadd -S '=' -a limits
}}

_mcp-bridge() {{
  # Behind -- stands the command line of the server.
  local at=${{words[(I)--]}}
  if (( at > 0 && CURRENT > at )); then
    shift $at words
    (( CURRENT -= at ))
    _normal
    return
  fi
  _arguments -s -S \\
{(" " + chr(92) + chr(10)).join(lines)}
}}

if [[ $funcstack[1] == _mcp-bridge ]]; then
  _mcp-bridge "$@"
else
  compdef _mcp-bridge mcp-bridge
fi
"""


def fish(program: Program) -> str:
    lines = ["# Completions of mcp-bridge for fish.",
             "# Behind -- stands the command line of the server.",
             "function __mcp_bridge_has_mark",
             "    contains -- -- (commandline -opc)",
             "end",
             "complete -c mcp-bridge -f",
             "complete -c mcp-bridge -n __mcp_bridge_has_mark -a '(__fish_complete_subcommand --fcs-skip=(math 1 + (contains -i -- -- (commandline -opc))))'"]
    for option in program.options:
        words = ["complete -c mcp-bridge -n 'not __mcp_bridge_has_mark'"]
        for name in option.names:
            words.append(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}")
        kind = _placeholder(option)
        if option.choices:
            words.append(f"-xa {_single_quoted(' '.join(option.choices))}")
        elif option.names == ("--limit",):
            words.append(f"-xa {_single_quoted(' '.join(_limit_words(program)))}")
        elif kind in FILES:
            words.append("-rF")
        elif kind in FOLDERS:
            words.append("-xa '(__fish_complete_directories)'")
        elif kind in USERS:
            words.append("-xa '(__fish_complete_users)'")
        elif option.value:
            words.append("-x")
        description = option.purpose if len(option.purpose) < 80 else option.purpose.split(". ")[0].split(": ")[0].split("; ")[0]
        words.append("-d " + "'" + description.replace("\\", "\\\\").replace("'", "\\'") + "'")
        lines.append(" ".join(words))
    return "\n".join(lines) + "\n"
