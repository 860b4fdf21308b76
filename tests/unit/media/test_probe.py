"""Facts from real files: what the bytes are, whatever their name says."""

import hashlib
import zipfile
from collections.abc import Callable
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from publicist.domain.media import Facts
from publicist.media.probe import probe
from tests.support import files

Probe = Callable[[bytes], Facts]


@pytest.fixture
def probed(tmp_path: Path) -> Probe:
    """Probes bytes as a file whose name lies about them."""

    def run(data: bytes) -> Facts:
        path = tmp_path / "photo.jpg"
        path.write_bytes(data)
        return probe(path)

    return run


def _facts_of(facts: Facts, *names: str) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in names}


@pytest.mark.parametrize(
    ("data", "mime", "size", "colour_space", "frames"),
    [
        (lambda: files.jpeg(1080, 566), "image/jpeg", (1080, 566), "RGB", 1),
        (lambda: files.jpeg(1080, 566, progressive=True), "image/jpeg", (1080, 566), "RGB", 1),
        (lambda: files.grey_jpeg(90, 60), "image/jpeg", (90, 60), "L", 1),
        (lambda: files.cmyk_jpeg(90, 60), "image/jpeg", (90, 60), "CMYK", 1),
        (lambda: files.mpo(90, 60), "image/mpo", (90, 60), "RGB", 2),
        (lambda: files.png(90, 60, "RGBA"), "image/png", (90, 60), "RGBA", 1),
        (lambda: files.gif(90, 60, frames=5), "image/gif", (90, 60), "P", 5),
        (lambda: files.webp(90, 60), "image/webp", (90, 60), "RGB", 1),
        (lambda: files.avif(90, 60), "image/avif", (90, 60), "RGB", 1),
        (lambda: files.bmp(90, 60), "image/bmp", (90, 60), "RGB", 1),
        (lambda: files.tiff(90, 60), "image/tiff", (90, 60), "RGB", 1),
    ],
    ids=["jpeg", "progressive", "grey", "cmyk", "mpo", "png", "gif", "webp", "avif", "bmp", "tiff"],
)
def test_images(
    probed: Probe, data: Callable[[], bytes], mime: str, size: tuple[int, int], colour_space: str, frames: int
) -> None:
    facts = probed(data())
    assert facts == Facts(
        mime=mime,
        bytes=len(data()),
        sha256=hashlib.sha256(data()).hexdigest(),
        kind="image",
        width=size[0],
        height=size[1],
        orientation=1,
        colour_space=colour_space,
        frames=frames,
        progressive=b"\xff\xc2" in data() if mime in ("image/jpeg", "image/mpo") else None,
        alpha=colour_space == "RGBA",
    )


@pytest.mark.parametrize(
    ("rotation", "size"), [(0, (640, 480)), (90, (480, 640)), (180, (640, 480)), (270, (480, 640))]
)
def test_a_heic_is_measured_as_displayed(probed: Probe, rotation: int, size: tuple[int, int]) -> None:
    facts = probed(files.heic(640, 480, rotation=rotation))
    assert (facts.mime, facts.kind, facts.broken) == ("image/heic", "image", None)
    assert (facts.width, facts.height) == size


@pytest.mark.parametrize("orientation", range(1, 9))
def test_image_size_is_as_displayed(probed: Probe, orientation: int) -> None:
    facts = probed(files.jpeg(640, 480, exif_orientation=orientation))
    assert facts.orientation == orientation
    assert (facts.width, facts.height) == ((480, 640) if orientation >= 5 else (640, 480))


@pytest.mark.parametrize("orientation", [0, 9, 700])
def test_an_orientation_that_does_not_exist_turns_nothing(probed: Probe, orientation: int) -> None:
    facts = probed(files.jpeg(640, 480, exif_orientation=orientation))
    assert (facts.orientation, facts.width, facts.height) == (1, 640, 480)


def test_the_colour_profile_is_named(probed: Probe) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    buffer = BytesIO()
    Image.new("RGB", (40, 40)).save(buffer, "JPEG", icc_profile=profile.tobytes())
    assert probed(buffer.getvalue()).colour_space == "RGB (sRGB built-in)"


def test_a_profile_that_is_rubbish_is_no_fault_of_the_picture(probed: Probe) -> None:
    buffer = BytesIO()
    Image.new("RGB", (40, 40)).save(buffer, "JPEG", icc_profile=b"rubbish" * 40)
    facts = probed(buffer.getvalue())
    assert (facts.broken, facts.colour_space) == (None, "RGB (unreadable profile)")
    assert facts.icc_profile == "unreadable profile"


def test_a_jpeg_of_an_exact_size(probed: Probe) -> None:
    for size in (8_000_000, 8_000_001, 100_003):
        facts = probed(files.jpeg(640, 480, size=size))
        assert (facts.bytes, facts.broken, facts.width) == (size, None, 640)


def test_an_mp4(probed: Probe) -> None:
    facts = probed(files.mp4(3))
    assert facts.video_bitrate is not None
    assert facts.audio_bitrate is not None
    assert facts.video_bitrate > 10_000
    assert 60_000 < facts.audio_bitrate < 200_000
    assert facts.bitrate == facts.bytes * 8 // 3
    assert facts == Facts(
        mime="video/mp4",
        bytes=len(files.mp4(3)),
        sha256=hashlib.sha256(files.mp4(3)).hexdigest(),
        kind="video",
        width=720,
        height=1280,
        duration=3.0,
        video_codec="h264",
        video_profile="Constrained Baseline",
        pixel_format="yuv420p",
        fps=30.0,
        video_bitrate=facts.video_bitrate,
        rotation=0,
        audio_codec="aac",
        audio_rate=48_000,
        audio_channels=2,
        audio_bitrate=facts.audio_bitrate,
        moov_first=True,
        edit_lists=False,
        edited=False,
        bitrate=facts.bitrate,
        interlaced=False,
        variable_frame_rate=False,
        bit_depth=8,
        chroma="4:2:0",
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"audio": False}, {"audio_codec": None, "audio_rate": None, "audio_channels": None, "broken": None}),
        ({"audio_rate": 44_100, "audio_layout": "mono"}, {"audio_rate": 44_100, "audio_channels": 1}),
        ({"audio_rate": 96_000}, {"audio_rate": 96_000}),
        ({"codec": "libx265"}, {"video_codec": "hevc", "video_profile": "Main"}),
        ({"codec": "mpeg4"}, {"video_codec": "mpeg4"}),
        ({"fps": Fraction(30_000, 1001)}, {"fps": 29.97}),
        ({"fps": 10}, {"fps": 10.0}),
        ({"pixel_format": "yuv422p"}, {"pixel_format": "yuv422p", "chroma": "4:2:2", "bit_depth": 8}),
        ({"pixel_format": "yuv420p10le"}, {"chroma": "4:2:0", "bit_depth": 10}),
        ({"codec": "libvpx-vp9"}, {"video_codec": "vp9"}),
        ({"codec": "libsvtav1"}, {"video_codec": "av1"}),
        ({"audio_codec": "libopus"}, {"audio_codec": "opus"}),
        ({"interlaced": True}, {"interlaced": True}),
        ({"variable": True}, {"variable_frame_rate": True, "fps": 20.0}),
        ({"fps": Fraction(24_000, 1001)}, {"fps": 23.976, "variable_frame_rate": False}),
        ({"faststart": False}, {"moov_first": False, "edit_lists": False}),
        ({"edit_list": True}, {"edit_lists": True, "edited": False, "moov_first": True}),
        ({"container": "mov"}, {"mime": "video/quicktime", "moov_first": True, "edit_lists": False}),
        ({"rotation": 90}, {"rotation": 90, "width": 180, "height": 320}),
        ({"rotation": 180}, {"rotation": 180, "width": 320, "height": 180}),
        ({"rotation": 270}, {"rotation": 270, "width": 180, "height": 320}),
    ],
    ids=str,
)
def test_videos(probed: Probe, options: dict[str, Any], expected: dict[str, Any]) -> None:
    facts = probed(files.mp4(1, 320, 180, **options))
    assert facts.broken is None
    assert _facts_of(facts, *expected) == expected


def test_an_edit_list_that_changes_the_speed_is_an_edit(probed: Probe) -> None:
    facts = probed(files.edited_mp4(1, width=320, height=180))
    assert _facts_of(facts, "broken", "edit_lists", "edited") == {"broken": None, "edit_lists": True, "edited": True}


@pytest.mark.parametrize(("rotation", "stored"), [(0, (320, 180)), (90, (320, 180)), (180, (320, 180))])
def test_pictures_are_stored_before_they_are_turned(probed: Probe, rotation: int, stored: tuple[int, int]) -> None:
    facts = probed(files.mp4(1, 320, 180, rotation=rotation))
    assert (facts.columns, facts.rows) == stored


def test_facts_of_other_versions_load() -> None:
    old = {"mime": "image/jpeg", "bytes": 9, "sha256": "", "kind": "image", "width": 3, "height": 2}
    assert Facts.from_json({**old, "of_a_newer_version": 1}) == Facts.from_json(old)
    assert Facts.from_json(old).to_json() == old


def test_a_webm(probed: Probe) -> None:
    facts = probed(files.webm(1, 180, 320))
    expected = {"mime": "video/webm", "kind": "video", "broken": None, "video_codec": "vp9", "audio_codec": "opus"}
    assert _facts_of(facts, *expected) == expected
    assert (facts.width, facts.height, facts.duration) == (180, 320, 1.0)


_SMALL: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: files.jpeg(64, 48),
    "png": lambda: files.png(64, 48),
    "gif": lambda: files.gif(64, 48, frames=3),
    "webp": lambda: files.webp(64, 48),
    "heic": lambda: files.heic(64, 48),
    "mp4": lambda: files.mp4(0.2, 64, 48),
    "mov": lambda: files.mov(0.2, 64, 48),
    "webm": lambda: files.webm(0.2, 64, 48),
}


def _png_bomb(width: int, height: int) -> bytes:
    """The header of a PNG that would decode to gigabytes."""
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    buffer = BytesIO(b"")
    buffer.write(b"\x89PNG\r\n\x1a\n")
    PngImagePlugin.putchunk(buffer, b"IHDR", header)
    PngImagePlugin.putchunk(buffer, b"IDAT", b"x" * 100)
    return buffer.getvalue()


def _zip() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("photo.jpg", files.jpeg(40, 40))
    return buffer.getvalue()


_ENDS_IMAGE = "the file is a JPEG image that ends before the picture does"
_ENDS_VIDEO = "the file starts like an MP4 video, but ends before the video does"


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("data", "kind", "broken"),
    [
        (files.empty, None, "the file is empty"),
        (files.text_as_jpg, None, "the file is plain text, not an image or video that can be published"),
        (files.html_page, None, "the file is an HTML page, not an image or video that can be published"),
        (_zip, None, "the file is a ZIP archive, not an image or video that can be published"),
        (lambda: files.bmp()[:-100], "image", "the file is a BMP image that ends before the picture does"),
        (lambda: bytes(100), None, "the file is of an unknown format, not an image or video that can be published"),
        (files.truncated_jpeg, "image", _ENDS_IMAGE),
        (lambda: files.jpeg()[:-2], "image", _ENDS_IMAGE),
        (lambda: files.jpeg(progressive=True)[:-200], "image", _ENDS_IMAGE),
        (lambda: files.jpeg()[:300], "image", "the file starts like a JPEG image, but does not decode"),
        (lambda: files.png()[:-1000], "image", "the file is a PNG image that ends before the picture does"),
        (lambda: b"\xff\xd8\xff\xe0" + bytes(500), "image", "the file starts like a JPEG image, but does not decode"),
        (lambda: files.webp()[:2000], "image", "the file starts like a WebP image, but does not decode"),
        (
            lambda: _png_bomb(65_535, 65_535),
            "image",
            "the image has 4,294,836,225 pixels; more than 120,000,000 are not opened",
        ),
        (
            lambda: _png_bomb(12_001, 10_000),
            "image",
            "the image has 120,010,000 pixels; more than 120,000,000 are not opened",
        ),
        (lambda: files.heic()[:-1], "image", "the file is a HEIC image that ends before the picture does"),
        (lambda: files.heic()[:32], "image", "the file is a HEIC image that ends before the picture does"),
        (lambda: files.heic()[:24], "image", "the file starts like a HEIC image, but holds no picture"),
        (files.truncated_mp4, "video", _ENDS_VIDEO),
        (lambda: files.truncated_mp4(1, faststart=False), "video", _ENDS_VIDEO),
        (lambda: files.mp4(1, 320, 180)[:-1], "video", _ENDS_VIDEO),
        (lambda: files.webm()[:-20], "video", "the file starts like a WebM video, but ends before the video does"),
        (
            lambda: files.mp4(1, 320, 180)[:32] + bytes(500),
            "video",
            "the file starts like an MP4 video, but does not decode",
        ),
        (lambda: files.mp4(1, video=False), "video", "the file starts like an MP4 video, but has no video track"),
        (
            lambda: files.mp4(1, 320, 180).replace(b"avc1", b"zzzz"),
            "video",
            "the file starts like an MP4 video, but its video codec is not known",
        ),
    ],
)
def test_broken_files_are_told_in_a_sentence(
    probed: Probe, data: Callable[[], bytes], kind: str | None, broken: str
) -> None:
    facts = probed(data())
    assert (facts.kind, facts.broken) == (kind, broken)
    assert facts.bytes == len(data())
    assert facts.sha256 == hashlib.sha256(data()).hexdigest()


def test_an_image_file_of_absurd_size_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(files.jpeg(40, 40))
    with path.open("ab") as file:
        file.truncate(100_000_001)
    assert probe(path).broken == "the image has 100,000,001 bytes; more than 100,000,000 are not opened"


def test_a_sound_codec_nobody_knows_is_not_taken_for_silence(probed: Probe) -> None:
    object_type = b"\x04\x80\x80\x80\x17\x40"
    data = files.mp4(1, 320, 180)
    assert object_type in data
    facts = probed(data.replace(b"mp4a", b"yyyy").replace(object_type, object_type[:-1] + b"\xfe"))
    assert (facts.audio_codec, facts.broken) == ("unknown", None)


def test_a_large_video_is_padded_without_being_read_as_broken(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(files.mp4(1, 320, 180))
    facts = probe(files.grow_mp4(path, 20_000_000))
    assert (facts.bytes, facts.broken, facts.duration, facts.moov_first) == (20_000_000, None, 1.0, True)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(st.randoms(use_true_random=False), st.sampled_from(["jpeg", "png", "gif", "webp", "heic", "mp4", "mov", "webm"]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_files_give_facts_and_never_an_exception(probed: Probe, random: Random, name: str) -> None:
    data = bytearray(_SMALL[name]())
    for _ in range(random.choice((1, 4, 40))):
        data[random.randrange(4, len(data))] = random.randrange(256)
    facts = probed(bytes(data[: random.randrange(4, len(data))] if random.random() < 0.3 else data))
    assert facts.kind is not None or facts.broken


def test_decoders_keep_quiet(probed: Probe, capfd: pytest.CaptureFixture[str]) -> None:
    for data in (files.truncated_mp4(), files.truncated_jpeg(), b"\0\0\0\x18ftypisom" + bytes(300)):
        assert probed(data).broken
    assert capfd.readouterr() == ("", "")


def test_facts_survive_storage(probed: Probe) -> None:
    facts = probed(files.mp4(1, 320, 180))
    assert Facts.from_json(facts.to_json()) == facts
