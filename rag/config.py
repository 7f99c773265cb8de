"""Every knob, once: defaults < `slugline.toml` < `SLUGLINE_*` < command-line flags."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from rag.errors import SluglineError

CONFIG_FILE = "slugline.toml"


class Settings(BaseSettings):
    """Made once by the command line, `ui.py` or a test, then passed down."""

    model_config = SettingsConfigDict(env_prefix="SLUGLINE_", toml_file=CONFIG_FILE, extra="forbid", frozen=True)

    data_dir: Path = Field(
        default_factory=lambda: user_data_path("slugline", appauthor=False), description="Where the library lives."
    )
    embed_model: str = Field(
        "packaged", description="'packaged' (all-MiniLM-L6-v2 from site-packages), or a sentence-transformers name or folder."
    )
    top: int = Field(8, ge=1, le=100, description="Passages read for an answer.")
    passage_tokens: int = Field(
        # 256 word pieces is what the packaged model reads, and the head (title, outlet, date) takes up to 60 of them.
        200,
        ge=32,
        le=512,
        description="Longest passage, in tiktoken cl100k_base tokens, its head not counted.",
    )
    passage_overlap: int = Field(
        # With overlap, plain BM25 on MultiHop-RAG falls from 0.907 to 0.817: copies crowd the top ten out.
        0,
        ge=0,
        le=128,
        description="Tokens that neighbouring passages share.",
    )
    answer_threshold: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Confidence under which Slugline says that the coverage does not tell; by default the one fitted with the composer.",
    )
    max_sentences: int = Field(4, ge=1, le=10, description="Longest extractive answer, in sentences.")
    fetch_delay: float = Field(1.0, ge=0, le=600, description="Seconds between two requests to one host.")
    fetch_allow: tuple[str, ...] = Field(
        (),
        description="Networks, as '10.0.0.0/8', that may be fetched from though they are not public: an intranet's, or a test's.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then the environment, then the file: without this override no TOML is read."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**flags: Any) -> Settings:
    """The settings in force; a flag left at None does not count.

    Raises:
        SluglineError: a value is not what the knob takes, or the file or a flag names an unknown knob.
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        knob = ".".join(str(part) for part in first["loc"])
        raise SluglineError(
            f"Setting {knob}: {first['msg'].lower()} (given: {first.get('input')!r}). "
            f"Mend it in {CONFIG_FILE}, in SLUGLINE_{knob.upper()} or on the command line."
        ) from error
    except (OSError, ValueError) as error:
        raise SluglineError(f"{CONFIG_FILE} cannot be read: {error}. Mend or remove it.") from error
