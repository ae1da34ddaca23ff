from __future__ import annotations

import pytest

from classifiers.errors import BackendUnavailable, InvalidOption
from classifiers.extras import required
from classifiers.options import Options


def test_options_are_read_with_their_defaults():
    options = Options("remote", {"url": "http://x", "timeout": "2.5", "tries": "3", "raw": "Yes"})
    assert options.needed("url", "http://127.0.0.1:8080") == "http://x"
    assert options.number("timeout", 5.0, 0.1, 60) == 2.5
    assert options.integer("tries", 2, 1, 9) == 3
    assert options.flag("raw")
    assert options.choice("protocol", ("tei", "vllm"), "tei") == "tei"
    assert options.text("key") is None
    options.finish()


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"n": "ten"}, lambda o: o.integer("n", 1, 1, 9)),
        ({"n": "10"}, lambda o: o.integer("n", 1, 1, 9)),
        ({"n": "nan"}, lambda o: o.number("n", 1, 0, 9)),
        ({"n": "x"}, lambda o: o.number("n", 1, 0, 9)),
        ({"n": "perhaps"}, lambda o: o.flag("n")),
        ({"n": "c"}, lambda o: o.choice("n", ("a", "b"), "a")),
        ({}, lambda o: o.needed("n", "1")),
        ({"n": ""}, lambda o: o.needed("n", "1")),
    ],
)
def test_a_value_that_cannot_be_used_is_told_by_its_name(given, read):
    with pytest.raises(InvalidOption, match=r"option n\b"):
        read(Options("remote", given))


def test_an_unknown_option_gets_the_nearest_known_one():
    options = Options("remote", {"protokol": "tei"})
    options.choice("protocol", ("tei",), "tei")
    with pytest.raises(InvalidOption, match="did you mean protocol"):
        options.finish()


def test_a_refused_value_is_never_repeated():
    with pytest.raises(InvalidOption) as caught:
        Options("remote", {"tries": "sk-secret"}).integer("tries", 1, 1, 9)
    assert "sk-secret" not in str(caught.value)


def test_a_missing_package_is_told_with_the_command_that_installs_it():
    with pytest.raises(BackendUnavailable, match=r'pip install "nunchi-bot\[torch\]"'):
        required("no_such_package_anywhere", "torch")
