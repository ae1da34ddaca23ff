"""What members think of verdicts, in both stores."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from classifiers.emotion import EMOTIONS
from storage.records import Batch, Deletion, Feedback
from storage.store import Store

GUILD = 1 << 60
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ADA, MINA = bytes([1] * 16), bytes([2] * 16)
GIVEN = Feedback(
    guild_id=GUILD,
    message_id=(1 << 59) + 7,
    author=ADA,
    predicted="joy",
    corrected="anger",
    model="lexicon@1",
    created_at=NOW,
    language="ko",
    probabilities=(0.5, 0.25, *[0.25 / 7] * 7),
    text="진짜 대단하다 😀",
)


async def test_a_text_and_what_was_judged_come_back(store: Store) -> None:
    assert await store.add_feedback(GIVEN)
    (found,) = await store.feedback(GUILD)
    assert (found.text, found.language) == (GIVEN.text, "ko")
    assert len(found.probabilities) == len(EMOTIONS)
    assert all(
        math.isclose(kept, given, rel_tol=1e-5)
        for kept, given in zip(found.probabilities, GIVEN.probabilities, strict=True)
    )


async def test_a_class_that_a_backend_cannot_see_stays_unseen(store: Store) -> None:
    await store.add_feedback(replace(GIVEN, probabilities=(1.0, *[math.nan] * 8)))
    (found,) = await store.feedback(GUILD)
    assert found.probabilities[0] == 1
    assert all(math.isnan(each) for each in found.probabilities[1:])


async def test_it_can_be_taken_back(store: Store) -> None:
    await store.add_feedback(GIVEN)
    await store.add_feedback(replace(GIVEN, author=MINA))
    assert await store.withdraw_feedback(GUILD, GIVEN.message_id, ADA)
    assert not await store.withdraw_feedback(GUILD, GIVEN.message_id, ADA)
    assert [each.author for each in await store.feedback(GUILD)] == [MINA]


async def test_who_opted_out_leaves_none(store: Store) -> None:
    await store.add_feedback(GIVEN)
    await store.opt_out(GUILD, ADA, LATER)
    assert not await store.add_feedback(replace(GIVEN, created_at=LATER))
    assert await store.feedback(GUILD) == []
    await store.opt_in(GUILD, ADA, LATER + timedelta(hours=1))
    assert not await store.add_feedback(replace(GIVEN, created_at=LATER))
    assert await store.add_feedback(replace(GIVEN, created_at=LATER + timedelta(hours=2)))


async def test_it_goes_with_its_message(store: Store) -> None:
    other = replace(GIVEN, message_id=GIVEN.message_id + 1)
    for given in (GIVEN, other, replace(GIVEN, guild_id=GUILD + 1)):
        await store.add_feedback(given)
    await store.apply(Batch(deletions=(Deletion(GUILD, (GIVEN.message_id,)),)))
    assert [each.message_id for each in await store.feedback(GUILD)] == [other.message_id]
    assert len(await store.feedback(GUILD + 1)) == 1
