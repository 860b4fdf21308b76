"""What `adapt` makes of a draft before anything is decoded, and which violations it would mend."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from publicist.domain.adapt import Adapt, AdaptMode, ImageLimits, Ratio, clamp, recipe_for
from publicist.domain.drafts import Draft, DraftMedia
from publicist.preflight.rule import Finding, Rule
from publicist.preflight.violation import Violation

_MENDING = (AdaptMode.CONVERT, AdaptMode.FIT)
"""What is offered, the one that changes less first; `crop` loses something, so only people choose it."""


def adapted(draft: Draft) -> Draft:
    """The draft as it will be published: items that need it get a recipe and the facts of their rendition."""
    if draft.images is None:
        return draft
    media: list[DraftMedia] = []
    ratio = draft.images.ratio
    for item in draft.media:
        media.append(_adapted(item, draft.images, ratio, draft.decodable))
        if len(media) == 1:
            ratio = _ratio_of_rest(media[0], draft.images)
    return replace(draft, media=tuple(media))


def _adapted(item: DraftMedia, limits: ImageLimits, ratio: Ratio | None, decodable: frozenset[str]) -> DraftMedia:
    if item.adapt.mode is AdaptMode.NONE and item.original is None:
        return item
    facts = item.original or item.facts
    if facts is None or facts.broken or item.kind != facts.kind or facts.mime not in decodable:
        return replace(item, facts=facts, original=None, recipe=None)
    recipe = recipe_for(facts, item.adapt, limits, ratio)
    if recipe is None:
        return replace(item, facts=facts, original=None, recipe=None)
    return replace(item, facts=recipe.predict(facts), original=facts, recipe=recipe)


def _ratio_of_rest(first: DraftMedia, limits: ImageLimits) -> Ratio | None:
    """The shapes that later items may have: any legal one, or that of the first where it sets the frame."""
    if not limits.one_shape or first.facts is None or first.facts.ratio is None:
        return limits.ratio
    shape = clamp(first.facts.ratio, limits.ratio)
    return shape, shape


def mending(draft: Draft, rule: Rule, finding: Finding) -> tuple[dict[str, Any], ...]:
    """The patch that mends a finding about a media item by setting its `adapt`, found by trying; empty when none does.

    Its path is relative, as in `Finding.fix`.
    """
    index = _item_of(finding)
    if index is None or draft.images is None or index >= len(draft.media):
        return ()
    for mode in _candidates(draft.media[index].adapt):
        asked = replace(draft.media[index].adapt, mode=mode)
        changed = adapted(_with(draft, index, asked))
        if not any(_item_of(found) == index for found in rule.check(changed)):
            value: Any = str(mode) if asked == Adapt(mode) else asked.to_json()
            return ({"op": "add", "path": f"/media/{index}/adapt", "value": value},)
    return ()


def agreed(violations: Sequence[Violation]) -> list[Violation]:
    """Where several fixes set the same `adapt`, all set the one that mends most, so that their order does not count."""
    strongest: dict[str, Any] = {}
    for step in (step for violation in violations for step in violation.fix if _sets_adapt(step)):
        strongest[step["path"]] = max(strongest.get(step["path"], step["value"]), step["value"], key=_strength)
    return [
        replace(
            violation,
            fix=tuple(
                {**step, "value": strongest[step["path"]]} if _sets_adapt(step) else step for step in violation.fix
            ),
        )
        if violation.fix
        else violation
        for violation in violations
    ]


def _sets_adapt(step: Mapping[str, Any]) -> bool:
    return step["op"] == "add" and str(step["path"]).endswith("/adapt")


def _strength(value: Any) -> int:
    return _MENDING.index(Adapt.from_json(value).mode)


def _candidates(present: Adapt) -> Iterator[AdaptMode]:
    """Modes that do more than the present one."""
    if present.mode is not AdaptMode.CROP:
        yield from (mode for mode in _MENDING if mode is not present.mode)


def _with(draft: Draft, index: int, adapt: Adapt) -> Draft:
    items = list(draft.media)
    items[index] = replace(items[index], adapt=adapt)
    return replace(draft, media=tuple(items))


def _item_of(finding: Finding) -> int | None:
    """The media item that a finding is about."""
    parts = finding.at.split("/")
    return int(parts[2]) if len(parts) > 2 and parts[1] == "media" and parts[2].isdecimal() else None
