from __future__ import annotations

import asyncio

from bot.inbox import Inbox
from bot.incoming import Incoming, Read


def message(number: int) -> Incoming:
    return Incoming(number, 1, 2, None, 3, None, "hello")


async def test_items_come_out_in_order_and_in_batches():
    inbox = Inbox(10)
    for number in range(5):
        assert inbox.offer(message(number))
    first = await inbox.take(3, 0)
    second = await inbox.take(3, 0)
    assert [item.message_id for item in first + second] == [0, 1, 2, 3, 4]
    assert len(inbox) == 0


async def test_a_full_queue_refuses_live_messages_but_keeps_room_for_edits():
    inbox = Inbox(2)
    assert [inbox.offer(message(number)) for number in range(3)] == [True, True, False]
    urgent = [inbox.offer(message(number), urgent=True) for number in range(3)]
    assert urgent == [True, True, False]


async def test_the_history_waits_until_the_queue_is_half_empty():
    inbox = Inbox(4)
    for number in range(4):
        inbox.offer(message(number))
    waiting = asyncio.create_task(inbox.put(Read(1, 2, 9)))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    await inbox.take(3, 0)
    await waiting
    assert (await inbox.take(5, 0))[-1] == Read(1, 2, 9)


async def test_a_batch_waits_a_little_for_company():
    inbox = Inbox(10)
    inbox.offer(message(1))
    taking = asyncio.create_task(inbox.take(10, 0.05))
    # One turn of the loop, in which no timer can run out: the batch waits when it is over.
    await asyncio.sleep(0)
    assert not taking.done()
    inbox.offer(message(2))
    assert len(await taking) == 2


async def test_wake_gives_an_empty_batch():
    inbox = Inbox(10)
    inbox.wake()
    assert await asyncio.wait_for(inbox.take(10, 0.01), 60) == []
