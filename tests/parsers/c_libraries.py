"""C libraries, and their functions with types."""

import ctypes
from collections.abc import Callable
from functools import cache, cached_property
from typing import Any


class Library:
    """A shared library. It is loaded when one of its functions is called first: tests are collected without it."""

    def __init__(self, file: str, *, start: str = "") -> None:
        """`file`: its name, as the loader finds it. `start`: the function that must be called before all others."""
        self._file, self._start = file, start

    def function(self, name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
        """Return a function. `result` and `arguments`: their types in C."""

        @cache
        def find() -> Any:
            found: Any = getattr(self._loaded, name)
            found.restype, found.argtypes = result, arguments
            return found

        return lambda *given: find()(*given)

    @cached_property
    def _loaded(self) -> ctypes.CDLL:
        try:
            library = ctypes.CDLL(self._file)
        except OSError as error:
            raise RuntimeError(f"There is no {self._file}: make install-parsers") from error
        if self._start:
            getattr(library, self._start)()
        return library
