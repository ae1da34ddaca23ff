"""Settings: what is read, from where, and what the one line says when something is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot.errors import (
    BotError,
    IntentNotGranted,
    SettingsError,
    StartFailed,
    TokenRefused,
    exit_code_of,
)
from bot.settings import Settings, load_settings, variable_names
from classifiers.errors import BackendUnavailable, NunchiError, UnknownBackend
from storage.errors import InvalidStoreUrl, KeyUnusable, StoreUnavailable


def refusal(env_file: Path | None = None, **variables: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(env_file, variables)
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_nothing_set_gives_the_defaults() -> None:
    settings = load_settings(None, {})
    assert settings == Settings()
    assert settings.store.get_secret_value() == "sqlite:///data/nunchi.sqlite3"
    assert settings.classifier == "embedded"
    assert (settings.language, settings.timezone) == ("en", "UTC")
    assert (settings.queue_size, settings.batch_size, settings.batch_wait_ms) == (4096, 256, 20)
    assert (settings.catchup_concurrency, settings.catchup_max_age_days) == (4, 30)
    assert (settings.health_host, settings.health_port) == ("127.0.0.1", None)
    assert settings.report_grace_days == 7
    assert settings.discord_token is None
    assert settings.discord_api is None


def test_every_variable_is_read(tmp_path: Path) -> None:
    settings = load_settings(
        None,
        {
            "DISCORD_TOKEN": "a.b.c",
            "NUNCHI_STORE": "mongodb://user:pass@host/nunchi",
            "NUNCHI_CLASSIFIER": "remote?url=http://127.0.0.1:1",
            "NUNCHI_IMAGES": "vit?model=faces",
            "NUNCHI_COMPANION": "off",
            "NUNCHI_DATA_DIR": str(tmp_path),
            "NUNCHI_PSEUDONYM_KEY": "k" * 32,
            "NUNCHI_PSEUDONYM_NEW_KEYS": f"{'m' * 32} {'n' * 32}",
            "NUNCHI_STORE_KEY": "s" * 32,
            "NUNCHI_WELCOME": "OFF",
            "NUNCHI_LEFT_GRACE_DAYS": "3",
            "NUNCHI_LANGUAGE": "KO",
            "NUNCHI_TIMEZONE": "Asia/Seoul",
            "NUNCHI_FONT_DIR": str(tmp_path),
            "NUNCHI_FORECAST": "LSTM",
            "NUNCHI_LOG_LEVEL": "debug",
            "NUNCHI_LOG_FORMAT": "json",
            "NUNCHI_QUEUE_SIZE": "128",
            "NUNCHI_BATCH_SIZE": "64",
            "NUNCHI_BATCH_WAIT_MS": "0",
            "NUNCHI_CATCHUP_CONCURRENCY": "2",
            "NUNCHI_CATCHUP_MAX_AGE_DAYS": "14",
            "NUNCHI_HEALTH_HOST": "0.0.0.0",
            "NUNCHI_HEALTH_PORT": "8080",
            "NUNCHI_REPORT_GRACE_DAYS": "3",
            "NUNCHI_OPERATOR_CONTACT": "Haru, haru@example.org",
            "NUNCHI_POLICY_URL": "https://example.org/privacy",
            "NUNCHI_GUIDE_URL": "https://example.org/guide",
            "NUNCHI_DISCORD_API": "http://127.0.0.1:1234/",
        },
    )
    seen = settings.model_dump()
    default = Settings().model_dump()
    assert [field for field in seen if seen[field] == default[field]] == []
    assert settings.require_token() == "a.b.c"
    assert (settings.language, settings.log_level) == ("ko", "DEBUG")
    assert settings.discord_api == "http://127.0.0.1:1234"


def test_the_names_are_the_documented_ones() -> None:
    names = variable_names()
    assert names["discord_token"] == "DISCORD_TOKEN"
    assert {name for field, name in names.items() if field != "discord_token"} == {
        f"NUNCHI_{field.upper()}" for field in names if field != "discord_token"
    }


def test_the_store_lives_in_the_data_folder_unless_it_is_set() -> None:
    settings = load_settings(None, {"NUNCHI_DATA_DIR": "/data"})
    assert settings.store.get_secret_value() == "sqlite:////data/nunchi.sqlite3"


def test_the_process_wins_over_the_file_and_an_empty_value_over_nothing(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "\ufeff# comment\nexport NUNCHI_LANGUAGE=ko\nNUNCHI_BATCH_SIZE = '100' # why\n"
        'NUNCHI_CLASSIFIER="lexicon"\nNUNCHI_HEALTH_PORT=\nMONGO_PASSWORD=a$b\n',
        encoding="utf-8",
    )
    settings = load_settings(file, {"NUNCHI_BATCH_SIZE": "200", "NUNCHI_LANGUAGE": " "})
    assert (settings.language, settings.batch_size) == ("ko", 200)
    assert settings.health_port is None


def test_a_dollar_in_a_password_has_no_meaning(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("NUNCHI_STORE=mongodb://u:${HOME}@h/d\n", encoding="utf-8")
    assert load_settings(file, {}).store.get_secret_value() == "mongodb://u:${HOME}@h/d"


def test_a_missing_file_is_no_error(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "absent", {}) == Settings()


@pytest.mark.parametrize("text", ["NUNCHI_LANGUAGE\n", "# fine\n= what\n", "'NUNCHI_LANGUAGE\n"])
def test_a_line_that_is_no_setting_is_pointed_at(tmp_path: Path, text: str) -> None:
    file = tmp_path / ".env"
    file.write_text(text, encoding="utf-8")
    assert f"{file}, line {text.count(chr(10))}: a setting is written NAME=value" in refusal(file)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"NUNCHI_LANGUAGE=\xff\xfe")
    assert "cannot be read as a text file in UTF-8" in refusal(file)
    assert "cannot be read" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("NUNCHI_BATCH_SIZE", "12", "a whole number from 64 to 4096"),
        ("NUNCHI_QUEUE_SIZE", "many", "a whole number from 64 to 1000000"),
        ("NUNCHI_BATCH_WAIT_MS", "-1", "a whole number from 0 to 1000"),
        ("NUNCHI_CATCHUP_CONCURRENCY", "0", "a whole number from 1 to 32"),
        ("NUNCHI_CATCHUP_MAX_AGE_DAYS", "366", "a whole number from 1 to 365"),
        ("NUNCHI_HEALTH_PORT", "65536", "a whole number from 1 to 65535"),
        ("NUNCHI_HEALTH_HOST", "a host", "an address of this machine"),
        ("NUNCHI_REPORT_GRACE_DAYS", "29", "a whole number from 0 to 28"),
        ("NUNCHI_LANGUAGE", "fr", "ko or en"),
        ("NUNCHI_TIMEZONE", "Asia/Soul", "a name from the IANA database"),
        ("NUNCHI_TIMEZONE", "../etc/passwd", "a name from the IANA database"),
        ("NUNCHI_FONT_DIR", "/nowhere/at/all", "a folder that exists"),
        ("NUNCHI_LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING or ERROR"),
        ("NUNCHI_LOG_FORMAT", "xml", "text or json"),
        ("NUNCHI_CLASSIFIER", "My Model", "the name of a classifier"),
        ("NUNCHI_IMAGES", "a folder", "an image classifier with its options"),
        ("NUNCHI_DISCORD_API", "http://example.org", "http:// on this machine only"),
        ("NUNCHI_DISCORD_API", "ftp://127.0.0.1", "http:// on this machine only"),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(name: str, value: str, allowed: str) -> None:
    line = refusal(**{name: value})
    assert line.startswith(f"{name}={value} is not allowed: it must be ")
    assert allowed in line


@pytest.mark.parametrize(
    "address", ["https://example.org/api", "http://localhost:1", "http://[::1]:2"]
)
def test_another_api_is_encrypted_or_on_this_machine(address: str) -> None:
    assert load_settings(None, {"NUNCHI_DISCORD_API": address}).discord_api == address


@pytest.mark.parametrize("name", ["NUNCHI_STORE", "NUNCHI_PSEUDONYM_KEY"])
def test_a_bad_secret_is_not_repeated(name: str) -> None:
    line = refusal(**{name: "hunter2 hunter2"})
    assert line.startswith(f"the value of {name} is not allowed: it must be ")
    assert "hunter2" not in line


def test_the_options_of_a_classifier_are_not_repeated() -> None:
    assert "hunter2" not in refusal(NUNCHI_CLASSIFIER="Remote?key=hunter2")


def test_a_long_or_broken_value_stays_one_short_line() -> None:
    assert len(refusal(NUNCHI_TIMEZONE="a\nb" * 1000)) < 200


def test_several_bad_values_are_all_named() -> None:
    line = refusal(NUNCHI_QUEUE_SIZE="x", NUNCHI_LANGUAGE="fr")
    assert line.startswith("NUNCHI_LANGUAGE=fr")
    assert line.endswith("(and wrong as well: NUNCHI_QUEUE_SIZE)")


def test_a_batch_must_fit_the_queue() -> None:
    line = refusal(NUNCHI_QUEUE_SIZE="100", NUNCHI_BATCH_SIZE="512")
    assert "NUNCHI_BATCH_SIZE=512 is more than NUNCHI_QUEUE_SIZE=100" in line


def test_a_misspelt_name_is_refused_with_the_right_one() -> None:
    assert refusal(NUNCHI_BACH_SIZE="64").endswith("did you mean NUNCHI_BATCH_SIZE?")
    assert "docs/configuration.md" in refusal(NUNCHI_XYZZY="1")


def test_a_misspelt_token_is_noticed_only_when_the_token_is_missing() -> None:
    assert refusal(DISCORD_BOT_TOKEN="x").endswith("did you mean DISCORD_TOKEN?")
    both = load_settings(None, {"DISCORD_BOT_TOKEN": "x", "DISCORD_TOKEN": "a.b.c"})
    assert both.require_token() == "a.b.c"


def test_variables_of_the_test_suite_are_left_alone() -> None:
    assert load_settings(None, {"NUNCHI_TEST_MONGODB_URI": "mongodb://x"}) == Settings()


def test_without_a_token_the_line_says_where_it_goes() -> None:
    with pytest.raises(SettingsError, match=r"DISCORD_TOKEN is not set.*\.env.*nunchi demo"):
        Settings().require_token()


def test_a_pseudonym_key_that_is_set_comes_as_32_bytes_and_else_from_a_file() -> None:
    first, again, other = (
        load_settings(None, {"NUNCHI_PSEUDONYM_KEY": letter * 40}).given_key() for letter in "kkx"
    )
    assert first is not None
    assert len(first) == 32
    assert first == again != other
    unset = Settings(data_dir=Path("/data"))
    assert unset.given_key() is None
    assert unset.key_file == Path("/data/pseudonym.key")


def test_settings_cannot_be_changed_and_show_no_secret() -> None:
    settings = load_settings(None, {"DISCORD_TOKEN": "hunter2", "NUNCHI_PSEUDONYM_KEY": "k" * 40})
    with pytest.raises(ValidationError):
        settings.language = "ko"
    assert "hunter2" not in repr(settings)
    assert "kkk" not in repr(settings)
    assert settings.secrets() == ("hunter2", "sqlite:///data/nunchi.sqlite3", "k" * 40)


def test_settings_made_by_hand_read_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUNCHI_LANGUAGE", "ko")
    assert Settings(queue_size=512).language == "en"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("x"), 78),
        (TokenRefused(), 77),
        (IntentNotGranted(), 76),
        (BotError("x"), 70),
        (StartFailed("x"), 69),
        (UnknownBackend("x"), 78),
        (InvalidStoreUrl("x"), 78),
        (KeyUnusable("x"), 78),
        (StoreUnavailable("x"), 69),
        (BackendUnavailable("x"), 69),
    ],
)
def test_every_error_has_an_exit_code(error: NunchiError, code: int) -> None:
    assert exit_code_of(error) == code


def test_the_portal_is_named_in_its_own_words() -> None:
    switch = "Bot -> Privileged Gateway Intents -> Message Content Intent"
    assert switch in str(IntentNotGranted())
    assert "Reset Token" in str(TokenRefused())
    for error in (IntentNotGranted(), TokenRefused()):
        assert "https://discord.com/developers/applications" in str(error)


REPOSITORY = Path(__file__).parents[2]


def test_every_setting_is_documented_with_its_default_and_what_is_allowed() -> None:
    text = (REPOSITORY / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|(.*)$", text, re.MULTILINE))
    assert set(rows) == set(variable_names().values())
    defaults = Settings()
    for field, variable in variable_names().items():
        value = getattr(defaults, field)
        shown = value.get_secret_value() if isinstance(value, SecretStr) else value
        default, allowed = (cell.strip() for cell in rows[variable].split("|")[:2])
        assert default == ("" if shown is None else f"`{shown}`")
        assert allowed == Settings.model_fields[field].description


def test_the_example_file_is_understood(tmp_path: Path) -> None:
    example = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
    assert load_settings(REPOSITORY / ".env.example", {}) == Settings()
    switched_on = tmp_path / ".env"
    switched_on.write_text(re.sub(r"^#(?=[A-Z_]+=)", "", example, flags=re.MULTILINE))
    assert load_settings(switched_on, {}).timezone == "Asia/Seoul"


def test_later_pseudonym_keys_follow_the_first_and_are_secrets() -> None:
    later = f"{'m' * 40} {'n' * 40}"
    settings = load_settings(
        None, {"NUNCHI_PSEUDONYM_KEY": "k" * 40, "NUNCHI_PSEUDONYM_NEW_KEYS": later}
    )
    keys = settings.given_keys()
    assert keys[0] == settings.given_key()
    assert len(set(keys)) == 3
    assert {"m" * 40, "n" * 40} <= set(settings.secrets())
    assert "mmm" not in repr(settings)
    assert "NUNCHI_PSEUDONYM_KEY is not" in refusal(NUNCHI_PSEUDONYM_NEW_KEYS="m" * 40)
    line = refusal(NUNCHI_PSEUDONYM_KEY="k" * 40, NUNCHI_PSEUDONYM_NEW_KEYS=f"{'m' * 40} hunter2")
    assert "32 characters" in line
    assert "hunter2" not in line
