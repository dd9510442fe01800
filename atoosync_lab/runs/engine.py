"""papermill's engine for our pages: the kernel gets its own environment, and what is saved is cleaned first.

With kernels that are started beforehand (`runs/warm.py`) a page begins at once; a kernel serves one run only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine


class Kernels(Protocol):
    """Where ready kernels come from."""

    def take(self, env: Mapping[str, str]) -> Any:
        """A ready `KernelManager` for one run, with these variables set in its process."""
        ...

    def give_back(self, kernel: Any) -> None:
        """The run has ended: the kernel ends too."""
        ...


class PageEngine(NBClientEngine):  # type: ignore[misc]
    """Executes a page in a kernel of its own; one kernel a run, never used again."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        clean: Callable[[Any], None],
        env: dict[str, str],
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        kernels: Kernels | None = None,
        own_env: Mapping[str, str] | None = None,
        **ignored: Any,
    ) -> None:
        """Execute every cell; `clean` sees the notebook before each of papermill's saves.

        Args:
            nb_man: papermill's manager of the notebook.
            kernel_name: kind of kernel, when one is started here.
            clean: masks secrets in the notebook, in place.
            env: environment of a kernel that is started here.
            start_timeout: seconds it may take to start.
            execution_timeout: seconds a cell may take; None: no limit.
            kernels: ready kernels; None: one is started here.
            own_env: variables of this run, to set in a kernel that was ready before it.
            ignored: what papermill passes to every engine.
        """
        save = nb_man.save

        def clean_save(**options: Any) -> None:
            clean(nb_man.nb)
            save(**options)

        nb_man.save = clean_save
        kernel = kernels.take(own_env or {}) if kernels is not None else None
        chosen: dict[str, Any] = {"kernel_name": kernel_name} if kernel is None else {"km": kernel}
        client = PapermillNotebookClient(nb_man, timeout=execution_timeout, startup_timeout=start_timeout, **chosen)
        try:
            client.execute(**({"env": env} if kernel is None else {}))
        finally:
            clean(nb_man.nb)
            if kernels is not None and kernel is not None:
                kernels.give_back(kernel)
