"""papermill's engine for our pages: the kernel gets its own environment, and what is saved is cleaned first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine


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
        **ignored: Any,
    ) -> None:
        """Execute every cell; `clean` sees the notebook before each of papermill's saves."""
        save = nb_man.save

        def clean_save(**options: Any) -> None:
            clean(nb_man.nb)
            save(**options)

        nb_man.save = clean_save
        client = PapermillNotebookClient(
            nb_man, timeout=execution_timeout, startup_timeout=start_timeout, kernel_name=kernel_name
        )
        try:
            client.execute(env=env)
        finally:
            clean(nb_man.nb)
