"""What can be set from outside: environment variables and a ``.env`` file, checked at start.

``load_settings`` is the one way in. A variable of the process wins over the same one in the file,
an empty value counts as not set, and a name in our namespace that we do not know is refused, so
that a misspelt setting is never silently without effect.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.environment import read_variables, refuse_unknown
from bot.errors import SettingsError

PREFIX: Final = "NUNCHI_"
TOKEN_VARIABLE: Final = "DISCORD_TOKEN"  # noqa: S105 -- the name of a variable, not a secret
SECRETS: Final = frozenset(
    {"discord_token", "store", "store_key", "pseudonym_key", "pseudonym_new_keys"}
)
MINIMUM_KEY_LENGTH: Final = 32
LONGEST_CONTACT: Final = 200
LONGEST_PAGE: Final = 500

_SHOWN_CHARACTERS: Final = 60
_STORE_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*://\S+")


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _known_timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(name)
    return name


def _existing_folder(folder: Path) -> Path:
    if not folder.is_dir():
        raise ValueError(folder)
    return folder


def _store_url(url: SecretStr) -> SecretStr:
    if not _STORE_URL.fullmatch(url.get_secret_value()):
        raise ValueError
    return url


def _key(key: SecretStr) -> SecretStr:
    if len(key.get_secret_value()) < MINIMUM_KEY_LENGTH:
        raise ValueError
    return key


def _keys(keys: SecretStr) -> SecretStr:
    found = keys.get_secret_value().split()
    if not found or min(map(len, found)) < MINIMUM_KEY_LENGTH:
        raise ValueError
    return keys


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _api_base(url: str) -> str:
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in {"http", "https"}:
        raise ValueError(url)
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError(url)
    return url.rstrip("/")


def _one_line(value: str) -> str:
    if len(value) > LONGEST_CONTACT or not value.isprintable():
        raise ValueError(value)
    return value


def _web_page(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or len(url) > LONGEST_PAGE:
        raise ValueError(url)
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _beside_the_data(fields: dict[str, Any]) -> SecretStr:
    return SecretStr(f"sqlite:///{fields.get('data_dir', Path('data')) / 'nunchi.sqlite3'}")


class Settings(BaseSettings):
    """Everything that can be set, checked. The description of a field says what is allowed.

    It reads no environment by itself (``load_settings`` does), so ``Settings(queue_size=512)`` is
    the same on every machine.

    Attributes:
        discord_token: The bot's token; ``None`` is enough for ``demo`` and ``doctor``.
        data_dir: Folder of what the bot keeps on disk: the pseudonym key, and SQLite's file.
        store: Address of the store.
        classifier: ``name`` or ``name?option=value`` of an installed classifier.
        images: ``name?option=value`` of an image classifier; ``None`` looks at no pictures.
        store_key: Key of the embedded store; ``None`` looks for a file in ``data_dir``.
        companion: What answers members who speak to the bot: ``curated``, ``off`` or
            ``name?option=value``.
        pseudonym_key: Key of the pseudonyms; ``None`` keeps one in a file in ``data_dir``.
        pseudonym_new_keys: Keys that came after ``pseudonym_key``, oldest first, with spaces.
        language: Language of a new guild.
        timezone: Timezone of a new guild, an IANA name.
        font_dir: Folder with fonts that come before the ones we ship.
        forecast: How a report looks at the next week.
        log_level: The least severe level that is written.
        log_format: One line of text, or one JSON object, for each entry.
        queue_size: Messages that may wait for the classifier before they are left to catch-up.
        batch_size: Messages that are written together at most.
        batch_wait_ms: Milliseconds that a batch waits for more messages.
        catchup_concurrency: Channels that are read at the same time after downtime.
        catchup_max_age_days: Days; older messages are not read after downtime.
        health_host: Address on which health is served.
        health_port: Port on which health is served; ``None`` serves none.
        welcome: Whether a server that the bot joined is told once how to set it up.
        left_grace_days: Days after which the data of a server that was left is deleted.
        report_grace_days: Days that a missed report may be late; older ones are skipped.
        operator_contact: How members reach whoever runs the bot; ``None`` says nothing of it.
        policy_url: The operator's full privacy policy; ``None`` for none.
        guide_url: A guide for members, linked from `/help`; ``None`` for none.
        discord_api: Base address of another API that speaks Discord's; ``None`` is Discord.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        str_strip_whitespace=True,
        hide_input_in_errors=True,
    )

    discord_token: SecretStr | None = Field(
        default=None,
        validation_alias=TOKEN_VARIABLE,
        description="the token of the bot, without a word before it",
    )
    data_dir: Path = Field(default=Path("data"), description="a folder")
    store: Annotated[SecretStr, AfterValidator(_store_url)] = Field(
        default_factory=_beside_the_data,
        description="an address such as sqlite:///data/nunchi.sqlite3 or mongodb://host/database",
    )
    classifier: str = Field(
        default="embedded",
        pattern=r"^[a-z][a-z0-9_-]*(\?.*)?$",
        description="the name of a classifier, such as embedded, or name?option=value",
    )
    images: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9_-]*(\?.*)?$",
        description="an image classifier with its options, such as vit?model=FOLDER",
    )
    companion: str = Field(
        default="curated",
        pattern=r"^[a-z][a-z0-9_-]*(\?.*)?$",
        description="curated, off, or an engine with options, such as transformers?model=FOLDER",
    )
    pseudonym_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        default=None, description=f"a secret of at least {MINIMUM_KEY_LENGTH} characters"
    )
    pseudonym_new_keys: Annotated[SecretStr, AfterValidator(_keys)] | None = Field(
        default=None,
        description=(
            f"secrets of at least {MINIMUM_KEY_LENGTH} characters each, with spaces between"
        ),
    )
    store_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        default=None, description=f"a secret of at least {MINIMUM_KEY_LENGTH} characters"
    )
    language: Annotated[Literal["ko", "en"], BeforeValidator(_lower)] = Field(
        default="en", description="ko or en"
    )
    timezone: Annotated[str, AfterValidator(_known_timezone)] = Field(
        default="UTC", description="a name from the IANA database, such as Asia/Seoul"
    )
    font_dir: Annotated[Path, AfterValidator(_existing_folder)] | None = Field(
        default=None, description="a folder that exists"
    )
    forecast: Annotated[Literal["seasonal", "lstm"], BeforeValidator(_lower)] = Field(
        default="seasonal", description="seasonal or lstm"
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = (
        Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")
    )
    log_format: Annotated[Literal["text", "json"], BeforeValidator(_lower)] = Field(
        default="text", description="text or json"
    )
    queue_size: int = Field(
        default=4096, ge=64, le=1_000_000, description="a whole number from 64 to 1000000"
    )
    batch_size: int = Field(
        default=256, ge=64, le=4096, description="a whole number from 64 to 4096"
    )
    batch_wait_ms: int = Field(
        default=20, ge=0, le=1000, description="a whole number from 0 to 1000"
    )
    catchup_concurrency: int = Field(
        default=4, ge=1, le=32, description="a whole number from 1 to 32"
    )
    catchup_max_age_days: int = Field(
        default=30, ge=1, le=365, description="a whole number from 1 to 365"
    )
    health_host: str = Field(
        default="127.0.0.1",
        pattern=r"^[A-Za-z0-9.:_-]+$",
        description="an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all",
    )
    health_port: int | None = Field(
        default=None, ge=1, le=65535, description="a whole number from 1 to 65535"
    )
    report_grace_days: int = Field(
        default=7, ge=0, le=28, description="a whole number from 0 to 28"
    )
    operator_contact: Annotated[str, AfterValidator(_one_line)] | None = Field(
        default=None,
        description="how the operator is reached, in one line of at most 200 characters",
    )
    policy_url: Annotated[str, AfterValidator(_web_page)] | None = Field(
        default=None, description="an https:// address of at most 500 characters"
    )
    guide_url: Annotated[str, AfterValidator(_web_page)] | None = Field(
        default=None, description="an https:// address of at most 500 characters"
    )
    welcome: Annotated[Literal["on", "off"], BeforeValidator(_lower)] = Field(
        default="on", description="on or off"
    )
    left_grace_days: int = Field(default=7, ge=0, le=90, description="a whole number from 0 to 90")
    discord_api: Annotated[str, AfterValidator(_api_base)] | None = Field(
        default=None, description="an https:// address, or http:// on this machine only"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values from the call only."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.batch_size > self.queue_size:
            msg = (
                f"{PREFIX}BATCH_SIZE={self.batch_size} is more than "
                f"{PREFIX}QUEUE_SIZE={self.queue_size}; make the queue at least as large"
            )
            raise ValueError(msg)
        if self.pseudonym_new_keys is not None and self.pseudonym_key is None:
            msg = f"{PREFIX}PSEUDONYM_NEW_KEYS is set, and {PREFIX}PSEUDONYM_KEY is not"
            raise ValueError(msg)
        return self

    def require_token(self) -> str:
        """Return the token.

        Raises:
            SettingsError: None was given.
        """
        if self.discord_token is None:
            msg = (
                f"{TOKEN_VARIABLE} is not set: put the bot's token into .env (see "
                "docs/discord-setup.md), or try `nunchi demo`, which needs none"
            )
            raise SettingsError(msg)
        return self.discord_token.get_secret_value()

    @property
    def key_file(self) -> Path:
        """Where the pseudonym key is kept when none is set."""
        return self.data_dir / "pseudonym.key"

    def given_key(self) -> bytes | None:
        """Return 32 bytes that follow from the pseudonym key that is set, or ``None``."""
        if self.pseudonym_key is None:
            return None
        return _digest(self.pseudonym_key.get_secret_value())

    def given_keys(self) -> tuple[bytes, ...]:
        """Return 32 bytes for each pseudonym key that is set, oldest first; none is empty."""
        first = self.given_key()
        if first is None:
            return ()
        later = self.pseudonym_new_keys
        return (first, *map(_digest, later.get_secret_value().split() if later else ()))

    def given_store_key(self) -> bytes | None:
        """Return 32 bytes that follow from the key of the store that is set, or ``None``."""
        return None if self.store_key is None else _digest(self.store_key.get_secret_value())

    def secrets(self) -> tuple[str, ...]:
        """Return every value that must never be seen, for the redaction of logs."""
        values = (self.discord_token, self.store, self.pseudonym_key, self.store_key)
        later = self.pseudonym_new_keys
        return (
            *(value.get_secret_value() for value in values if value is not None),
            *(later.get_secret_value().split() if later else ()),
        )


def load_settings(env_file: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the settings from the environment and, where that is silent, from a file.

    Args:
        env_file: A file of ``NAME=value`` lines; it need not exist. ``None`` reads none.
        environ: The variables of the process, such as ``os.environ``.

    Raises:
        SettingsError: One line that names the variable, its value unless that is a secret, and
            what is allowed.
    """
    variables = read_variables(env_file, environ)
    refuse_unknown(variables, known=variable_names().values(), prefix=PREFIX)
    source = EnvSettingsSource(Settings)
    # The source matches names without regard to case, by their lower case.
    source.env_vars = {name.lower(): value for name, value in variables.items()}
    try:
        return Settings(**source())
    except ValidationError as error:
        raise SettingsError(_in_one_line(error)) from None


def variable_names() -> dict[str, str]:
    """Return the name of the environment variable of each field."""
    return {field: variable_of(field) for field in Settings.model_fields}


def variable_of(field: str) -> str:
    """Return the name of the environment variable of a field."""
    return TOKEN_VARIABLE if field == "discord_token" else f"{PREFIX}{field.upper()}"


def _in_one_line(error: ValidationError) -> str:
    first, *others = error.errors(include_url=False)
    line = _explain(first)
    if others:
        names = ", ".join(_variable_at(other) for other in others)
        line = f"{line} (and wrong as well: {names})"
    return line


def _explain(detail: ErrorDetails) -> str:
    if not detail["loc"]:
        return detail["msg"].removeprefix("Value error, ")
    field = _field_at(detail)
    allowed = Settings.model_fields[field].description
    if field in SECRETS:
        return f"the value of {variable_of(field)} is not allowed: it must be {allowed}"
    return f"{variable_of(field)}={_shown(detail['input'])} is not allowed: it must be {allowed}"


def _shown(value: object) -> str:
    # The options of a classifier may hold the key of a server.
    return " ".join(str(value).partition("?")[0].split())[:_SHOWN_CHARACTERS]


def _variable_at(detail: ErrorDetails) -> str:
    return variable_of(_field_at(detail))


def _field_at(detail: ErrorDetails) -> str:
    name = str(detail["loc"][0])
    return "discord_token" if name == TOKEN_VARIABLE else name
