"""`publicist`, with stop points in requests with a key: `python -m tests.support.idempotency_victim serve ...`.

The file `arm` in the folder STOP_FOLDER names the moment at which the process kills itself with SIGKILL, once.
"""

import os
import signal
from contextlib import suppress
from pathlib import Path

from publicist.api.uploads import _Parts
from publicist.cli.main import main
from publicist.services.idempotency import Answer, Attempt, Idempotency
from publicist.storage.session import Connection

_FOLDER = Path(os.environ["STOP_FOLDER"])


def reach(moment: str) -> None:
    """One stop point; where it is the armed one, the process ends here."""
    with suppress(FileNotFoundError):
        if (_FOLDER / "arm").read_text() == moment:
            (_FOLDER / "arm").unlink()
            os.kill(os.getpid(), signal.SIGKILL)


_claim, _keep, _once, _data = Attempt.claim, Idempotency._keep, Idempotency.once, _Parts.on_part_data


async def _watched_claim(self: Attempt, connection: Connection) -> None:
    await _claim(self, connection)
    reach("claimed")


async def _watched_keep(self: Idempotency, attempt: Attempt, answer: Answer) -> None:
    await _keep(self, attempt, answer)
    reach("before the commit")


async def _watched_once(self: Idempotency, *arguments: object) -> Answer:
    answer = await _once(self, *arguments)  # type: ignore[arg-type]
    reach("before the answer")
    return answer


def _watched_data(self: _Parts, data: bytes, start: int, end: int) -> None:
    _data(self, data, start, end)
    if self.size > 100_000:
        reach("in the upload")


if __name__ == "__main__":
    Attempt.claim = _watched_claim  # type: ignore[method-assign]
    Idempotency._keep = _watched_keep  # type: ignore[method-assign]
    Idempotency.once = _watched_once  # type: ignore[method-assign, assignment]
    _Parts.on_part_data = _watched_data  # type: ignore[method-assign]
    main()
