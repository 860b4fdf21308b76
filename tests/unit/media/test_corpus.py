"""Every file of the corpus is told apart, and judged on every surface as the table says."""

from functools import cache
from pathlib import Path

import pytest

from publicist.domain.drafts import Draft, DraftMedia
from publicist.domain.media import Facts
from publicist.media.probe import probe
from publicist.platforms import registry
from publicist.preflight.engine import check
from publicist.preflight.examples import draft, image
from tests.support.corpus import CORPUS, SURFACES, Case
from tests.support.corpus.warned import WARNED

_BY_NAME = [pytest.param(case, id=case.name.replace(" ", "-")) for case in CORPUS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of this run lie."""
    return tmp_path_factory.mktemp("corpus")


@cache
def facts_of(case: Case, folder: Path) -> Facts:
    """What probing the file found; built and probed once."""
    path = folder / "file"
    path.write_bytes(case.make())
    return probe(path)


def _drafts(case: Case, facts: Facts) -> dict[str, Draft]:
    item = DraftMedia(case.declared, facts, media_id="med_0aB1cD2eF3gH4iJ5kL6mN7")
    beside = image(width=1080, height=1080)
    return {
        surface: draft(platform, *([beside, item] if is_beside else [item]))
        for surface, (platform, is_beside) in SURFACES.items()
    }


@pytest.mark.parametrize("case", _BY_NAME)
def test_a_file_breaks_on_each_surface_the_rules_of_the_table_and_no_others(case: Case, folder: Path) -> None:
    facts = facts_of(case, folder)
    assert {name: getattr(facts, name) for name in case.facts} == dict(case.facts)
    found = {
        surface: {one.rule for one in check([item], lambda name: registry()[name].rules) if one.severity == "error"}
        for surface, item in _drafts(case, facts).items()
    }
    assert found == {surface: case.expected(surface) for surface in SURFACES}, facts


def test_files_that_are_taken_with_a_warning_are_those_of_the_table(folder: Path) -> None:
    found: dict[str, list[str]] = {}
    for case in CORPUS:
        drafts = _drafts(case, facts_of(case, folder))
        for alone in ("instagram", "facebook"):
            for one in check([drafts[alone]], lambda name: registry()[name].rules):
                if one.severity == "warning":
                    found.setdefault(one.rule, []).append(case.name)
    assert {rule: tuple(names) for rule, names in found.items()} == dict(WARNED)


def test_the_corpus_is_large_and_its_names_are_its_own() -> None:
    assert len(CORPUS) >= 120
    assert len({case.name for case in CORPUS}) == len(CORPUS)
