"""Packages with classifiers of their own: found by name, and explained where they are no use."""

from __future__ import annotations

import logging
import pickle

import pytest

import classifiers.plugins
from classifiers.api_version import API_VERSION
from classifiers.classifier import installed, load
from classifiers.errors import BackendUnavailable, InvalidOption, UnknownBackend
from classifiers.lexicon import LexiconClassifier
from tests.support.plugin_package import Site, good, site


@pytest.fixture
def packages(tmp_path, monkeypatch) -> Site:
    return site(tmp_path, monkeypatch)


async def test_a_package_brings_a_classifier(packages):
    packages.install("nunchi-sunny")
    assert "sunny" in installed()
    classifier = load("sunny")
    await classifier.start()
    (verdict,) = await classifier.classify(["hello"])
    await classifier.close()
    assert verdict.model == "sunny@1"


def test_the_nearest_name_is_suggested(packages):
    packages.install("nunchi-sunny")
    with pytest.raises(UnknownBackend, match=r"'suny'.*sunny.*Did you mean sunny\?"):
        load("suny")
    with pytest.raises(UnknownBackend) as caught:
        load("zzzzzz")
    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import not_there_at_all", "ModuleNotFoundError: No module named 'not_there_at_all'"),
        ("def create(:", "SyntaxError"),
        ("raise RuntimeError('no\\nluck')", "RuntimeError: no luck"),
        ("other = 1", "AttributeError"),
        ("create = 3", "is no function"),
        ("def create(options): return 1 / 0", "failed with ZeroDivisionError"),
        ("def create(options): return 'me'", "gave a str, which is no classifier"),
    ],
)
def test_a_broken_package_is_named(packages, code, told):
    packages.install("nunchi-sunny", "2.5", code=code)
    with pytest.raises(BackendUnavailable) as caught:
        load("sunny")
    assert told in str(caught.value)
    assert "nunchi-sunny 2.5" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_option_never_stands_in_the_error_of_a_broken_factory(packages):
    packages.install("nunchi-sunny", code="def create(options): raise ValueError(dict(options))")
    with pytest.raises(BackendUnavailable) as caught:
        load("sunny?key=secret")
    assert "secret" not in str(caught.value)


def test_what_a_plug_in_says_of_its_options_is_passed_on(packages):
    code = """
from classifiers.plugins import InvalidOption, Options

def create(options):
    Options("sunny", options).finish()
"""
    packages.install("nunchi-sunny", code=code)
    with pytest.raises(InvalidOption, match="sunny has no option 'speed'"):
        load("sunny?speed=1")


def test_a_newer_plug_in_asks_for_a_newer_bot(packages):
    packages.install("nunchi-sunny", code=good("api_version = 99"))
    with pytest.raises(BackendUnavailable, match=r"nunchi-sunny 1.0 needs API version 99.*upgrade"):
        load("sunny")


@pytest.mark.parametrize("version", ["0", "'one'", "1.5"])
def test_an_older_plug_in_must_be_updated(packages, version):
    packages.install("nunchi-sunny", code=good(f"api_version = {version}"))
    with pytest.raises(BackendUnavailable, match=r"nunchi-sunny 1.0 was written for.*update"):
        load("sunny")


@pytest.mark.parametrize("body", ["pass", f"api_version = {API_VERSION}"])
def test_the_present_version_is_taken(packages, body):
    packages.install("nunchi-sunny", code=good(body))
    assert load("sunny").info.name == "sunny"


def test_two_packages_with_one_name_are_not_guessed_between(packages):
    packages.install("nunchi-sunny", "1.1")
    packages.install("another-sunny", "0.3")
    with pytest.raises(BackendUnavailable, match=r"another-sunny 0.3 and with nunchi-sunny 1.1"):
        load("sunny")
    assert "sunny" in installed()


def test_our_own_names_cannot_be_taken_over(packages, caplog):
    packages.install("aa-evil", name="lexicon")
    with caplog.at_level(logging.WARNING):
        assert isinstance(load("lexicon"), LexiconClassifier)
    assert "'lexicon' of aa-evil 1.0 is not used" in caplog.text


def test_everything_that_is_promised_to_plug_ins_is_there():
    for name in classifiers.plugins.__all__:
        assert getattr(classifiers.plugins, name) is not None
    assert pickle.loads(pickle.dumps(classifiers.plugins.Emotion.JOY)) == "joy"
