"""`adapt` on the wire: a mode, or an object with the mode and how it is done."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from publicist.domain.adapt import Adapt, AdaptMode, colour

_MODES = tuple(str(mode) for mode in AdaptMode)
_MEMBERS = ("mode", "focus", "background")
_KNOWN = ", ".join(_MODES)


def _read(value: Any) -> Adapt:
    """Raises ValueError with what was wrong, what is allowed, and an example."""
    if isinstance(value, Adapt):
        return value
    if isinstance(value, str):
        return Adapt(_mode(value))
    if not isinstance(value, Mapping):
        raise ValueError(f"give one of {_KNOWN}, or an object such as {{'mode': 'fit', 'background': '#ffffff'}}")
    for name in value:
        if name not in _MEMBERS:
            raise ValueError(f"has the unknown member {name!r}; known are {', '.join(_MEMBERS)}")
    if "mode" not in value:
        raise ValueError(f"needs `mode`, one of {_KNOWN}")
    mode = _mode(value["mode"])
    return Adapt(mode, _focus(mode, value.get("focus")), _background(mode, value.get("background")))


def _mode(value: Any) -> AdaptMode:
    if value not in _MODES:
        raise ValueError(f"{value!r} is not a mode; there are {_KNOWN}")
    return AdaptMode(value)


def _focus(mode: AdaptMode, value: Any) -> tuple[float, float]:
    """The middle when nothing is said. A focus means something only to `crop`, so elsewhere it is refused."""
    if value is None:
        return (0.5, 0.5)
    if mode is not AdaptMode.CROP:
        raise ValueError(f"`focus` belongs to the mode crop, and the mode is {mode}")
    known = isinstance(value, Mapping) and set(value) == {"x", "y"}
    if not known or not all(_is_share(part) for part in value.values()):
        raise ValueError(f"`focus` is {value!r}; give {{'x': 0.5, 'y': 0.5}}, each from 0 to 1 from the top left")
    return (float(value["x"]), float(value["y"]))


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _background(mode: AdaptMode, value: Any) -> str:
    """White when nothing is said."""
    if value is None:
        return "#ffffff"
    if mode is AdaptMode.NONE:
        raise ValueError("`background` is given, and the mode none changes nothing")
    if not isinstance(value, str):
        raise ValueError(f"`background` is {value!r}; give a colour as #rrggbb, for example #ffffff")
    return colour(value)


def _written(adapt: Adapt) -> Any:
    """As it came: a mode alone when there is no more to say."""
    return str(adapt.mode) if adapt == Adapt(adapt.mode) else adapt.to_json()


_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_SCHEMA = {
    "description": "What may be done to an image so that it can be published (docs/howto/images).",
    "anyOf": [
        {"type": "string", "enum": list(_MODES)},
        {
            "type": "object",
            "required": ["mode"],
            "additionalProperties": False,
            "properties": {
                "mode": {"type": "string", "enum": list(_MODES)},
                "focus": {
                    "type": "object",
                    "required": ["x", "y"],
                    "additionalProperties": False,
                    "properties": {"x": _SHARE, "y": _SHARE},
                    "description": "What crop keeps in the middle, from the top left.",
                },
                "background": {
                    "type": "string",
                    "pattern": "^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$",
                    "description": "What fit pads with, and what shows through transparent places; white by default.",
                },
            },
        },
    ],
}

AdaptIn = Annotated[Adapt, PlainValidator(_read), PlainSerializer(_written), WithJsonSchema(_SCHEMA)]
"""A mode, or an object with `mode`, `focus` and `background`."""
