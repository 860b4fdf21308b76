"""ICC profiles (ICC.1:2001-04, version 2.4) made by hand, and what their colours are in sRGB, computed by hand too."""

import struct
from collections.abc import Callable, Sequence

Triple = tuple[float, float, float]
Matrix = tuple[Triple, Triple, Triple]

_D50 = (0.9642, 1.0, 0.8249)
SRGB: Matrix = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
DISPLAY_P3: Matrix = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
ADOBE_RGB: Matrix = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
"""The colours of full red, green and blue as XYZ under D50."""

INKS: dict[str, Triple] = {"cyan": (60.0, 40.0, 40.0), "magenta": (60.0, -40.0, 30.0), "yellow": (50.0, 20.0, -50.0)}
"""What the inks of `cmyk_profile` look like, as Lab: on purpose not what their names say."""


def srgb_curve(value: float) -> float:
    """From a stored value to light, both 0 to 1 (IEC 61966-2-1)."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def adobe_curve(value: float) -> float:
    """The same for Adobe RGB (1998)."""
    return float(value**2.19921875)


def rgb_profile(name: str, colours: Matrix, curve: Callable[[float], float]) -> bytes:
    """A display's profile."""
    points = [round(curve(index / 1023) * 65535) for index in range(1024)]
    table = b"curv" + bytes(4) + struct.pack(">I1024H", 1024, *points)
    colourants = {tag: _xyz(colour) for tag, colour in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colours, strict=True)}
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), table)
    return _profile(name, b"mntr", b"RGB ", b"XYZ ", {**colourants, **curves})


def cmyk_profile(name: str = "Strange inks") -> bytes:
    """A printer's profile whose inks are those of `INKS`; paper is white, and everything together is black."""
    corners = b"".join(_lab8(_corner(index)) for index in range(16))
    unity = struct.pack(">9i", *(65536 if index % 4 == 0 else 0 for index in range(9)))
    straight = bytes(range(256))
    table = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + unity + straight * 4 + corners + straight * 3
    return _profile(name, b"prtr", b"CMYK", b"Lab ", {b"A2B0": table})


def in_srgb(pixel: Sequence[int], colours: Matrix, curve: Callable[[float], float]) -> tuple[int, ...]:
    """An 8-bit pixel of an RGB profile as the 8-bit sRGB pixel that looks the same; clipped where there is none."""
    light = [curve(value / 255) for value in pixel]
    xyz = [sum(light[index] * colours[index][axis] for index in range(3)) for axis in range(3)]
    return xyz_in_srgb(xyz)


def lab_in_srgb(lab: Triple) -> tuple[int, ...]:
    """A Lab colour (D50) as an 8-bit sRGB pixel."""
    middle = (lab[0] + 16) / 116
    parts = (middle + lab[1] / 500, middle, middle - lab[2] / 200)
    return xyz_in_srgb([white * _unlab(part) for white, part in zip(_D50, parts, strict=True)])


def xyz_in_srgb(xyz: Sequence[float]) -> tuple[int, ...]:
    """An XYZ colour (D50) as an 8-bit sRGB pixel."""
    return tuple(round(255 * _encoded(min(max(value, 0.0), 1.0))) for value in _solved(SRGB, xyz))


def _encoded(light: float) -> float:
    return light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def _unlab(part: float) -> float:
    return float(part**3) if part > 6 / 29 else 3 * (6 / 29) ** 2 * (part - 4 / 29)


def _solved(colours: Matrix, xyz: Sequence[float]) -> list[float]:
    """How much of each colour makes `xyz` (Cramer's rule)."""
    whole = _determinant(colours)
    found = []
    for index in range(3):
        rows = [tuple(xyz) if row == index else colours[row] for row in range(3)]
        found.append(_determinant(rows) / whole)
    return found


def _determinant(rows: Sequence[Sequence[float]]) -> float:
    (a, b, c), (d, e, f), (g, h, i) = rows
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


def _corner(index: int) -> Triple:
    """Bits 3 to 0 of the index say which of cyan, magenta, yellow and black are full."""
    if index == 0:
        return (100.0, 0.0, 0.0)
    single = {8: INKS["cyan"], 4: INKS["magenta"], 2: INKS["yellow"]}
    return single.get(index, (0.0, 0.0, 0.0))


def _lab8(lab: Triple) -> bytes:
    return bytes((round(lab[0] * 255 / 100), round(lab[1] + 128), round(lab[2] + 128)))


def _xyz(colour: Triple) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(part * 65536) for part in colour))


def _profile(name: str, kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    text = name.encode() + b"\0"
    words = b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78)
    tags = {b"desc": words, b"cprt": b"text" + bytes(4) + b"none\0", b"wtpt": _xyz(_D50), **tags}
    at, entries, content = 128 + 4 + 12 * len(tags), b"", b""
    for tag, data in tags.items():
        entries += tag + struct.pack(">II", at + len(content), len(data))
        content += data + bytes(-len(data) % 4)
    header = struct.pack(
        ">I4xI4s4s4s6H4s28x3i48x",
        at + len(content),
        0x02400000,
        kind,
        space,
        connection,
        *(2026, 1, 1, 0, 0, 0),
        b"acsp",
        *(round(part * 65536) for part in _D50),
    )
    return header + struct.pack(">I", len(tags)) + entries + content
