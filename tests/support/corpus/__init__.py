"""The corpus: real files by real encoders, each with what every surface should say of it. The table is data."""

from tests.support.corpus.case import SURFACES, Case
from tests.support.corpus.hostile import HOSTILE
from tests.support.corpus.images import IMAGES
from tests.support.corpus.videos import VIDEOS

__all__ = ["CORPUS", "SURFACES", "Case"]

CORPUS: tuple[Case, ...] = (*IMAGES, *VIDEOS, *HOSTILE)
