#!/bin/sh
# Fails if azd was started in another folder than that of azure.yaml. azd runs its hooks in the folder of azure.yaml, but it looks for
# dist/mcp-bridge.zip, which azure.yaml names, in the folder in which it was started. It does not find the file there, and then mistakes the name
# for that of a container image (azd 1.31). A hook learns azd's folder from the system only. If it cannot, it says nothing.
set -eu
cd "$(dirname "$0")/.."

# The name, the parent and the working folder of the process $1. Each of them prints nothing if the system does not tell.
name_of() {
    if [ -d "/proc/$1" ]; then cat "/proc/$1/comm" 2>/dev/null; else basename "$(ps -o comm= -p "$1" 2>/dev/null)"; fi
}
parent_of() {
    if [ -d "/proc/$1" ]; then sed -n 's/^PPid:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null; else ps -o ppid= -p "$1" 2>/dev/null | tr -d ' '; fi
}
folder_of() {
    if [ -d "/proc/$1" ]; then (cd -P "/proc/$1/cwd" 2>/dev/null && pwd -P); else lsof -a -p "$1" -d cwd -Fn 2>/dev/null | sed -n 's/^n//p'; fi
}

# azd starts a hook through a shell, and that hook started this script, so azd is one of the first ancestors. Its program can have the name of a
# platform behind its own, as in azd-linux-amd64.
process=$PPID
for _ in 1 2 3 4 5; do
    case "$process" in '' | 0 | 1) exit 0 ;; esac
    case "$(name_of "$process")" in
        azd | azd-linux* | azd-darwin*)
            folder=$(folder_of "$process") || exit 0
            project=$(pwd -P)
            [ -n "$folder" ] && [ "$folder" != "$project" ] || exit 0
            echo "azd-folder: azd was started in $folder, where it does not find dist/mcp-bridge.zip. Start it in the folder of azure.yaml:" >&2
            echo "cd $project" >&2
            exit 1
            ;;
    esac
    process=$(parent_of "$process") || exit 0
done
