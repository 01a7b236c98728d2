"""The workflow of GitHub Actions that checks a new graph, written beside the graph's files."""

from __future__ import annotations

import json
import os
from pathlib import Path

from skillagent.files.changes import FileChange
from skillagent.files.journal import WORKFLOW_FILE


def workflow(folder: Path, text: str) -> tuple[FileChange | None, str]:
    """The change that adds a workflow to the repository of a graph, and a remark for the user.

    Nothing is written if the graph is in no git repository, or if the repository already has a
    file of that name; then the remark names the commands that a check of the graph runs.

    Args:
        folder: folder of the graph, which need not exist yet.
        text: a workflow in which `{graph}` is the place of the graph's path.
    """
    whole = Path(os.path.realpath(folder))
    top = next((place for place in whole.parents if (place / ".git").exists()), None)
    shown = folder.as_posix() if top is None else whole.relative_to(top).as_posix()
    commands = f"`skillagent check {shown} --strict` and `skillagent eval {shown} --policy graph`"
    if top is None:
        return None, f"no git repository here, so no workflow is written; let CI run {commands}"
    file = top / WORKFLOW_FILE
    if os.path.lexists(file) or Path(os.path.realpath(file)) != file:
        return None, f"{WORKFLOW_FILE}: was not changed; add {commands} to it"
    written = text.replace("{graph}", json.dumps(shown, ensure_ascii=False))
    remark = (
        f"{WORKFLOW_FILE}: set the repository variable SKILLAGENT to what pip installs there; "
        "GitHub runs it with the next push"
    )
    return FileChange(file, WORKFLOW_FILE, None, written.encode()), remark
