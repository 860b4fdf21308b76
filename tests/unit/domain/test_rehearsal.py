"""Rehearsals: every surface of every platform comes to its publish call, and nothing goes round in circles."""

from datetime import UTC, datetime, timedelta

import pytest

from publicist.domain.platform import Call, Decision, Do, Job, Request, StepKind, Wait
from publicist.domain.rehearsal import rehearse
from publicist.platforms import registry
from tests.unit.workflows.driver import image, job, video

SURFACES = {
    "facebook link": job(options={"link": "https://example.com"}),
    "facebook photo": job(image(0, "a cup")),
    "facebook photos": job(image(0), image(1), image(2)),
    "facebook text": job(),
    "facebook video": job(video()),
    "instagram carousel": job(image(0), video(1), image(2)),
    "instagram image": job(image(0, "a cup")),
    "instagram reel": job(video(), text=None),
}


@pytest.mark.parametrize("surface", sorted(SURFACES))
def test_every_surface_is_published_by_exactly_one_call_and_each_step_comes_once(surface: str) -> None:
    platform = registry()[surface.split()[0]]
    calls = rehearse(platform.decide, platform.answer, SURFACES[surface])
    assert sum(call.kind is StepKind.ONCE for call in calls) == 1
    keys = [call.key for call in calls]
    assert len(keys) == len(set(keys))


def test_ids_that_only_the_network_gives_are_named_by_the_step_that_yields_them() -> None:
    platform = registry()["instagram"]
    calls = rehearse(platform.decide, platform.answer, job(image(0), image(1)))
    parent = next(call for call in calls if call.key == "container:parent:1")
    assert parent.request.params["children"] == "{id of container:child:0:1},{id of container:child:1:1}"
    publish = next(call for call in calls if call.kind is StepKind.ONCE)
    assert publish.request.params == {"creation_id": "{id of container:parent:1}"}


def test_a_platform_that_never_publishes_is_a_fault_and_not_an_endless_loop() -> None:
    request = Request("GET", "graph", "me")

    def round_and_round(one: Job) -> Decision:
        if "read" in one.memory:
            return Wait(one.now + timedelta(seconds=1), "nothing")
        return Do((Call("read", StepKind.READ, request),))

    with pytest.raises(RuntimeError, match="last call was read"):
        rehearse(round_and_round, lambda call, one: {}, job())


def test_a_request_is_shown_without_the_signatures_of_media_urls() -> None:
    at = int(datetime(2030, 1, 1, tzinfo=UTC).timestamp())
    signed = f"https://host/media/med_1.jpg?expires={at}&signature=s3cr3t"
    for name in ("url", "image_url"):
        shown = Request("POST", "graph", "1/photos", {name: signed, "caption": "why?"}).to_json()
        assert shown["params"] == {name: "https://host/media/med_1.jpg", "caption": "why?"}
