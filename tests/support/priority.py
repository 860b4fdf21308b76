"""The scheduling class of the test process."""

import os


def ordinary_priority() -> None:
    """Leave real-time priority, in all threads.

    The SVT-AV1 encoder takes it for the thread that calls it, where the user is root, and does not give it back: every
    process started later inherits it, and a browser that waits by spinning then starves the machine.
    """
    for thread in os.listdir("/proc/self/task") if os.path.isdir("/proc/self/task") else []:
        if os.sched_getscheduler(int(thread)) in (os.SCHED_FIFO, os.SCHED_RR):
            os.sched_setscheduler(int(thread), os.SCHED_OTHER, os.sched_param(0))
