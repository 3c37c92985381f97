"""Which headers of the standard library a file lacks. Another header may bring a name by chance, until another version of the library or a build
without precompiled headers does not."""
import functools
import pathlib
import re

from source import code_of

# Names, and the header that brings them.
NAMES = {
    "algorithm": r"std::(ranges::(find|find_if|count|count_if|any_of|all_of|none_of|sort|copy|for_each|max_element|min_element|equal|search|transform"
                 r"|replace|fill|reverse|lower_bound|upper_bound|remove_if|rotate|unique|mismatch|binary_search|min|max)|min|max|clamp|sort|any_of"
                 r"|all_of|none_of|find_if|count_if)\b",
    "array": r"std::(array|to_array)\b",
    "atomic": r"std::atomic\b",
    "bit": r"std::(bit_cast|countr_zero|popcount|bit_ceil|bit_width|endian)\b",
    "cerrno": r"\berrno\b",
    "charconv": r"std::(from_chars|to_chars)\b",
    "chrono": r"std::chrono\b",
    "cmath": r"std::(ceil|floor|lround|isnan|sqrt|pow|isfinite)\b",
    "cstdint": r"\bstd::u?int(8|16|32|64|ptr|max)_t\b|\bU?INT(8|16|32|64)_MAX\b",
    "cstdio": r"std::(snprintf|FILE|fopen|fputs|rename)\b",
    "cstdlib": r"std::(getenv|exit|abort|strtol|strtoul|_Exit|quick_exit)\b",
    "cstring": r"std::(memcpy|memcmp|memmove|strerror|strlen|memset|strcmp)\b",
    "ctime": r"std::(time_t|gmtime|strftime|mktime)\b",
    "deque": r"std::deque\b",
    "filesystem": r"std::filesystem\b",
    "fstream": r"std::(ifstream|ofstream|fstream)\b",
    "functional": r"std::(function|invoke|less|greater|identity|not_fn|mem_fn|bind_front)\b",
    "iomanip": r"std::(setw|setfill)\b",
    "iostream": r"std::(cout|cerr|cin)\b",
    "limits": r"std::numeric_limits\b",
    "list": r"std::list\b",
    "map": r"std::(multi)?map\b",
    "memory": r"std::(unique_ptr|shared_ptr|weak_ptr|make_unique|make_shared|enable_shared_from_this)\b",
    "mutex": r"std::(mutex|lock_guard|unique_lock|scoped_lock)\b",
    "numeric": r"std::(accumulate|reduce|iota)\b",
    "optional": r"std::(optional|nullopt|make_optional)\b",
    "random": r"std::(random_device|mt19937|mt19937_64|uniform_int_distribution)\b",
    "regex": r"std::regex\b",
    "set": r"std::(multi)?set\b",
    "span": r"std::span\b",
    "sstream": r"std::(ostringstream|istringstream|stringstream)\b",
    "stdexcept": r"std::(runtime_error|logic_error|length_error|out_of_range|invalid_argument)\b",
    "string": r"std::(string|to_string)\b",
    "string_view": r"std::string_view\b",
    "thread": r"std::(thread|this_thread)\b",
    "tuple": r"std::(tuple|tie|make_tuple|forward_as_tuple)\b",
    "unordered_map": r"std::unordered_map\b",
    "unordered_set": r"std::unordered_set\b",
    "variant": r"std::(variant|get_if|holds_alternative|visit|monostate)\b",
    "vector": r"std::vector\b",
}
_NAMES = {header: re.compile(names) for header, names in NAMES.items()}

# Headers that have to bring those of others, by the standard, or that are the C form of the same header.
ALSO_IN = {
    "cerrno": {"errno.h", "system_error"},
    "cstdint": {"stdint.h"},
    "iostream": {"ostream", "istream"},
    "string_view": {"string"},
    "tuple": {"functional", "map", "memory"},
}

_STANDARD = re.compile(r"^#include <([^>]+)>", re.MULTILINE)
_OWN = re.compile(r'^#include "([^"]+)"', re.MULTILINE)


@functools.lru_cache(maxsize=None)
def _included(root: pathlib.Path, path: pathlib.Path) -> frozenset[str]:
    """The headers that `path` includes, itself and by headers of the project."""
    seen: set[pathlib.Path] = set()
    found: set[str] = set()
    open_paths = [path]
    while open_paths:
        one = open_paths.pop()
        if one in seen or not one.exists():
            continue
        seen.add(one)
        text = one.read_text()
        found.update(_STANDARD.findall(text))
        open_paths.extend(root / each for each in _OWN.findall(text))
    return frozenset(found)


def lacking(root: pathlib.Path, path: pathlib.Path) -> list[str]:
    """The headers that `path` uses, and includes neither itself nor by headers of the project."""
    has = _included(root, path)
    code = code_of(path.read_text())
    return [header for header, names in _NAMES.items()
            if header not in has and not ALSO_IN.get(header, set()) & has and names.search(code)]
