from __future__ import annotations

import bot.forgetting
from bot.forgetting import Forgotten
from bot.incoming import Incoming

AUTHOR = b"a" * 16


def message(number: int = 5, thread: int | None = None) -> Incoming:
    return Incoming(number, 1, 20, thread, 3, None, "hello")


def test_nothing_is_forgotten_at_first():
    assert not Forgotten().covers(message(), AUTHOR)


def test_deleted_messages_channels_threads_and_guilds_are_covered():
    for forget in (
        lambda gone: gone.messages([5]),
        lambda gone: gone.container(20),
        lambda gone: gone.container(33),
        lambda gone: gone.guild(1),
    ):
        gone = Forgotten()
        forget(gone)
        assert gone.covers(message(thread=33), AUTHOR)
        assert not gone.covers(Incoming(6, 2, 21, None, 3, None, "x"), AUTHOR)


def test_an_erased_author_is_covered_up_to_the_moment_of_erasure_only():
    gone = Forgotten()
    gone.author(1, AUTHOR, up_to=5)
    assert gone.covers(message(5), AUTHOR)
    assert not gone.covers(message(6), AUTHOR)
    assert not gone.covers(message(5), b"b" * 16)


def test_a_guild_that_is_joined_again_is_measured_again():
    gone = Forgotten()
    gone.guild(1)
    gone.joined(1)
    assert not gone.covers(message(), AUTHOR)


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(bot.forgetting, "REMEMBERED", 3)
    gone = Forgotten()
    gone.messages([1, 2, 3, 4])
    assert not gone.covers(message(1), AUTHOR)
    assert gone.covers(message(4), AUTHOR)
