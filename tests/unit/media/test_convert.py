"""Renditions look like the picture they were made of: the right way up, in the right colours, in the right place."""

from collections.abc import Callable
from pathlib import Path

import pillow_heif
import pytest
from PIL import ExifTags, Image

from graphsim.instagram.checks import check_image
from graphsim.media.probe import image_facts
from publicist.domain.adapt import Adapt, AdaptMode, ImageLimits, Recipe, recipe_for
from publicist.domain.media import Facts
from publicist.media.convert import ConversionRefused, convert
from publicist.media.probe import probe
from tests.support import files, profiles
from tests.support.looks import distance, phone_heic, saved, stored

pillow_heif.register_heif_opener(thumbnails=False)

ANY = ImageLimits(("image/jpeg",), 8_000_000)
FEED = ImageLimits(("image/jpeg",), 8_000_000, (0.8, 1.91), 320, 1440)
Make = Callable[..., Image.Image]


@pytest.fixture
def made(tmp_path: Path) -> Make:
    """The rendition of bytes; it is always a JPEG that keeps the recipe's promise."""

    def run(data: bytes, mode: str = "convert", limits: ImageLimits = ANY, **adapt: object) -> Image.Image:
        source, to = tmp_path / "source", tmp_path / "made"
        source.write_bytes(data)
        facts = probe(source)
        recipe = recipe_for(facts, Adapt(AdaptMode(mode), **adapt), limits, limits.ratio)  # type: ignore[arg-type]
        assert recipe is not None
        convert(source, facts.mime, recipe, to)
        assert recipe.broken_promise(probe(to)) is None
        image = Image.open(to)
        image.load()
        assert (image.format, image.mode, dict(image.getexif())) == ("JPEG", "RGB", {})
        return image

    return run


@pytest.mark.parametrize("kind", ["AVIF", "JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(made: Make, orientation: int, kind: str) -> None:
    upright = files.picture(96, 64)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = saved(stored(upright, orientation), kind, exif=exif, quality=95)
    mode = {"limits": ImageLimits(("image/jpeg",), 8_000_000, width_max=90)}
    assert distance(made(data, **mode), upright.resize((90, 60))) <= 8


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_phones_heic_comes_out_upright(made: Make, orientation: int) -> None:
    upright = files.picture(192, 128)
    assert distance(made(phone_heic(upright, orientation)), upright) <= 8


def deep_grey_png(width: int, height: int) -> bytes:
    """A PNG with 16 bits of grey."""
    values = [round(value * 257) for value in files.picture(width, height, "L").tobytes()]
    deep = b"".join(value.to_bytes(2, "little") for value in values)
    return saved(Image.frombytes("I;16", (width, height), deep), "PNG")


OTHERS: dict[str, Callable[[], bytes]] = {
    "a bilevel PNG": lambda: saved(files.picture(96, 64).convert("1"), "PNG"),
    "a CMYK JPEG": lambda: files.cmyk_jpeg(96, 64),
    "a deep grey PNG": lambda: deep_grey_png(96, 64),
    "a GIF": lambda: saved(files.picture(96, 64), "GIF"),
    "a grey JPEG": lambda: saved(files.picture(96, 64).convert("L"), "JPEG", quality=95),
    "a grey PNG with alpha": lambda: saved(files.picture(96, 64).convert("LA"), "PNG"),
    "a lossless WebP": lambda: saved(files.picture(96, 64), "WEBP", lossless=True),
    "a palette PNG": lambda: saved(files.picture(96, 64).quantize(256), "PNG"),
    "a progressive JPEG": lambda: files.jpeg(96, 64, progressive=True),
    "an AVIF": lambda: files.avif(96, 64),
    "an MPO": lambda: files.mpo(96, 64),
    "an RGBA PNG": lambda: files.png(96, 64, "RGBA"),
}
GREY = {"a bilevel PNG", "a deep grey PNG", "a grey JPEG", "a grey PNG with alpha"}


@pytest.mark.parametrize("kind", sorted(OTHERS))
def test_every_kind_of_picture_looks_the_same(made: Make, kind: str) -> None:
    limits = ImageLimits(("image/none",), 8_000_000)
    expected = files.picture(96, 64).convert("L" if kind in GREY else "RGB")
    tolerance = {"a bilevel PNG": 48, "a GIF": 24, "a palette PNG": 24}.get(kind, 10)
    assert distance(made(OTHERS[kind](), limits=limits), expected) <= tolerance


PATCHES = ((230, 40, 30), (40, 200, 60), (30, 60, 220), (200, 200, 200), (120, 80, 160))
SPACES = {
    "adobe": (profiles.ADOBE_RGB, profiles.adobe_curve),
    "p3": (profiles.DISPLAY_P3, profiles.srgb_curve),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
@pytest.mark.parametrize("space", sorted(SPACES))
def test_wide_colours_become_srgb(made: Make, space: str, kind: str) -> None:
    colours, curve = SPACES[space]
    profile = profiles.rgb_profile(f"Test {space}", colours, curve)
    for patch in PATCHES:
        data = saved(Image.new("RGB", (64, 64), patch), kind, icc_profile=profile, quality=95)
        expected = profiles.in_srgb(patch, colours, curve)
        found = made(data).getpixel((32, 32))
        assert max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= 5, patch  # type: ignore[arg-type]


def test_an_srgb_profile_changes_nothing(made: Make) -> None:
    profile = profiles.rgb_profile("sRGB by hand", profiles.SRGB, profiles.srgb_curve)
    data = saved(files.picture(96, 64), "PNG", icc_profile=profile)
    assert distance(made(data), files.picture(96, 64)) <= 4


@pytest.mark.parametrize("ink", sorted(profiles.INKS))
def test_inks_look_as_their_profile_says(made: Make, ink: str) -> None:
    full = {"cyan": (255, 0, 0, 0), "magenta": (0, 255, 0, 0), "yellow": (0, 0, 255, 0)}[ink]
    data = saved(Image.new("CMYK", (64, 64), full), "JPEG", icc_profile=profiles.cmyk_profile(), quality=95)
    found, expected = made(data).getpixel((32, 32)), profiles.lab_in_srgb(profiles.INKS[ink])
    assert max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= 6  # type: ignore[arg-type]


@pytest.mark.parametrize("profile", [b"rubbish" * 40, profiles.cmyk_profile()], ids=["rubbish", "of other pixels"])
def test_a_profile_that_says_nothing_about_the_pixels_is_left_out(made: Make, profile: bytes) -> None:
    data = saved(files.picture(96, 64), "PNG", icc_profile=profile)
    assert distance(made(data), files.picture(96, 64)) <= 4


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "HEIF"])
def test_transparent_places_show_the_background(made: Make, kind: str) -> None:
    image = Image.new("RGBA", (128, 64), (200, 30, 30, 255))
    image.paste((0, 0, 0, 0), (64, 0, 128, 64))
    found = made(saved(image, kind, quality=95), background="#1e64c8")
    left, right = found.getpixel((24, 32)), found.getpixel((104, 32))
    assert max(abs(a - b) for a, b in zip(left, (200, 30, 30), strict=True)) <= 8  # type: ignore[arg-type]
    assert max(abs(a - b) for a, b in zip(right, (30, 100, 200), strict=True)) <= 8  # type: ignore[arg-type]


def test_half_transparent_places_are_mixed_with_the_background(made: Make) -> None:
    image = Image.new("RGBA", (64, 64), (255, 0, 0, 128))
    found = made(saved(image, "PNG"), background="#0000ff").getpixel((32, 32))
    assert max(abs(a - b) for a, b in zip(found, (128, 0, 127), strict=True)) <= 6  # type: ignore[arg-type]


def test_a_transparent_colour_of_a_palette_is_transparent(made: Make) -> None:
    image = Image.new("P", (64, 64), 0)
    image.putpalette([10, 200, 10, 200, 10, 10])
    image.paste(1, (0, 0, 32, 64))
    found = made(saved(image, "PNG", transparency=0), background="#ffffff")
    assert min(found.getpixel((52, 32))) >= 248  # type: ignore[arg-type]


def test_fit_pads_both_sides_alike(made: Make) -> None:
    found = made(files.png(3000, 1000), "fit", FEED, background="#102030")
    assert found.size == (1440, 754)
    expected = Image.new("RGB", found.size, "#102030")
    expected.paste(files.picture(3000, 1000).resize((1440, 480)), (0, 137))
    assert distance(found, expected) <= 10
    assert found.getpixel((720, 60)) == pytest.approx((16, 32, 48), abs=4)


def test_fit_of_a_tall_picture(made: Make) -> None:
    found = made(files.png(500, 2000), "fit", FEED)
    expected = Image.new("RGB", (1440, 1800), "white")
    expected.paste(files.picture(500, 2000).resize((450, 1800)), (495, 0))
    assert distance(found, expected) <= 10


@pytest.mark.parametrize(("x", "left"), [(0.0, 0), (0.1, 0), (0.5, 545), (0.75, 1295), (1.0, 1090)])
def test_crop_keeps_the_focus(made: Make, x: float, left: int) -> None:
    found = made(files.png(3000, 1000), "crop", ImageLimits(("image/jpeg",), 8_000_000, (0.8, 1.91)), focus=(x, 0.5))
    left = min(max(left, 0), 1090)
    assert distance(found, files.picture(3000, 1000).crop((left, 0, left + 1910, 1000))) <= 8


def test_crop_of_a_turned_picture_counts_from_its_upright_top(made: Make) -> None:
    data = files.jpeg(1000, 500, exif_orientation=6)
    upright = files.picture(1000, 500).transpose(Image.Transpose.ROTATE_270)
    found = made(data, "crop", FEED, focus=(0.5, 0.0))
    assert distance(found, upright.crop((0, 0, 500, 625))) <= 8


SHAPES = ((40, 30), (41, 977), (977, 41), (319, 402), (333, 1000), (1441, 753), (2750, 1440), (3333, 3000))


@pytest.mark.parametrize("mode", ["crop", "fit"])
@pytest.mark.parametrize("kind", ["AVIF", "GIF", "HEIF", "JPEG", "PNG", "TIFF", "WEBP"])
def test_the_simulated_instagram_takes_every_rendition(made: Make, tmp_path: Path, kind: str, mode: str) -> None:
    for width, height in SHAPES:
        image = Image.new("CMYK" if kind == "JPEG" else "RGB", (width, height), "red")
        made(saved(image, kind), mode, FEED)
        check_image(tmp_path / "made", image_facts(tmp_path / "made"))


def test_a_turned_tiff_is_measured_and_shown_upright(made: Make) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    data = saved(stored(files.picture(96, 64), 6), "TIFF", exif=exif)
    assert distance(made(data), files.picture(96, 64)) <= 6


def test_a_large_picture_gets_small(made: Make) -> None:
    assert made(files.jpeg(6000, 4000), "convert", FEED).size == (1440, 960)


def test_quality_is_chosen_to_stay_under_the_size(made: Make, tmp_path: Path) -> None:
    noise = saved(Image.effect_noise((600, 600), 90).convert("RGB"), "PNG")
    sizes = []
    for most in (400_000, 200_000, 150_000):
        made(noise, limits=ImageLimits(("image/jpeg",), most))
        sizes.append((tmp_path / "made").stat().st_size)
        assert most * 0.6 < sizes[-1] <= most
    assert sizes == sorted(sizes, reverse=True)


def test_what_does_not_get_small_enough_is_refused(tmp_path: Path) -> None:
    source, to = tmp_path / "noise.png", tmp_path / "made"
    source.write_bytes(saved(Image.effect_noise((600, 600), 90).convert("RGB"), "PNG"))
    recipe = Recipe((600, 600), (0, 0, 600, 600), (600, 600), (0, 0), "#ffffff", 5_000)
    with pytest.raises(ConversionRefused, match="does not get under 5,000 bytes"):
        convert(source, "image/png", recipe, to)
    assert not to.exists()


def test_a_promise_that_is_not_kept_is_told() -> None:
    recipe = Recipe((60, 60), (0, 0, 60, 60), (60, 60), (0, 0), "#ffffff", 5_000)
    good = Facts("image/jpeg", 4000, "", kind="image", width=60, height=60)
    assert recipe.broken_promise(good) is None
    assert recipe.broken_promise(Facts("image/jpeg", 6000, "", width=60, height=60)) == (
        "has 6,000 bytes; at most 5,000 are wanted"
    )
    assert recipe.broken_promise(Facts("image/jpeg", 4000, "", width=61, height=60)) == (
        "is image/jpeg of 61 x 60 instead of image/jpeg of 60 x 60"
    )
    assert recipe.broken_promise(Facts("image/jpeg", 4000, "", broken="it is cut off")) == (
        "cannot be used: it is cut off"
    )
