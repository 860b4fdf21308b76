"""Waking those who wait for a post's result in this process; other processes find it by looking."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from publicist.storage.units import after_commit


class PostSignals:
    """Hands each waiter of a post an event that is set whenever one of its targets changed."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.anything = asyncio.Event()
        """Set whenever a target of any post changed; for the one loop that sends webhooks."""

    def changed(self, post_id: str) -> None:
        """Wake everyone who waits for this post, once the change is committed."""

        def wake() -> None:
            self.anything.set()
            for event in self._waiting.get(post_id, ()):
                event.set()

        after_commit(wake)

    @contextmanager
    def watching(self, post_id: str) -> Iterator[asyncio.Event]:
        """An event for one waiter; clear it before looking, wait for it after."""
        event = asyncio.Event()
        self._waiting[post_id].add(event)
        try:
            yield event
        finally:
            self._waiting[post_id].discard(event)
            if not self._waiting[post_id]:
                del self._waiting[post_id]
