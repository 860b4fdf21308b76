"""Which file lies at a path: a copy is another one, and so is one that got the inode number of a removed file."""

import ctypes
import os
import struct
from pathlib import Path

_HERE, _NO_FLAGS = -100, 0
_BIRTH_TIME = 0x800
_STRUCT_BYTES, _BIRTH_AT = 256, 80
"""`struct statx` (man page statx(2)): the mask comes first; a time is 8 bytes of seconds and 4 of nanoseconds."""


def file_identity(path: Path) -> str:
    """The file's inode number and birth time, which last as long as the file does, whatever it is named.

    Raises FileNotFoundError. It does not open the file: closing it again would end every lock that SQLite has on it in
    this process (POSIX advisory locks).
    """
    found = path.stat()
    born = getattr(found, "st_birthtime", None)
    return f"{found.st_ino}:{born if born is not None else _born(path)}"


def _born(path: Path) -> str:
    """By Linux's statx; empty where the system or the file system does not tell."""
    statx = getattr(ctypes.CDLL(None), "statx", None)
    answer = ctypes.create_string_buffer(_STRUCT_BYTES)
    if statx is None or statx(_HERE, os.fsencode(path), _NO_FLAGS, _BIRTH_TIME, answer) != 0:
        return ""
    (told,) = struct.unpack_from("=I", answer)
    seconds, nanoseconds = struct.unpack_from("=qI", answer, _BIRTH_AT)
    return f"{seconds}.{nanoseconds:09}" if told & _BIRTH_TIME else ""
