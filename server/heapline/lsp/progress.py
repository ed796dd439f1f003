"""Work-done progress at the client, with a button that cancels."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lsprotocol import types as t

from heapline.markdown import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from heapline.lsp.jobs import Progress
    from heapline.lsp.server import Server


@contextmanager
def shown(ls: Server, title: str, cancel: Callable[[], object], *, measured: bool = True) -> Iterator[Progress]:
    """Progress for as long as the block runs; gives what the block reports to. `cancel` is called if the user asks.

    What is not `measured` shows no percentage, and has nothing to report. A client without progress, or one that never
    answers the request for a token, sees nothing and delays nothing.
    """
    if not ls.client.progress:
        yield _nowhere
        return
    bar = _Bar(ls, title, cancel, 0 if measured else None)
    try:
        yield bar.report
    finally:
        bar.end()


def _nowhere(_what: str, _share: float) -> None:
    """Takes reports that nobody can see."""


class _Bar:
    def __init__(self, ls: Server, title: str, cancel: Callable[[], object], percentage: int | None) -> None:
        self._progress = ls.work_done_progress
        self._token = str(uuid.uuid4())
        self._title = title
        self._cancel = cancel
        self._what = ""
        self._percentage = percentage
        self._begun = False
        self._ended = False
        self._progress.create(self._token, self._begin)

    def report(self, what: str, share: float) -> None:
        if self._percentage is None or not self._begun:
            return
        percentage = max(int(100 * share), self._percentage)  # a second stage counts from 0, but a bar never falls
        if (what, percentage) != (self._what, self._percentage):
            self._progress.report(self._token, t.WorkDoneProgressReport(message=what, percentage=percentage))
            self._what, self._percentage = what, percentage

    def end(self) -> None:
        self._ended = True
        if self._begun:
            self._progress.end(self._token, t.WorkDoneProgressEnd())
            self._progress.tokens.pop(self._token, None)  # pygls keeps them for ever

    def _begin(self, *_: object) -> None:
        if self._ended:
            self._progress.tokens.pop(self._token, None)
            return
        self._progress.tokens[self._token].add_done_callback(lambda asked: asked.cancelled() and self._cancel())
        title = printable(self._title)
        begin = t.WorkDoneProgressBegin(title=title, cancellable=True, percentage=self._percentage)
        self._progress.begin(self._token, begin)
        self._begun = True
