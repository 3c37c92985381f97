"""What the head of an ELF file says: for which machine, and whether a loader has to be there."""
import dataclasses
import struct

X86_64 = 62
_LOADABLE_BY = {2: "dynamic section", 3: "loader"}  # PT_DYNAMIC, PT_INTERP


@dataclasses.dataclass(frozen=True)
class Elf:
    machine: int
    needs: frozenset  # of "dynamic section" and "loader"; empty for a static program


def read_elf(content: bytes):
    """None if it is no ELF file of 64 bits, little-endian; then it is for no machine that Azure has."""
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
