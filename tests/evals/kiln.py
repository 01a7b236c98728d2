"""A small skill about pottery, for tests of formats of evals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILES = {
    "SKILL.md": "---\nname: kiln\ndescription: How to fire pots. Use for cracks and glazes\n---\n"
    "# Kiln\n\n- [[cracks]] when a pot breaks in the fire\n- [[glazes]] when a surface is dull\n",
    "cracks.md": "---\ndescription: When a pot breaks in the fire\n---\n# Cracks\n\n"
    "Damp clay bursts. Dry it for 48 hours, and hold 90 degrees before going on.\n",
    "glazes.md": "---\ndescription: When a surface stays dull\n---\n# Glazes\n\n"
    "A dull surface was too cold: go to 1240 degrees. See [[cracks]] for the way up.\n",
}


def write(folder: Path, **evals: Any) -> Path:
    """Write the skill, and files in its folder `evals`: name → JSON value, or a text.

    Returns:
        The folder.
    """
    (folder / "evals").mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, value in evals.items():
        is_text = isinstance(value, str)
        path = folder / "evals" / f"{name}{'.yaml' if is_text else '.json'}"
        path.write_text(value if is_text else json.dumps(value, indent=1), encoding="utf-8")
    return folder
