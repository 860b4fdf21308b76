"""The registry: every folder here is a platform, found by scanning. Nothing else names one."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from publicist.platforms.manifest import Connector, DialogWish, OpenMedia, Platform, Upstream

__all__ = ["Connector", "DialogWish", "OpenMedia", "Platform", "Upstream", "family", "registry"]


@cache
def registry() -> Mapping[str, Platform]:
    """Every platform by name. Raises RuntimeError for a folder without a `PLATFORM`, or one named otherwise."""
    found: dict[str, Platform] = {}
    for module in pkgutil.iter_modules(__path__):
        if not module.ispkg:
            continue
        platform = getattr(importlib.import_module(f"{__name__}.{module.name}"), "PLATFORM", None)
        if not isinstance(platform, Platform) or platform.name != module.name:
            raise RuntimeError(f"platforms/{module.name} must export PLATFORM with name {module.name!r}")
        found[platform.name] = platform
    return found


def family(name: str) -> tuple[Platform, ...]:
    """The platforms whose accounts one consent of this family yields, in order of name."""
    return tuple(platform for platform in registry().values() if platform.family == name)
