"""The sample files that come with the package are what their README says, and legal wherever the demo posts them."""

from importlib.resources import as_file, files

import pytest

from publicist.domain.media import Facts
from publicist.media.probe import probe

SAMPLES = files("publicist.cli") / "samples"


def _probe(name: str) -> Facts:
    with as_file(SAMPLES / name) as path:
        return probe(path)


@pytest.mark.parametrize("name", ["coffee.jpg", "cat.jpg", "rocket.jpg"])
def test_photographs(name: str) -> None:
    facts = _probe(name)
    assert (facts.mime, facts.broken, facts.colour_space, facts.orientation) == ("image/jpeg", None, "RGB", 1)
    assert (facts.width, facts.height) == (1080, 720)
    assert facts.bytes < 300_000


def test_the_clip() -> None:
    facts = _probe("clip.mp4")
    assert (facts.mime, facts.broken, facts.width, facts.height) == ("video/mp4", None, 720, 1280)
    assert (facts.duration, facts.fps, facts.video_codec, facts.pixel_format) == (6.0, 30.0, "h264", "yuv420p")
    assert (facts.audio_codec, facts.audio_rate, facts.audio_channels) == ("aac", 48_000, 2)
    assert (facts.moov_first, facts.edit_lists) == (True, False)
    assert facts.bytes < 1_500_000


def test_every_sample_is_listed_with_its_licence() -> None:
    listing = (SAMPLES / "README.md").read_text(encoding="utf-8")
    for name in ("coffee.jpg", "cat.jpg", "rocket.jpg", "clip.mp4"):
        row = next(line for line in listing.splitlines() if line.startswith(f"| `{name}` |"))
        assert "CC0 1.0" in row or "public domain" in row
