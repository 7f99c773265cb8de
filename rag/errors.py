"""What a user can put right. Any other exception is a bug and keeps its traceback."""

from __future__ import annotations

from pathlib import Path


class SluglineError(Exception):
    """The message is all the user sees: what went wrong, where, and what to do."""


class BadInput(SluglineError):
    """One source cannot be read. The rest of a batch goes on."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason

    def __reduce__(self) -> tuple[type[BadInput], tuple[str, str]]:
        return BadInput, (self.source, self.reason)  # what pickle would call has one argument: the message


class ModelDamaged(SluglineError):
    """The weights on disk are not the published ones."""

    def __init__(self, file: Path, found: str, expected: str, remedy: str) -> None:
        super().__init__(f"{file} has sha256 {found[:12]}..., expected {expected[:12]}...: the model file is damaged; {remedy}.")


class ModelChanged(SluglineError):
    """The library was embedded with another model than the settings ask for."""

    def __init__(self, data_dir: Path, made_with: str, asked_for: str) -> None:
        super().__init__(
            f"{data_dir} was embedded with {made_with}, but the settings ask for {asked_for}. "
            "Set embed_model back, embed it anew with: slugline reindex, or choose another --data-dir."
        )


class LibraryBusy(SluglineError):
    """Another process is writing and did not finish in time."""

    def __init__(self, data_dir: Path, holder: str) -> None:
        super().__init__(f"{data_dir} is being written by {holder}. Wait for it to end, then try again.")


class LibraryUnusable(SluglineError):
    """The library's folder cannot be opened or written."""

    def __init__(self, data_dir: Path, reason: str) -> None:
        super().__init__(f"The library in {data_dir} cannot be used: {reason}. Choose another folder with --data-dir.")


class DiskFull(SluglineError):
    """There is no room to write to the library."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(
            f"The disk that holds {data_dir} is full: make room there, then run the command again. Nothing already stored is lost."
        )


class LibraryDamaged(SluglineError):
    """A file of the library is not what was written. `part` is 'ledger', 'vectors' or 'words'."""

    def __init__(self, place: Path, part: str, reason: str) -> None:
        what, remedy = {
            "ledger": (
                "The ledger",
                "It holds the texts, so nothing here can rebuild it: bring a backup into another --data-dir with slugline "
                "library import FILE, or move the folder away and ingest again",
            ),
            "vectors": ("The vector index", "No text is lost: rebuild it from the ledger with slugline library repair"),
            "words": ("The word index", "No text is lost: rebuild it from the ledger with slugline library repair"),
        }[part]
        super().__init__(f"{what} in {place} is damaged ({reason.strip().rstrip('.')}). {remedy}.")
        self.part = part


class LibraryOfAnotherTime(SluglineError):
    """The library was made by a version of Slugline that kept it in another way."""

    def __init__(self, data_dir: Path, found: int, expected: int) -> None:
        older = found < expected
        super().__init__(
            f"The library in {data_dir} has format {found}, this Slugline reads format {expected}. "
            + ("Ingest the articles again into another --data-dir." if older else "Update Slugline.")
        )


class BadArchive(SluglineError):
    """A backup cannot be read whole, so none of it was taken."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"{file} was not imported: {reason}. The library is as it was.")
