"""What members read about their data: complete, true to the server's settings, within limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.i18n import phrases_in
from bot.privacy import CHANGES, ROLES, OwnStatus
from bot.receipts import DELETE, OPT_OUT, Receipt, Receipts
from bot.sandbox.components import validate, walk
from bot.views import consent_change, privacy
from bot.views.kept import WORDS, kinds
from bot.views.layout import MAX_TEXT, Layout
from bot.views.place import Place
from bot.views.policy import Operator, policy
from bot.views.receipt import receipt_message
from storage.personal_data import PERSONAL, Kept
from storage.records import Choices, ConsentMode, GuildSettings

BOTH = pytest.mark.parametrize("language", ["ko", "en"])
NOW = datetime(2026, 11, 21, 12, 30, 5, tzinfo=UTC)
NAME = "**A** @everyone " + "x" * 84
HERE, FAR = Place(2**63 - 1), Place(2**63 - 1, NAME, direct=True)
NOTICE = GuildSettings(1, retention_days=365)
EXPLICIT = GuildSettings(1, consent=ConsentMode.EXPLICIT, retention_days=30, minimum_group=8)
MUCH = dict.fromkeys(WORDS, 10**9)


def read(view: Layout) -> str:
    """Return the text of a view; fails where it breaks a rule of Discord."""
    components = view.to_components()
    validate(components, v2=True)
    parts = list(walk(components))
    assert len(parts) <= 40
    text = "\n".join(part["content"] for part in parts if "content" in part)
    assert 0 < len(text) <= MAX_TEXT
    for part in parts:
        assert len(part.get("custom_id", "")) <= 100
        assert len(part.get("label") or "") <= 80
    return text


def status(counts: dict[str, int], *, refused: bool = False, **choices: Any) -> OwnStatus:
    personal = {name: count for name, count in counts.items() if name not in {ROLES, CHANGES}}
    kept = Kept(personal, refused, NOW - timedelta(days=10) if personal else None)
    roles, changes = counts.get(ROLES, 0), counts.get(CHANGES, 0)
    return OwnStatus(kept, Choices(refused=refused, **choices), roles, changes)


def test_every_kind_has_words() -> None:
    assert set(WORDS) == {*(each.name for each in PERSONAL), ROLES, CHANGES}
    for language in ("ko", "en"):
        assert len(kinds(MUCH, phrases_in(language))) == len(WORDS)
    assert kinds({}, phrases_in("en")) == []


@BOTH
@pytest.mark.parametrize("place", [HERE, FAR])
@pytest.mark.parametrize("settings", [NOTICE, EXPLICIT])
async def test_everything_fits(language: str, place: Place, settings: GuildSettings) -> None:
    say = phrases_in(language)
    office = Receipts(bytes(32))
    views = [
        privacy.my_data(status(MUCH), settings, place, say),
        privacy.my_data(status(MUCH, consented_at=NOW), settings, place, say),
        privacy.my_data(status({}), settings, place, say),
        privacy.my_data(status({}, refused=True), settings, place, say),
        privacy.my_data(status({CHANGES: 1}, refused=True), settings, place, say),
        privacy.confirm_deletion(settings, place, say),
        privacy.kept(say),
        consent_change.confirm_explicit(3, 5, say),
        consent_change.confirm_explicit(10**6, 5, say),
        consent_change.changed_to_explicit(0, say),
        consent_change.changed_to_explicit(10**9, say),
        *(
            privacy.opted_in(
                was_refused=refused, was_agreed=agreed, settings=settings, place=place, say=say
            )
            for refused in (True, False)
            for agreed in (True, False)
        ),
        *(
            receipt_message(office.issue(2**63 - 1, NOW, what, counts), settings, place, say)
            for what in (OPT_OUT, DELETE)
            for counts in (MUCH, {}, {"consents": 1})
        ),
        *(
            privacy.choose_server(
                "delete-confirmed",
                [(2**63 - 1 - n, NAME if n % 2 else None) for n in range(m)],
                page,
                say,
            )
            for m in (0, 1, 24, 25, 60)
            for page in (0, 2, 99)
        ),
        policy(Operator(None, None, "m@1"), settings, place, say),
        policy(
            Operator(
                "c" * 200,
                "https://example.org/" + "p" * 480,
                "m@" + "1" * 150,
                "v@" + "1" * 150,
                "h" * 250,
            ),
            settings,
            place,
            say,
        ),
    ]
    assert all(read(view) for view in views)
    strange = [read(view) for view in views]
    assert not any("@everyone" in text or "**A**" in text for text in strange)


def test_the_policy_is_filled_with_what_holds_in_the_server() -> None:
    say = phrases_in("en")
    here = Operator("Haru, haru@example.org", "https://example.org/privacy", "embedded@3")
    view = policy(here, EXPLICIT, FAR, say)
    text = read(view)
    for fact in (
        "haru@example.org",
        "`embedded@3`",
        "do not leave the machines of the operator",
        "By your consent: nobody is measured before they agree.",
        "deleted 30 days after",
        "at least 8 people",
    ):
        assert fact in text, fact
    links = [part["url"] for part in walk(view.to_components()) if "url" in part]
    assert links == ["https://example.org/privacy"]
    text = read(
        policy(Operator(None, None, "llm@1", sends_to="llm.example.org"), NOTICE, HERE, say)
    )
    assert "it is sent to `llm.example.org`" in text
    assert "do not leave" not in text
    assert "they have set no contact" in text
    assert "object at any time" in text


def test_the_times_of_a_receipt_are_the_servers_and_the_worlds() -> None:
    say, office = phrases_in("en"), Receipts(bytes(32))
    receipt = office.issue(7, NOW, OPT_OUT, {})
    seoul = GuildSettings(7, timezone="Asia/Seoul")
    text = read(receipt_message(receipt, seoul, HERE, say))
    assert "When: 2026-11-21 21:30:05 (Asia/Seoul) = 2026-11-21 12:30:05 UTC" in text
    for timezone in ("UTC", "Mars/Olympus"):
        text = read(receipt_message(receipt, GuildSettings(7, timezone=timezone), HERE, say))
        assert "When: 2026-11-21 12:30:05 UTC" in text


class TestReceipts:
    def test_only_ones_own_are_confirmed(self) -> None:
        office = Receipts(b"k" * 32)
        receipt = office.issue(7, NOW, DELETE, {"records": 3, "own_mood": 1, "links": 0})
        assert office.confirms(f"saved:\n{receipt.line}\n")
        assert "deleted=own_mood:1,records:3 " in receipt.line
        assert office.confirms(office.issue(7, NOW, OPT_OUT, {}).line)
        assert not Receipts(b"l" * 32).confirms(receipt.line)
        assert not office.confirms("nothing")

    @pytest.mark.parametrize(
        ("was", "becomes"),
        [
            ("records:3", "records:4"),
            ("guild=7", "guild=8"),
            ("what=delete", "what=opt-out"),
            ("at=1", "at=2"),
        ],
    )
    def test_a_changed_one_is_not(self, was: str, becomes: str) -> None:
        office = Receipts(b"k" * 32)
        receipt = office.issue(7, NOW, DELETE, {"records": 3})
        assert was in receipt.line
        assert not office.confirms(receipt.line.replace(was, becomes))

    @pytest.mark.parametrize("number", ["AAAA-AAAA-AAAA-AAAA", "-" * 19, "A-" * 9 + "A"])
    def test_a_made_up_number_is_not(self, number: str) -> None:
        line = Receipt(7, NOW, DELETE, {}, number).line
        assert not Receipts(b"k" * 32).confirms(line)
