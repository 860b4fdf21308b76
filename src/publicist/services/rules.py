"""The catalogue of rules: what preflight refuses or warns about, and what the networks refuse later."""

from collections.abc import Sequence
from dataclasses import fields

from publicist.domain.rule_limits import RuleLimits
from publicist.kit.errors import NotFound
from publicist.kit.settings import Settings
from publicist.platforms import registry
from publicist.preflight.notes import NOTES
from publicist.preflight.render import Entry, unique


def entries() -> list[Entry]:
    """Every rule and note of every platform, and those that belong to none; one per id, in order of id."""
    found: list[Entry] = list(NOTES)
    for platform in registry().values():
        found += [*platform.rules, *platform.notes]
    return unique(found)


def entry(id: str) -> Entry:
    """One of them. Raises NotFound."""
    for found in entries():
        if found.id == id:
            return found
    raise NotFound(
        f"There is no rule {id!r} in the catalogue.",
        remediation="GET /v1/rules lists them. A rule of another form names the part of the request that is malformed.",
    )


def platforms_of(entry: Entry) -> Sequence[str]:
    """The platforms that a rule speaks for: its own, or every one."""
    return [entry.platform] if entry.platform else sorted(registry())


def rule_limits(settings: Settings) -> RuleLimits:
    """The limits of rules that are settings, by their names."""
    return RuleLimits(**{field.name: getattr(settings, field.name) for field in fields(RuleLimits)})
