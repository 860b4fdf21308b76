"""Checks that rules of several platforms share; each builder returns the `check` of a rule."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from publicist.domain.drafts import Draft, DraftMedia
from publicist.domain.media import Facts, Kind
from publicist.domain.rule_limits import RuleLimits
from publicist.preflight.graphemes import count
from publicist.preflight.rule import Finding

Check = Callable[[Draft], Iterable[Finding]]
Fact = TypeVar("Fact")


def usable(draft: Draft, kind: str | None = None) -> Iterator[tuple[int, DraftMedia, Facts]]:
    """Media whose bytes are known and sound, and of the declared kind; other rules speak of the rest."""
    for index, item in enumerate(draft.media):
        if item.facts and not item.facts.broken and item.facts.kind == item.kind and kind in (None, item.kind):
            yield index, item, item.facts


def _said(draft: Draft) -> str:
    """The text as it is sent: white space alone is not."""
    return draft.text if draft.text and draft.text.strip() else ""


def max_graphemes(limit: int, noun: str) -> Check:
    """The text has at most `limit` graphemes."""

    def check(draft: Draft) -> Iterator[Finding]:
        found = count(_said(draft))
        if found > limit:
            yield Finding("/text", found, f"The {noun} has {found:,} characters; the limit is {limit:,}.")

    return check


def count_max(limit: int, noun: str) -> Check:
    """At most `limit` media items; the fix leaves out those after."""

    def check(draft: Draft) -> Iterator[Finding]:
        found = len(draft.media)
        if found > limit:
            drop = tuple({"op": "remove", "path": f"/media/{index}"} for index in range(found - 1, limit - 1, -1))
            yield Finding("/media", found, f"{found} media items came; {noun} takes at most {limit}.", drop)

    return check


def alt_text_max(limit: int) -> Check:
    """Alternative texts of images have at most `limit` characters."""

    def check(draft: Draft) -> Iterator[Finding]:
        for index, item in enumerate(draft.media):
            found = len(item.alt_text or "")
            if found > limit:
                words = (
                    f"The alternative text of media item {index + 1} has {found:,} characters; the limit is {limit:,}."
                )
                yield Finding(f"/media/{index}/altText", found, words)

    return check


def alt_text_only_images(platform: str) -> Check:
    """A video takes no alternative text; the fix removes it."""

    def check(draft: Draft) -> Iterator[Finding]:
        for index, item in enumerate(draft.media):
            if item.kind == "video" and item.alt_text is not None:
                at = f"/media/{index}/altText"
                words = f"Media item {index + 1} is a video, and {platform} takes alternative texts for images only."
                yield Finding(at, item.alt_text, words, ({"op": "remove", "path": at},))

    return check


def measured(
    kind: Kind, read: Callable[[Facts], Fact | None], legal: Callable[[Fact], bool], words: Callable[[Fact], str]
) -> Check:
    """Every item of a kind has a legal value of one fact; unknown facts pass. `words` follow `Media item 1`."""

    def check(draft: Draft) -> Iterator[Finding]:
        for index, _, facts in usable(draft, kind):
            value = read(facts)
            if value is not None and not legal(value):
                yield Finding(f"/media/{index}", value, f"Media item {index + 1} {words(value)}.")

    return check


def code_points_max(limit: int, noun: str, reader: str) -> Check:
    """A text within `limit` graphemes has no more code points either; composing (NFC) is the fix where it is enough."""

    def check(draft: Draft) -> Iterator[Finding]:
        text = _said(draft)
        if not count(text) <= limit < len(text):
            return
        composed = unicodedata.normalize("NFC", text)
        fix = ({"op": "replace", "path": "/text", "value": composed},) if len(composed) <= limit else ()
        words = f"The {noun} has {len(text):,} code points though only {count(text):,} visible characters"
        yield Finding("/text", len(text), f"{words}; {reader}.", fix)

    return check


def mime_allowed(allowed: Mapping[str, tuple[str, ...]]) -> Check:
    """The bytes are in one of the formats of their kind."""

    def check(draft: Draft) -> Iterator[Finding]:
        for index, item, facts in usable(draft):
            if facts.mime not in allowed[item.kind]:
                words = (
                    f"Media item {index + 1} is {facts.mime}; {item.kind}s must be {' or '.join(allowed[item.kind])}."
                )
                yield Finding(f"/media/{index}", facts.mime, words)

    return check


def size_max(kind: str, limit: int) -> Check:
    """Files of a kind have at most `limit` bytes."""

    def check(draft: Draft) -> Iterator[Finding]:
        for index, item in enumerate(draft.media):
            if item.facts and item.facts.kind == kind and item.facts.bytes > limit:
                words = f"Media item {index + 1} has {item.facts.bytes:,} bytes; the limit is {limit:,}."
                yield Finding(f"/media/{index}", item.facts.bytes, words)

    return check


def size_max_set(kind: Kind, limit_of: Callable[[RuleLimits], int]) -> Check:
    """`size_max` with a limit that is a setting."""

    def check(draft: Draft) -> Iterator[Finding]:
        limit = limit_of(draft.limits)
        for finding in size_max(kind, limit)(draft):
            yield replace(finding, limit=limit)

    return check


def reachable(draft: Draft) -> Iterator[Finding]:
    """Every URL gave its file to an anonymous crawler."""
    for index, item in enumerate(draft.media):
        if item.fetch_error is not None:
            words = f"Media item {index + 1} could not be fetched: {item.url} {item.fetch_error}."
            yield Finding(f"/media/{index}/url", {**item.fetch_seen, "reason": item.fetch_error}, words)


def not_empty(draft: Draft) -> Iterator[Finding]:
    """No file of 0 bytes."""
    for index, item in enumerate(draft.media):
        if item.facts and item.facts.bytes == 0:
            yield Finding(f"/media/{index}", 0, f"Media item {index + 1} has 0 bytes.")


def not_broken(draft: Draft) -> Iterator[Finding]:
    """Every file that claims to be an image or a video decodes."""
    for index, item in enumerate(draft.media):
        if item.facts and item.facts.bytes and item.facts.kind and item.facts.broken:
            words = f"Media item {index + 1} ({item.facts.mime}) cannot be used: {item.facts.broken}."
            yield Finding(f"/media/{index}", item.facts.broken, words)


def kind_fits(draft: Draft) -> Iterator[Finding]:
    """The declared kind is what the bytes are; when they are the other kind, the fix declares that."""
    for index, item in enumerate(draft.media):
        facts = item.facts
        if facts is None or facts.bytes == 0 or facts.kind == item.kind:
            continue
        at = f"/media/{index}/kind"
        fix = ({"op": "replace", "path": at, "value": facts.kind},) if facts.kind else ()
        words = f"Media item {index + 1} was declared to be {_an(item.kind)}, but its bytes are {facts.mime}."
        yield Finding(at, facts.mime, words, fix)


def _an(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def no_first_comment(draft: Draft) -> Iterator[Finding]:
    """`firstComment` is refused rather than dropped; the fix removes it."""
    if draft.first_comment is not None:
        words = "Publicist does not post first comments yet, and does not drop what it was given."
        yield Finding("/firstComment", draft.first_comment, words, ({"op": "remove", "path": "/firstComment"},))
