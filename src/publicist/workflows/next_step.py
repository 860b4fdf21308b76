"""What a caller is told to do about a failure, in words that hold now: while it is tried again, or has ended.

The remediation that comes with an error says what is wrong for as long as it is; what happens next is known here only.
"""

from datetime import datetime

from publicist.domain.platform import ErrorClass, Failed, Unconfirmed
from publicist.domain.targets import Attempt, Target
from publicist.kit.clock import iso
from publicist.workflows.retry import PAUSES

_OF_THE_POST = frozenset({ErrorClass.CONTENT, ErrorClass.DUPLICATE})
"""The post itself is refused: it would be again, so that it is not sent again but made anew."""


def while_tried(failed: Failed, again_at: datetime) -> str:
    """Another attempt follows by itself."""
    return f"{_advice(failed)}Publicist tries again at {iso(again_at)}."


def when_failed(failed: Failed, target: Target, attempt: Attempt, now: datetime) -> str:
    """No attempt follows, and the post is known not to be live."""
    if failed.error.error_class in _OF_THE_POST:
        return failed.error.remediation
    tried = f"{_tries(attempt, now)} " if failed.error.error_class in PAUSES and not failed.final else ""
    return f"{_advice(failed)}{tried}The post is not live; POST /v1/posts/{target.id}/retry sends it again."


def while_unconfirmed(decision: Unconfirmed, target: Target) -> str:
    """Nobody knows whether the post is live."""
    if decision.check_again_at is not None:
        return f"{_advice(decision)}Publicist looks for the post again at {iso(decision.check_again_at)}."
    return (
        f"{_advice(decision)}Publicist looks for the post no more: look at the account, and say what you found with "
        f"POST /v1/posts/{target.id}/resolve."
    )


def _advice(decision: Failed | Unconfirmed) -> str:
    words = decision.error.remediation
    return f"{words} " if words else ""


def _tries(attempt: Attempt, now: datetime) -> str:
    if attempt.number == 1:
        return f"Publicist tried once, at {iso(now)}."
    return f"Publicist tried {attempt.number} times, until {iso(now)}."
