"""What every run begins with: a consent, and files to post."""

from collections.abc import Callable
from functools import partial
from importlib import resources
from pathlib import Path

from chaos.posts import Material, Post, make
from chaos.processes import Publicist

SAMPLES = Path(str(resources.files("publicist.cli") / "samples"))


def prepare(publicist: Publicist, seed: str) -> Callable[[int], Post]:
    """Connect and upload; makes post number N of the run."""
    material = gather(publicist)
    return partial(_made, seed, material)


def gather(publicist: Publicist) -> Material:
    """Connect and upload."""
    accounts = publicist.connect()
    pictures = [publicist.upload(SAMPLES / name) for name in ("coffee.jpg", "cat.jpg", "rocket.jpg")]
    by_platform = {
        platform: [account for account in accounts if account["platform"] == platform]
        for platform in ("instagram", "facebook")
    }
    return Material(pictures, publicist.upload(SAMPLES / "clip.mp4"), by_platform)


def _made(seed: str, material: Material, number: int) -> Post:
    return make(seed, number, material)
