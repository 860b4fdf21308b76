"""What Instagram takes as a picture or a video: the bytes decide."""

from pathlib import Path
from typing import Any

import pytest

from tests.graphsim.conftest import Site
from tests.support import files
from tests.support.graphsim import Graphsim
from tests.support.instagram import NOT_MEDIA, Account, ended, make, serve


@pytest.fixture
def sim(running_slow_sim: Graphsim) -> Graphsim:
    """Only the control clock ends processing."""
    running_slow_sim.control("POST", "reset")
    return running_slow_sim


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (files.png(), (36001, 2207005)),
        (files.mpo(), (36001, 2207005)),
        (files.webp(), (36001, 2207005)),
        (files.text_as_jpg(), NOT_MEDIA),
        (files.truncated_jpeg(), NOT_MEDIA),
        (files.empty(), NOT_MEDIA),
        (files.jpeg(size=8_000_001), (36000, 2207004)),
        (files.jpeg(1080, 1400), (36003, 2207009)),
        (files.jpeg(1500, 760), (36003, 2207009)),
        (files.jpeg(1350, 1080, exif_orientation=6), None),
        (files.jpeg(1400, 1080, exif_orientation=6), (36003, 2207009)),
        (files.jpeg(319, 319), (36003, 2207009)),
        (files.jpeg(320, 320), None),
        (files.jpeg(size=8_000_000), None),
        (files.jpeg(1080, 1350, progressive=True), None),
        (files.jpeg(1910, 1000), None),
        (files.jpeg(1200, 628), None),
        (files.jpeg(1916, 1000), (36003, 2207009)),
        (files.jpeg(794, 1000), (36003, 2207009)),
    ],
)
def test_duty_18_images_are_decoded_and_judged_in_the_call(
    instagram: Account, site: Site, body: bytes, expected: tuple[int, int] | None
) -> None:
    """Meta: IG User Media reference, image specifications; Error Codes."""
    url = serve(site, "it.jpg", body, "image/jpeg")
    if expected is None:
        assert make(instagram, image_url=url)
    else:
        assert instagram[1].refused("POST", f"{instagram[0]}/media", image_url=url) == expected


def twice_as_fast(video: bytes) -> bytes:
    """The video with an edit list that doubles its speed (ISO/IEC 14496-12, 8.6.6)."""
    rate = video.index(b"elst") + 20
    return video[:rate] + b"\0\2\0\0" + video[rate + 4 :]


SMALL: dict[str, Any] = {"width": 180, "height": 320}
BAD_VIDEOS: dict[str, Any] = {
    "short": lambda: files.mp4(2.9, **SMALL),
    "slow": lambda: files.mp4(fps=20, **SMALL),
    "fast": lambda: files.mp4(fps=90, **SMALL),
    "wide": lambda: files.mp4(width=1922, height=180),
    "narrow": lambda: files.mp4(width=2, height=320),
    "av1": lambda: files.mp4(codec="libsvtav1", **SMALL),
    "webm": lambda: files.webm(3),
    "4:4:4": lambda: files.mp4(pixel_format="yuv444p", **SMALL),
    "96 kHz": lambda: files.mp4(audio_rate=96_000, **SMALL),
    "5.1": lambda: files.mp4(audio_layout="5.1", **SMALL),
    "mp3": lambda: files.mp4(audio_codec="libmp3lame", **SMALL),
    "no picture": lambda: files.mp4(video=False),
    "moov last": lambda: files.mp4(faststart=False, **SMALL),
    "played faster": lambda: twice_as_fast(files.mp4(edit_list=True, **SMALL)),
    "words": files.text_as_jpg,
    "cut off": lambda: files.mp4(4, **SMALL)[:-20_000],
    "cut in half": lambda: files.truncated_mp4(4, **SMALL),
}
GOOD_VIDEOS: dict[str, Any] = {
    "short": lambda: files.mp4(3.0, **SMALL),
    "long": lambda: files.mp4(61, 64, 64, fps=23, audio=False),
    "hevc": lambda: files.mp4(codec="libx265", **SMALL),
    "mov": lambda: files.mov(**SMALL),
    "silent": lambda: files.mp4(audio=False, **SMALL),
    "smooth": lambda: files.mp4(fps=60, **SMALL),
    "wide": lambda: files.mp4(width=1920, height=192),
    "turned": lambda: files.mp4(rotation=90, **SMALL),
    "with the encoder's edit list": lambda: files.mp4(edit_list=True, **SMALL),
}
BAD = "Error: Media upload has failed with error code 2207026"
GOOD = "Finished: Media has been uploaded and it is ready to be published."


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        *(pytest.param(made, BAD, id=f"bad {name}") for name, made in BAD_VIDEOS.items()),
        *(pytest.param(made, GOOD, id=f"good {name}") for name, made in GOOD_VIDEOS.items()),
    ],
)
def test_duty_18_videos_are_decoded_and_judged(instagram: Account, site: Site, made: Any, expected: str) -> None:
    """Meta: IG User Media reference, reel specifications."""
    assert ended(instagram, media_type="REELS", video_url=serve(site, "a.mp4", made())) == expected


def grown(video: bytes, size: int, folder: Path) -> bytes:
    """The video with so much emptiness behind it that the file has the size."""
    path = folder / "grown.mp4"
    path.write_bytes(video)
    return files.grow_mp4(path, size).read_bytes()


def test_duty_18_videos_have_a_longest_and_a_largest(instagram: Account, site: Site, tmp_path: Path) -> None:
    """Meta: IG User Media reference, reel specifications: 15 minutes, 300 MB, 25 Mbps."""
    reels = {
        "too long": files.mp4(901, 64, 64, fps=23, audio=False),
        "long": files.mp4(900, 64, 64, fps=23, audio=False),
        "too large": grown(files.mp4(120, 64, 64, fps=23, audio=False), 300_000_001, tmp_path),
        "too many bits": grown(files.mp4(4, 64, 64), 13_000_000, tmp_path),
        "many bits": grown(files.mp4(4, 64, 64), 12_000_000, tmp_path),
    }
    found = {
        name: ended(instagram, media_type="REELS", video_url=serve(site, "a.mp4", reel)) for name, reel in reels.items()
    }
    assert found == {"too long": BAD, "long": GOOD, "too large": BAD, "too many bits": BAD, "many bits": GOOD}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (files.jpeg(1080, 1920), None),
        (files.jpeg(300, 100), None),
        (files.jpeg(size=8_000_001), (36000, 2207004)),
        (files.png(), (36001, 2207005)),
    ],
)
def test_duty_18_story_images_have_any_shape(
    instagram: Account, site: Site, body: bytes, expected: tuple[int, int] | None
) -> None:
    """Meta: IG User Media reference, story image specifications."""
    story = {"media_type": "STORIES", "image_url": serve(site, "it.jpg", body, "image/jpeg")}
    if expected is None:
        assert make(instagram, **story)
    else:
        assert instagram[1].refused("POST", f"{instagram[0]}/media", **story) == expected


def test_duty_18_stories_have_their_own_limits(instagram: Account, site: Site, tmp_path: Path) -> None:
    """Meta: IG User Media reference, story video specifications: 3 to 60 seconds, 100 MB, 0.1:1 to 10:1."""
    stories = {
        "short": files.mp4(2.9, **SMALL),
        "long": files.mp4(60, 64, 64, fps=23, audio=False),
        "too long": files.mp4(61, 64, 64, fps=23, audio=False),
        "narrow": files.mp4(width=32, height=330),
        "large": grown(files.mp4(40, 64, 64, fps=23, audio=False), 100_000_000, tmp_path),
        "too large": grown(files.mp4(40, 64, 64, fps=23, audio=False), 100_000_001, tmp_path),
    }
    found = {
        name: ended(instagram, media_type="STORIES", video_url=serve(site, "a.mp4", story))
        for name, story in stories.items()
    }
    assert found == {"short": BAD, "long": GOOD, "too long": BAD, "narrow": BAD, "large": GOOD, "too large": BAD}
