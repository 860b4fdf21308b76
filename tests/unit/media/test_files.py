"""The makers of test files."""

import os

from tests.support import files


def test_encoding_av1_leaves_the_process_its_ordinary_priority() -> None:
    files.mp4.__wrapped__(seconds=0.2, width=180, height=320, codec="libsvtav1")
    assert {os.sched_getscheduler(int(thread)) for thread in os.listdir("/proc/self/task")} == {os.SCHED_OTHER}
