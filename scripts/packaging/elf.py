"""Reads the head of an ELF file: the machine, and whether the program needs a loader."""
import dataclasses
import struct

X86_64 = 62
AARCH64 = 183
_LOADABLE_BY = {2: "dynamic section", 3: "loader"}  # PT_DYNAMIC, PT_INTERP


@dataclasses.dataclass(frozen=True)
class Elf:
    machine: int
    needs: frozenset  # a subset of "dynamic section" and "loader"; empty for a static program


def read_elf(content: bytes):
    """None if it is not a 64-bit little-endian ELF file. Azure has no machine for other ELF files."""
    if len(content) < 64 or content[:6] != b"\x7fELF\x02\x01":
        return None
    (machine,) = struct.unpack_from("<H", content, 18)
    (table,) = struct.unpack_from("<Q", content, 32)
    entry_size, entries = struct.unpack_from("<HH", content, 54)
    needs = set()
    for index in range(entries):
        at = table + index * entry_size
        if at + 4 > len(content):
            break
        (kind,) = struct.unpack_from("<I", content, at)
        if kind in _LOADABLE_BY:
            needs.add(_LOADABLE_BY[kind])
    return Elf(machine, frozenset(needs))
