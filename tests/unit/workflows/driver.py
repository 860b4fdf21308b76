"""Runs a platform's pure `decide` against a model of the upstream, in virtual time and without a database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from publicist.domain.media import Facts
from publicist.domain.platform import (
    Call,
    Decision,
    Do,
    ErrorClass,
    Failed,
    Job,
    JobMedia,
    Outcome,
    StepKind,
    Timing,
    Unconfirmed,
    UpstreamError,
    Wait,
)
from publicist.domain.targets import StepRecord

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SETTLE = timedelta(seconds=10)
TIMING = Timing(settle=SETTLE, reconcile_for=timedelta(hours=1))
LATENCY = timedelta(milliseconds=50)


def image(index: int = 0, alt_text: str | None = None) -> JobMedia:
    """A legal image."""
    facts = Facts(mime="image/jpeg", bytes=1000, sha256=f"{index:064d}", kind="image", width=1080, height=1080)
    return JobMedia("image", f"med_{index}", f"https://host/media/{index}.jpg", facts, alt_text)


def video(index: int = 0, size: int = 3000) -> JobMedia:
    """A legal video."""
    facts = Facts(
        mime="video/mp4", bytes=size, sha256=f"{index:064d}", kind="video", width=720, height=1280, duration=6
    )
    return JobMedia("video", f"med_{index}", f"https://host/media/{index}.mp4", facts)


def job(*media: JobMedia, text: str | None = "hello", options: Mapping[str, Any] | None = None) -> Job:
    """A first attempt with an empty memory."""
    return Job(
        platform_account_id="acc",
        text=text,
        media=media,
        options=options or {},
        memory={},
        attempt=1,
        started_at=START,
        now=START,
        timing=TIMING,
    )


def error(
    error_class: ErrorClass, *, not_done: bool = True, subcode: int | None = None, message: str = "no"
) -> Outcome:
    """A refusal."""
    return Outcome(error=UpstreamError(error_class, message, "", not_done, subcode=subcode))


LOST = error(ErrorClass.AMBIGUOUS, not_done=False, message="the answer was lost")


class Model(Protocol):
    """An upstream: answers a call at an instant; None means that the process died before the answer was stored."""

    def answer(self, call: Call, now: datetime) -> Outcome | None:
        """The outcome."""
        ...


@dataclass
class Run:
    """What a run did."""

    ending: Decision
    calls: list[Call] = field(default_factory=list)
    now: datetime = START
    memory: dict[str, StepRecord] = field(default_factory=dict)

    def again(self, job: Job, *, after: timedelta) -> Job:
        """The next attempt, which somebody asked for a while later."""
        now = self.now + after
        return replace(job, attempt=job.attempt + 1, started_at=now, now=now, memory=self.memory)

    def sent(self, kind: StepKind) -> list[Call]:
        """The calls of one kind."""
        return [call for call in self.calls if call.kind is kind]


def run(
    decide: Callable[[Job], Decision], start: Job, model: Model, *, limit: int = 600, latency: timedelta = LATENCY
) -> Run:
    """Until the target ends; goes on through `Unconfirmed` while another check is due. Fails when it does not end."""
    memory = dict(start.memory)
    calls: list[Call] = []
    now = start.now
    for _ in range(limit):
        decision = decide(replace(start, memory=dict(memory), now=now))
        if isinstance(decision, Do):
            assert decision.calls
            for call in decision.calls:
                calls.append(call)
                memory[call.key] = _record(memory.get(call.key), call, now, latency, model.answer(call, now))
            now += latency
        elif isinstance(decision, Wait):
            assert decision.until > now, f"a wait that is over: {decision}"
            now = decision.until
        elif isinstance(decision, Unconfirmed) and decision.check_again_at is not None:
            assert decision.check_again_at > now
            now = decision.check_again_at
        else:
            return Run(decision, calls, now, memory)
    raise AssertionError(f"no end after {limit} decisions; last calls: {[call.key for call in calls[-5:]]}")


def _record(
    before: StepRecord | None, call: Call, now: datetime, latency: timedelta, outcome: Outcome | None
) -> StepRecord:
    return StepRecord(
        id=call.key,
        target_id="target",
        attempt_id="attempt",
        key=call.key,
        kind=call.kind,
        request={"method": call.request.method, "path": call.request.path, "params": dict(call.request.params)},
        tries=before.tries + 1 if before else 1,
        first_sent_at=before.first_sent_at if before else now,
        sent_at=now,
        finished_at=now + latency if outcome else None,
        outcome=outcome.state if outcome else None,
        result=dict(outcome.data) if outcome else {},
        error=outcome.error.to_json() if outcome and outcome.error else None,
    )


def failed(ending: Decision) -> Failed:
    """The ending as a failure."""
    assert isinstance(ending, Failed), ending
    return ending
