"""Where settings come from: the variables of the process and a file of ``NAME=value`` lines."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Final

from dotenv.parser import parse_stream

from bot.errors import SettingsError

# Variables of the test suite share the namespace; the bot itself reads none of them.
_FOR_TESTS: Final = "NUNCHI_TEST_"


def read_variables(env_file: Path | None, environ: Mapping[str, str]) -> dict[str, str]:
    """Merge a file and the environment, which wins; leave out empty values.

    Names come back in upper case. Values are taken as they stand: ``$`` has no meaning.

    Raises:
        SettingsError: The file cannot be read, or a line in it cannot be understood.
    """
    in_file = {} if env_file is None else _read_file(env_file)
    in_process = {name.upper(): value.strip() for name, value in environ.items()}
    merged = in_file | {name: value for name, value in in_process.items() if value}
    return {name: value for name, value in merged.items() if value}


@contextmanager
def lent_variables(
    env_file: Path, environ: MutableMapping[str, str], kept: Callable[[str], bool]
) -> Iterator[None]:
    """Let the process see, for a while, what stands in a file: the key of a server, for one.

    What the process has already stays. A file that cannot be read lends nothing: the commands
    that need settings say so.

    Args:
        env_file: It need not exist.
        environ: The variables of the process.
        kept: Tells which names are not lent.
    """
    try:
        in_file = _read_file(env_file)
    except SettingsError:
        in_file = {}
    lent = {
        name: value
        for name, value in in_file.items()
        if value and name not in environ and not kept(name)
    }
    environ.update(lent)
    try:
        yield
    finally:
        for name in lent:
            environ.pop(name, None)


def refuse_unknown(variables: Iterable[str], known: Iterable[str], prefix: str) -> None:
    """Refuse a name with our prefix that is not known, and a misspelt name without it.

    Raises:
        SettingsError: It names the variable and the known one that looks most like it.
    """
    known = tuple(known)
    names = sorted(set(variables))
    for name in names:
        if name in known or name.startswith(_FOR_TESTS):
            continue
        if name.startswith(prefix):
            raise SettingsError(_unknown(name, known))
    # Another program may own a similar name, so it is refused only where ours is missing.
    for missing in (name for name in known if not name.startswith(prefix)):
        similar = difflib.get_close_matches(missing, names, n=1, cutoff=0.85)
        if missing not in names and similar:
            msg = f"{missing} is not set, but {similar[0]} is: did you mean {missing}?"
            raise SettingsError(msg)


def _unknown(name: str, known: Iterable[str]) -> str:
    similar = difflib.get_close_matches(name, known, n=1)
    advice = f"did you mean {similar[0]}?" if similar else "docs/configuration.md lists them all"
    return f"there is no setting {name}: {advice}"


def _read_file(path: Path) -> dict[str, str]:
    try:
        # Editors on Windows put a byte order mark first.
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read as a text file in UTF-8: {error}"
        raise SettingsError(msg) from error
    return _parse(path, text)


def terminal_language(environ: Mapping[str, str]) -> str:
    """Return the language of the terminal that the variables describe: ``ko`` or ``en``."""
    names = (environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "ko" if next(filter(None, names), "").lower().startswith("ko") else "en"


def _parse(path: Path, text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for binding in parse_stream(StringIO(text)):
        line = binding.original.line
        if binding.error or (binding.key is not None and binding.value is None):
            msg = f"{path}, line {line}: a setting is written NAME=value"
            raise SettingsError(msg)
        if binding.key is not None and binding.value is not None:
            found[binding.key.upper()] = binding.value.strip()
    return found
