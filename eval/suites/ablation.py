"""What each part of the ranking is worth: the same questions with one part left out, or one leg alone.

The weights are not fitted anew for each: a row says what the ranking as it is loses without the part.
"""

from __future__ import annotations

from dataclasses import replace

from rag.retrieve import Ways

WAYS: dict[str, Ways] = {
    "everything": Ways(),
    "meaning alone": Ways(words=False, outlets=False, dates=False, sides=False, spread=False),
    "words alone": Ways(dense=False, outlets=False, dates=False, sides=False, spread=False),
    "both, nothing else": Ways(outlets=False, dates=False, sides=False, spread=False),
    "without meaning": replace(Ways(), dense=False),
    "without words": replace(Ways(), words=False),
    "without title, outlet and date in front": replace(Ways(), heads=False),
    "without outlets": replace(Ways(), outlets=False),
    "without dates": replace(Ways(), dates=False),
    "without sides": replace(Ways(), sides=False),
    "without spreading": replace(Ways(), spread=False),
}


def table(rows: dict[str, dict[str, float]]) -> str:
    """A Markdown table, a row for each way; figures to three digits."""
    columns = list(next(iter(rows.values())))
    lines = [f"| ranking | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    lines += [f"| {name} | {' | '.join(f'{row[column]:.3f}' for column in columns)} |" for name, row in rows.items()]
    return "\n".join(lines)
