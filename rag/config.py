"""Every knob, once: defaults < `slugline.toml` < `SLUGLINE_*` < command-line flags."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from rag.errors import SluglineError

CONFIG_FILE = "slugline.toml"


class LLMSettings(BaseModel):
    """A language model behind an OpenAI-compatible address. Without `base_url` and `model` answers are quoted, not written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field(default="", description="Where it answers, as 'http://localhost:11434/v1'.")
    model: str = Field(default="", description="Its name there.")
    api_key: SecretStr = Field(
        default=SecretStr(""), description="Its key, if it wants one: better in SLUGLINE_LLM__API_KEY than in a file."
    )
    window: int = Field(
        default=8192, ge=1024, le=4_000_000, description="Tokens that it reads and writes in all, in cl100k_base tokens."
    )
    max_tokens: int = Field(default=600, ge=50, le=100_000, description="Tokens that it may write.")
    timeout: float = Field(default=30.0, gt=0, le=3600, description="Seconds without a word from it before the next try.")
    tries: int = Field(default=3, ge=1, le=10, description="Tries before the answer is quoted instead.")

    @property
    def set(self) -> bool:
        """Whether there is a model to ask."""
        return bool(self.base_url and self.model)


_TOLD = frozenset(LLMSettings.model_fields) - {
    "api_key",
    "base_url",
}  # whose values an error may repeat: an address can hold a password


class Settings(BaseSettings):
    """Made once by the command line, `ui.py` or a test, then passed down."""

    model_config = SettingsConfigDict(
        env_prefix="SLUGLINE_", env_nested_delimiter="__", toml_file=CONFIG_FILE, extra="forbid", frozen=True
    )

    data_dir: Path = Field(
        default_factory=lambda: user_data_path("slugline", appauthor=False), description="Where the library lives."
    )
    embed_model: str = Field(
        "packaged", description="'packaged' (all-MiniLM-L6-v2 from site-packages), or a sentence-transformers name or folder."
    )
    reranker: str = Field(
        # The packaged one puts the right article first for 0.926 of the development questions, not 0.907; answers are no righter for it
        # (0.831, not 0.835), and a question takes twice as long.
        "none",
        description="'none', 'packaged', or a cross-encoder's folder or hub name: what reorders the passages of an answer.",
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
    max_sentences: int = Field(5, ge=1, le=10, description="Longest extractive answer, in sentences.")
    llm: LLMSettings = LLMSettings()
    unsupported: Literal["strike", "drop"] = Field(
        "strike", description="What becomes of a sentence that no passage found supports: shown struck through, or left out."
    )
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
        # A key under a name that is not quite right must not come out either.
        given = "" if first["loc"][0] == "llm" and first["loc"][-1] not in _TOLD else f" (given: {first.get('input')!r})"
        raise SluglineError(
            f"Setting {knob}: {first['msg'].lower()}{given}. "
            f"Mend it in {CONFIG_FILE}, in SLUGLINE_{knob.upper().replace('.', '__')} or on the command line."
        ) from (None if first["loc"][0] == "llm" else error)
    except (OSError, ValueError) as error:
        raise SluglineError(f"{CONFIG_FILE} cannot be read: {error}. Mend or remove it.") from error
