"""Rules and errors as Markdown: one source for the files under docs/ and for the served pages."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from publicist.domain.adapt import AdaptMode
from publicist.domain.drafts import Draft, DraftAccount, DraftMedia
from publicist.domain.media import Facts
from publicist.kit.errors import ERRORS, PublicistError
from publicist.preflight.examples import image, video
from publicist.preflight.rule import Limit, Rule, RuleNote

Entry = Rule | RuleNote
_TOLD = frozenset({"mime", "width", "height", "duration", "bytes", "broken", "kind", "sha256"})


def slug(rule_id: str) -> str:
    """The last part of a rule's page address."""
    return rule_id.replace(".", "-").lower()


def unique(entries: Sequence[Entry]) -> list[Entry]:
    """One entry per id, in order of id; rules that several platforms share appear once."""
    return [found for _, found in sorted({entry.id: entry for entry in entries}.items())]


def rule_page(entry: Entry) -> str:
    """The page of one rule."""
    kind = _kind(entry)
    parts = [f"# {entry.title}", f"`{entry.id}` · {kind}", entry.why]
    if isinstance(entry, Rule) and entry.limit is not None:
        parts.append(f"**Limit:** {_limit(entry.limit)}{_default_of(entry)}")
    parts += ["## How to fix it", entry.remediation]
    if isinstance(entry, Rule):
        parts += [
            "## Refused" if entry.severity == "error" else "## Warned about",
            _message(entry),
            _example(entry.failing),
            *_fix(entry),
        ]
        parts += ["## Accepted", _example(entry.passing)]
    parts += ["## Source", f"{entry.source}. Verified {entry.verified.isoformat()}."]
    return "\n\n".join(parts) + "\n"


def _kind(entry: Entry) -> str:
    where = entry.platform or "every platform"
    if isinstance(entry, RuleNote):
        return f"{where} · raised while connecting or publishing"
    effect = "refused at preflight" if entry.severity == "error" else "a warning; the post still goes out"
    return f"{where} · {effect}{'' if entry.refuser == 'network' else ' · a rule of Publicist, not of Meta'}"


def _default_of(rule: Rule) -> str:
    return f", the default of the setting `PUBLICIST_{rule.setting.upper()}`" if rule.setting else ""


def _fix(rule: Rule) -> list[str]:
    """The patch that comes with the violation of the failing example, if there is one."""
    fix = next(iter(rule.check(rule.failing))).fix
    if not fix:
        return []
    steps = json.dumps([_short_step(step) for step in fix[:3]], indent=2, ensure_ascii=False)
    more = f"\n\n... and {len(fix) - 3} more steps." if len(fix) > 3 else ""
    return ["The violation carries a `fix`, a JSON Patch (RFC 6902) of the request:", f"```json\n{steps}\n```{more}"]


def _short_step(step: dict[str, Any]) -> dict[str, Any]:
    return {**step, "value": _short(step["value"])} if isinstance(step.get("value"), str) else step


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:40]}... ({len(text):,} code points)"


def _limit(limit: Limit) -> str:
    if isinstance(limit.value, tuple):
        return f"{limit.value[0]:g} to {limit.value[1]:g} ({limit.unit})"
    value = f"{limit.value:,.12g}" if isinstance(limit.value, int | float) else limit.value
    return f"{value} ({limit.unit})"


def _message(rule: Rule) -> str:
    return "> " + next(iter(rule.check(rule.failing))).message


def _example(draft: Draft) -> str:
    return f"```json\n{json.dumps(example_body(draft), indent=2, ensure_ascii=False)}\n```"


def example_body(draft: Draft) -> dict[str, Any]:
    """A draft as the request it came from, long texts shortened, with what the bytes are told in words."""
    body: dict[str, Any] = {"account": {"platform": draft.platform}}
    if draft.text is not None:
        body["text"] = _short(draft.text)
    items = [_media(item) for item in draft.media]
    if len(items) > 3:
        items = [items[0], {"...": f"{len(items)} items in all"}]
    if items:
        body["media"] = items
    if draft.first_comment is not None:
        body["firstComment"] = {"text": draft.first_comment}
    if draft.options:
        body["options"] = {"platform": draft.platform, **draft.options}
    if draft.scheduled_at is not None:
        body["scheduledAt"] = draft.scheduled_at.isoformat()
    if draft.account is not None:
        body["(the account)"] = _account(draft.account)
    return body


def _account(account: DraftAccount) -> dict[str, Any]:
    """What is known of the account, under names that read as words."""
    known = {field.name: getattr(account, field.name) for field in fields(account)}
    return {name.replace("_", " "): _plain(value) for name, value in known.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset | tuple) else value


def _media(item: DraftMedia) -> dict[str, Any]:
    source = {"url": item.url} if item.url else {"mediaId": item.media_id}
    alt = {}
    if item.alt_text is not None:
        long = len(item.alt_text) > 60
        alt = {"altText": f"{item.alt_text[:40]}... ({len(item.alt_text):,} characters)" if long else item.alt_text}
    adapt = {} if item.adapt.mode is AdaptMode.NONE else {"adapt": str(item.adapt.mode)}
    return {"kind": item.kind, **source, **alt, **adapt, "(the bytes)": _facts(item)}


def _facts(item: DraftMedia) -> str:
    facts = item.original or item.facts
    if facts is None:
        return item.fetch_error or ""
    size = f"{facts.width} x {facts.height}" if facts.kind else ""
    lasting = f"{facts.duration:g} s" if facts.duration else ""
    told = (facts.mime, size, lasting, f"{facts.bytes:,} bytes", facts.broken, *_unusual(facts))
    return ", ".join(part for part in told if part)


def _unusual(facts: Facts) -> Iterator[str]:
    """Facts that differ from those of the legal examples, for what the first words do not tell."""
    legal = (image() if facts.kind == "image" else video()).facts
    for name, value in facts.to_json().items():
        if name not in _TOLD and value != getattr(legal, name):
            yield f"{name.replace('_', ' ')}: {str(value).lower() if isinstance(value, bool) else value}"


def rules_index(entries: Sequence[Entry]) -> str:
    """All rules in a table."""
    rows = [f"| [`{e.id}`]({slug(e.id)}.md) | {e.title} | {_severity(e)} |" for e in unique(entries)]
    head = [
        "# Rules",
        "What a platform would refuse, caught before it sees it. A refusal lists every rule that a request breaks.\n"
        "The same as JSON: `GET /v1/rules`, `GET /v1/rules/{id}`, and `publicist/rules.json` in the package.",
        "\n".join(["| Rule | What it says | Effect |", "|---|---|---|", *rows]),
    ]
    return "\n\n".join(head) + "\n"


def _severity(entry: Entry) -> str:
    if isinstance(entry, RuleNote):
        return "raised later"
    return "refused" if entry.severity == "error" else "warning"


def error_page(error: type[PublicistError]) -> str:
    """The page of one error code, from the docstring of its class."""
    words = " ".join((error.__doc__ or "").split())
    parts = [f"# {error.code}", f"HTTP {error.status}", words, "## The shape of every error", _ENVELOPE]
    return "\n\n".join(parts) + "\n"


_ENVELOPE = """\
```json
{
  "error": {
    "code": "preflight_failed",
    "message": "Media item 1 is 3000 x 1000, a ratio of 3.00:1; Instagram takes 4:5 (0.80) to 1.91:1.",
    "rule": "instagram.media.aspect_ratio",
    "platform": "instagram",
    "platformVersion": "v25.0",
    "remediation": "Crop or pad the image to between 4:5 (portrait) and 1.91:1 (landscape).",
    "docUrl": "https://publicist.example.com/docs/errors/preflight_failed",
    "ruleUrl": "https://publicist.example.com/docs/preflight/instagram-media-aspect_ratio",
    "requestId": "0b7c6a3e-7f0e-4a61-9b0e-0f5b7f3f2a11",
    "violations": []
  }
}
```

Branch on `code`, then on `rule`. `Accept: application/problem+json` answers the same members as RFC 9457."""


def errors_index() -> str:
    """All codes in a table."""
    rows = [f"| [`{e.code}`]({e.code}.md) | {e.status} | {' '.join((e.__doc__ or '').split())} |" for e in ERRORS]
    return "\n\n".join(["# Errors", "\n".join(["| Code | HTTP | Meaning |", "|---|---|---|", *rows])]) + "\n"
