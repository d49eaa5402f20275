"""Reading a long file in batches, each kept in a transaction of its own."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy.orm import Session

from kil_pipeline.database import Database

Item = TypeVar("Item")


def keep_in_batches(
    database: Database, items: Iterator[Item], take: Callable[[Session, Item], None], *, size: int, dry_run: bool
) -> Iterator[int]:
    """Have `take` keep each of `items`, `size` in a transaction; none is kept where it is a dry run.

    Yields how many were read so far.
    """
    done = 0
    while batch := list(islice(items, size)):
        with database.write() as session:
            for item in batch:
                take(session, item)
            if dry_run:
                session.rollback()
        done += len(batch)
        yield done
