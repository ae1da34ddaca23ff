"""A member's own mood in words, in Korean and English: to that member, gently, and no diagnosis.

Every sentence has a number behind it. None of them compares the member with anybody, tells them
what to do, or says how they are: only how a program read their words.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from reports.personal import FEWEST_EARLIER_DAYS, OwnMood, OwnUsual, Raised
from reports.wording import emotion_name, wording_of
from reports.wording.calendar import months, number
from reports.wording.numbers import percents, signed

_MOST_RAISED: Final = 2
_CLEAR_MOOD: Final = 0.15
"""From this distance to zero on, words count as pleasant or unpleasant rather than balanced."""


def own_headline(own: OwnMood, language: str) -> str:
    """Return what kind of week it was, without a full stop."""
    korean = language == "ko"
    if own.mood is None:
        return "말이 없던 한 주였어요" if korean else "A week without messages"
    if own.few:
        return "조용한 한 주였어요" if korean else "A quiet week"
    if own.direction == 1:
        return "밝아진 한 주예요" if korean else "A brighter week"
    if own.direction == -1:
        return "무거워진 한 주예요" if korean else "A heavier week"
    if own.direction == 0:
        return "뚜렷한 변화는 없는 한 주예요" if korean else "A week without a clear change"
    return "지난 7일 동안의 내 기분이에요" if korean else "Your last seven days"


def own_sentence(own: OwnMood, language: str) -> str:
    """Return one or two gentle sentences about the last seven days."""
    return _korean(own) if language == "ko" else _english(own)


def own_caution(language: str) -> str:
    """Return what the figures are not."""
    if language == "ko":
        return (
            "프로그램이 글을 어떻게 읽었는지일 뿐, 내가 어떤 상태인지 말해 주지는 않아요. "
            "이 답은 나에게만 보여요."
        )
    return (
        "This is how a program read your words, not how you are. Nobody but you sees this answer."
    )


def own_method(language: str) -> tuple[str, ...]:
    """Return how the figures of one's own mood come about, one statement a line."""
    if language == "ko":
        return (
            "하루의 기분은 그날 쓴 메시지들의 평균이에요. −1(불쾌)부터 +1(유쾌)까지예요.",
            "한 주의 기분과 감정은 날마다의 평균이라, 많이 쓴 날이라고 더 무겁게 치지 않아요.",
            (
                "평소는 내 지난 날들의 중앙값이고, 보통 범위에는 그 날들의 절반이 들어가요. "
                f"지난 날이 {FEWEST_EARLIER_DAYS}일보다 적으면 비교하지 않아요."
            ),
            (
                "평소와 다르다는 말은, 내 다른 날들과 이만큼 떨어진 7일이 20번에 1번 이하일 때만 "
                "해요. 감정은 모두 함께 따지고, 5%p 넘게 높을 때만 말해요."
            ),
            "다른 사람의 기록은 읽지 않고, 누구와도 비교하지 않아요.",
            "프로그램은 반어와 농담을 놓쳐요. 진단이 아니에요.",
        )
    return (
        (
            "The mood of a day is the mean of the messages you wrote on it, from −1 (unpleasant) "
            "to +1 (pleasant)."
        ),
        (
            "The mood and the emotions of the week are means over its days: each day counts once, "
            "however much you wrote."
        ),
        (
            "Your usual is the median of your own earlier days, and half of those days lie in the "
            f"usual range. With fewer than {FEWEST_EARLIER_DAYS} earlier days nothing is compared."
        ),
        (
            "A week is said to differ from your usual only if at most 1 in 20 runs of seven days "
            "of yours lies as far from your other days. All emotions are tested together, and "
            "one must be higher by 5 points."
        ),
        "Nobody else's records are read, and you are not compared with anybody.",
        "The program misses irony and jokes. It is no diagnosis.",
    )


def day_name(day: date, language: str) -> str:
    """Return such as "Sat 21 Nov" or "11월 21일 (토)"."""
    weekday = wording_of(language).weekdays[day.weekday()]
    if language == "ko":
        return f"{day.month}월 {day.day}일 ({weekday})"
    return f"{weekday} {day.day} {months('en', short=True)[day.month - 1]}"


def month_name(month: int, language: str) -> str:
    """Return the short name of a month, 1 to 12."""
    return f"{month}월" if language == "ko" else months("en", short=True)[month - 1]


def usual_line(usual: OwnUsual, language: str) -> str:
    """Return the usual mood, with its spread and the number of days behind it."""
    low, high = signed(usual.low), signed(usual.high)
    if language == "ko":
        return f"평소 기분 {signed(usual.mood)} · 보통 {low} ~ {high} (지난 {usual.days}일의 절반)"
    return (
        f"Your usual mood {signed(usual.mood)} · mostly {low} to {high} "
        f"(half of {usual.days} earlier days)"
    )


def year_title(language: str) -> str:
    """Return the title of the picture."""
    return "나의 한 해" if language == "ko" else "My year"


def year_span(own: OwnMood, language: str) -> str:
    """Return the first and the last day of the picture."""
    first, last = own.year[0].date, own.today
    if language == "ko":
        return (
            f"{first.year}년 {first.month}월 {first.day}일 – "
            f"{last.year}년 {last.month}월 {last.day}일"
        )
    return (
        f"{first.day} {months('en', short=True)[first.month - 1]} {first.year} – "
        f"{last.day} {months('en', short=True)[last.month - 1]} {last.year}"
    )


def year_caption(own: OwnMood, language: str) -> str:
    """Return what the colour in the middle stands for."""
    if own.usual is None:
        return "가운데 색은 내 날들의 중앙값" if language == "ko" else "Middle: median of my days"
    return "평소 기분" if language == "ko" else "my usual mood"


def year_ends(language: str) -> tuple[str, str]:
    """Return the words at the two ends of the colours."""
    return ("무거움", "밝음") if language == "ko" else ("heavier", "brighter")


def year_empty(language: str) -> str:
    """Return what a dot means."""
    return "점: 메시지 없는 날" if language == "ko" else "Dots: no messages"


def year_alt(own: OwnMood, above: int, below: int, language: str) -> str:
    """Return the picture in words, the finding first.

    Args:
        own: What is shown.
        above: On how many days the colour is brighter than the middle.
        below: On how many it is heavier.
        language: ``ko`` or ``en``.
    """
    days, span = own.year_days, year_span(own, language)
    same = days - above - below
    if language == "ko":
        middle = f" 평소 기분은 {signed(own.usual.mood)}." if own.usual else ""
        return (
            f"메시지를 쓴 {days}일 가운데 밝은 날 {above}일, 가운데쯤인 날 {same}일, "
            f"무거운 날 {below}일.{middle} {span}, 하루에 한 칸."
        )
    middle = f" The usual mood is {signed(own.usual.mood)}." if own.usual else ""
    return (
        f"Of {_count(days, 'day', 'days')} with messages {above} were brighter, {same} about the "
        f"middle and {below} heavier.{middle} {span}, one cell a day."
    )


def _korean(own: OwnMood) -> str:
    if own.mood is None:
        return "지난 7일 동안 측정한 메시지가 없어요. 조용한 날들도 괜찮아요."
    if own.few:
        return (
            f"{own.days_written}일 동안 쓴 메시지 {own.messages}개라서 한 주를 말하기에는 적어요. "
            "가볍게만 봐 주세요."
        )
    if own.usual is None or own.direction is None:
        alone = f"이번 주 글은 {_tone(own.mood, 'ko')} 읽혔어요({signed(own.mood)})."
        return f"{alone} {_uncompared(own, 'ko')}"
    pair = f"({signed(own.mood)}, 평소 {signed(own.usual.mood)})"
    said = {
        1: f"이번 주 글은 평소보다 밝게 읽혔어요{pair}.",
        0: f"이번 주 글은 평소와 뚜렷이 다르지 않아요{pair}.",
        -1: f"이번 주 글은 평소보다 무겁게 읽혔어요{pair}. 이유는 여러 가지일 수 있어요.",
    }[own.direction]
    return said + _raised(own.raised, "ko")


def _english(own: OwnMood) -> str:
    if own.mood is None:
        return "None of your messages was measured in the last seven days. Quiet days are fine."
    if own.few:
        messages = _count(own.messages, "message", "messages")
        days = _count(own.days_written, "day", "days")
        return f"{messages} on {days} are too few to say much about a week. Take it lightly."
    if own.usual is None or own.direction is None:
        alone = f"Your words read {_tone(own.mood, 'en')} this week ({signed(own.mood)})."
        return f"{alone} {_uncompared(own, 'en')}"
    pair = f"({signed(own.mood)}, usually {signed(own.usual.mood)})"
    said = {
        1: f"Your words read brighter than usual for you {pair}.",
        0: f"Your week does not clearly differ from your usual {pair}.",
        -1: f"Your words read heavier than usual for you {pair}. There can be many reasons.",
    }[own.direction]
    return said + _raised(own.raised, "en")


def _uncompared(own: OwnMood, language: str) -> str:
    """Return why the week is not compared with earlier days."""
    if language == "ko":
        if own.rejudged:
            return "읽는 프로그램이 바뀌어서 지난 날들과는 비교하지 않았어요."
        return f"비교할 지난 날이 아직 {FEWEST_EARLIER_DAYS}일이 안 돼요."
    if own.rejudged:
        return "Another program read your earlier messages, so I do not compare them."
    return f"There are not yet {FEWEST_EARLIER_DAYS} earlier days to compare with."


def _tone(mood: float, language: str) -> str:
    korean = language == "ko"
    if mood >= _CLEAR_MOOD:
        return "밝은 편으로" if korean else "rather bright"
    if mood <= -_CLEAR_MOOD:
        return "무거운 편으로" if korean else "rather heavy"
    return "담담하게" if korean else "balanced"


def _raised(raised: tuple[Raised, ...], language: str) -> str:
    """Return which emotions were higher than usual, with a space before; nothing for none."""
    if not raised:
        return ""
    parts = []
    for each in raised[:_MOST_RAISED]:
        usual, share = percents(each.usual, each.share)
        name = emotion_name(each.emotion, language)
        if language == "ko":
            parts.append(f"{name} {share}(평소 {usual})")
        else:
            parts.append(f"{name} ({share}, usually {usual})")
    if language == "ko":
        return f" 평소보다 높았던 감정: {', '.join(parts)}."
    return f" Higher than usual for you: {', '.join(parts)}."


def _count(count: int, one: str, many: str) -> str:
    return f"{number(count, 'en')} {one if count == 1 else many}"
