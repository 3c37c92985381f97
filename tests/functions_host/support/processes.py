"""Processes as /proc shows them."""
import os
from pathlib import Path


def alive(pid):
    """Whether it runs; one that only waits to be reaped does not."""
    try:
        return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] != 'Z'
    except (FileNotFoundError, ProcessLookupError):
        return False


def descendants(pid):
    """All processes below one, as (pid, name of the program's file)."""
    parents = {}
    for entry in Path('/proc').iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / 'stat').read_text()
                parents[int(entry.name)] = (int(stat.rpartition(')')[2].split()[1]), os.path.basename(os.readlink(entry / 'exe')))
            except (OSError, ValueError):
                continue
    found, wanted = [], [pid]
    while wanted:
        above = wanted.pop()
        below = [(child, name) for child, (parent, name) in parents.items() if parent == above]
        found += below
        wanted += [child for child, _ in below]
    return found


def using(folder):
    """The processes whose program or current folder is in a folder: what is left of what was started there."""
    found = []
    for entry in Path('/proc').iterdir():
        if entry.name.isdigit():
            try:
                places = [os.readlink(entry / 'exe'), os.readlink(entry / 'cwd')]
            except OSError:
                continue
            if any(Path(place).is_relative_to(folder) for place in places) and alive(int(entry.name)):
                found.append(int(entry.name))
    return found
