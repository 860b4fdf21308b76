"""The scheduling class of the test process."""

import os


def ordinary_priority() -> None:
    """Leave real-time priority: what tests start inherits it, and a spinning browser starves the machine."""
    for thread in os.listdir("/proc/self/task") if os.path.isdir("/proc/self/task") else []:
        if os.sched_getscheduler(int(thread)) in (os.SCHED_FIFO, os.SCHED_RR):
            os.sched_setscheduler(int(thread), os.SCHED_OTHER, os.sched_param(0))
