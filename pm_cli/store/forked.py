"""Work on very many files spread over all processors by forking; done in turn where there is no fork."""

from __future__ import annotations

import gc
import os
import pickle
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

Batch = TypeVar("Batch")
Result = TypeVar("Result")


def forked(work: Callable[[Batch], Result], batches: Sequence[Batch]) -> Iterator[Result]:
    """The results of `work` on each batch, in their order; children inherit everything, only results are pickled.

    A child ends as soon as nobody reads what it writes, so that it never outlives a parent that was killed and with
    it the lock they share. What `work` raises, and the death of a child, arrive here as exceptions.
    """
    count = min(os.cpu_count() or 1, len(batches))
    if count < 2 or not hasattr(os, "fork"):
        yield from map(work, batches)
        return
    gc.freeze()
    children: list[tuple[int, BinaryIO]] = []
    try:
        for number in range(count):
            children.append(_child(work, batches[number::count], [source for _pid, source in children]))
        for number in range(len(batches)):
            yield _received(children[number % count][1])
    finally:
        for pid, source in children:
            source.close()
            os.waitpid(pid, 0)
        gc.unfreeze()


def _child(
    work: Callable[[Batch], Result], batches: Sequence[Batch], others: Sequence[BinaryIO]
) -> tuple[int, BinaryIO]:
    """Start a child; `others` are the ends of its elder siblings, which it must not keep open."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid:
        os.close(write_end)
        return pid, os.fdopen(read_end, "rb")
    try:
        gc.disable()
        os.close(read_end)
        for other in others:
            os.close(other.fileno())
        with os.fdopen(write_end, "wb") as out:
            for batch in batches:
                pickle.dump(_attempt(work, batch), out, pickle.HIGHEST_PROTOCOL)
                out.flush()
    finally:
        os._exit(0)  # at once: nothing that the parent has open is flushed or closed a second time


def _attempt(work: Callable[[Batch], Result], batch: Batch) -> tuple[bool, Result | Exception]:
    try:
        return True, work(batch)
    except Exception as error:  # raised again in the parent
        return False, error


def _received(source: BinaryIO) -> Result:  # type: ignore[type-var]
    try:
        done, result = pickle.load(source)
    except EOFError:
        raise ChildProcessError("a helper process died") from None
    if not done:
        raise result
    return result  # type: ignore[no-any-return]
