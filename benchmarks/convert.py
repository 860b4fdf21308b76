"""Probing and converting photographs in the decoding processes; the baseline is plain Pillow in this process.

A 12-megapixel JPEG of a phone (4032 x 3024, lying on its side) and a PNG of the same size. Both sides end with a JPEG
in a file; the baseline does no more than is needed for that picture: no profile, no background, no search for quality.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from pathlib import Path

from PIL import ExifTags, Image, ImageOps

from publicist.domain.adapt import Adapt, AdaptMode, ImageLimits, Recipe, recipe_for
from publicist.media.decoders import Decoders

RUNS = 15
SIZE = (4032, 3024)
FEED = ImageLimits(("image/jpeg",), 8_000_000, (0.8, 1.91), 320, 1440, one_shape=True)


def run() -> dict[str, object]:
    """Milliseconds for one file at a time; ratios of medians."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> dict[str, object]:
    photo, drawing, made = folder / "photo.jpg", folder / "drawing.png", folder / "made.jpg"
    _write(photo, "JPEG", quality=90)
    _write(drawing, "PNG", compress_level=1)
    async with aclosing(Decoders()) as decoders:
        start = time.perf_counter()
        await decoders.probe(photo)
        first = 1000 * (time.perf_counter() - start)
        probe = {
            "publicist": await _timed(lambda: decoders.probe(photo)),
            "pillow": _times(lambda: _plain_probe(photo)),
        }
        fit = {name: await _converted(decoders, path, made) for name, path in (("jpeg", photo), ("png", drawing))}
    return {
        "runs": RUNS,
        "megapixels": round(SIZE[0] * SIZE[1] / 1e6, 1),
        "firstProbeWithStartMs": round(first, 1),
        "probeJpeg": _told(probe),
        "fitJpeg": _told(fit["jpeg"]),
        "fitPng": _told(fit["png"]),
    }


async def _converted(decoders: Decoders, path: Path, made: Path) -> dict[str, list[float]]:
    facts = await decoders.probe(path)
    recipe = recipe_for(facts, Adapt(AdaptMode.FIT), FEED, FEED.ratio)
    if recipe is None:
        raise ValueError(f"{path.name} needs no conversion")
    wanted = recipe
    return {
        "publicist": await _timed(lambda: decoders.convert(path, facts.mime, wanted, made)),
        "pillow": _times(lambda: _plain_convert(path, wanted, made)),
    }


def _write(path: Path, kind: str, **options: int) -> None:
    """A picture with as much detail as a photograph has."""
    noise = [Image.effect_noise((SIZE[0] // 4, SIZE[1] // 4), 60).resize(SIZE) for _ in range(3)]
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.merge("RGB", noise).save(path, kind, exif=exif, **options)


def _plain_probe(path: Path) -> None:
    with Image.open(path) as image:
        image.getexif()
        image.draft(None, (image.width // 8, image.height // 8))
        image.load()


def _plain_convert(path: Path, recipe: Recipe, made: Path) -> None:
    with Image.open(path) as image:
        stored = (recipe.scaled[1], recipe.scaled[0])
        image.draft("RGB", stored)
        upright = ImageOps.exif_transpose(image.resize(stored, Image.Resampling.LANCZOS, reducing_gap=3.0))
    canvas = Image.new("RGB", recipe.canvas, recipe.background)
    canvas.paste(upright, recipe.at)
    canvas.save(made, "JPEG", quality=92, optimize=True)


async def _timed(work: Callable[[], Awaitable[object]]) -> list[float]:
    found = []
    for _ in range(RUNS):
        start = time.perf_counter()
        await work()
        found.append(1000 * (time.perf_counter() - start))
    return found


def _times(work: Callable[[], object]) -> list[float]:
    found = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        found.append(1000 * (time.perf_counter() - start))
    return found


def _told(found: dict[str, list[float]]) -> dict[str, object]:
    ratio = statistics.median(found["publicist"]) / statistics.median(found["pillow"])
    return {name: _spread(times) for name, times in found.items()} | {"ratio": round(ratio, 2)}


def _spread(times: Sequence[float]) -> dict[str, float]:
    """With so few runs the 99th percentile is the longest."""
    ordered = sorted(times)
    return {"medianMs": round(statistics.median(ordered), 1), "p99Ms": round(ordered[-1], 1)}
