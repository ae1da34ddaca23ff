"""The weeks before, in Korean."""

from __future__ import annotations

from datetime import date

from reports.history import RAREST, Ahead, Stretch, Turning, Usual, UsualRange, Year
from reports.wording.ko import Korean
from reports.wording.numbers import beside_range, percent, signed
from reports.wording.particles import attached
from reports.wording.past_contract import PastLabels
from reports.wording.past_en import TOLD
from reports.wording.turned import turned_ko


class KoreanPast:
    """Sentences in polite everyday Korean (해요체)."""

    labels: PastLabels = PastLabels(
        year="한 해의 마음",
        usual="평소와 견주면",
        low="가라앉음",
        high="밝음",
        hidden="사람이 적어 숨김",
        nobody="글 없음",
        inside="모두 평소 범위 안이에요",
        brightest="가장 밝았던 달",
    )

    def turning(self, turning: Turning) -> str:
        """Return which days stood out."""
        once = f"우연이라면 {turning.once_in}주에 한 번쯤"
        rare = "우연이라면 한 해에 한 번도 드문 일" if turning.once_in >= RAREST else once
        when = turned_ko(turning)
        return f"{when}: 평소 {signed(turning.usual)}, 이번 {signed(turning.mood)}({rare})"

    def stretch(self, stretch: Stretch) -> str:
        """Return the longest good stretch."""
        longest = ""
        if stretch.longest_in >= TOLD:
            longest = f"(최근 {stretch.longest_in}주 동안 가장 길어요)"
        return (
            f"{_dates(stretch.first, stretch.last)} {stretch.days}일 내리 평소보다 밝았어요: "
            f"평소 {signed(stretch.usual)}, 이 동안 {signed(stretch.mood)}{longest}"
        )

    def ahead(self, ahead: Ahead) -> str:
        """Return the range of the next week."""
        held = round(ahead.held * ahead.tried)
        return (
            f"다음 주는 {signed(ahead.low)} ~ {signed(ahead.high)} 사이일 것 같아요"
            f"(지난 기록을 7일씩 끊어 {ahead.tried}번 시험해 보니 {held}번 맞았어요)"
        )

    def month(self, month: int, *, short: bool = False) -> str:
        """Return such as "11월"; there is no shorter name."""
        del short
        return f"{month}월"

    def months(self, first: date, last: date) -> str:
        """Return such as "2025년 11월 – 2026년 11월"."""
        start, end = (f"{day.year}년 {day.month}월" for day in (first, last))
        return f"{start} – {end}" if start != end else end

    def year_caption(self, year: Year) -> str:
        """Return of how many days the year shows the mood."""
        return f"{year.shown}일"

    def year_alt(self, year: Year) -> str:
        """Return the year in words."""
        facts = [
            (
                f"{year.shown}일 가운데 {year.above}일은 중간({signed(year.middle)})보다 "
                f"{year.width / 2:.2f} 이상 밝았고, {year.below}일은 그만큼 가라앉았어요."
            )
        ]
        if year.best is not None:
            facts.append(f"가장 밝았던 달은 {year.best[0]}년 {year.best[1]}월이에요.")
        if year.hidden:
            facts.append(f"{len(year.hidden)}일은 쓴 사람이 적어 숨겼어요.")
        if year.sampled < 1:
            sample = attached(percent(year.sampled), "을/를")
            facts.append(f"하루하루의 {sample} 표본으로 읽었어요.")
        facts.append(f"{len(year.steps)}주의 하루하루를 네모 하나로 그린 그림.")
        return " ".join(facts)

    def usual_finding(self, one: UsualRange) -> tuple[str, str]:
        """Return an emotion with its share, and its usual range."""
        share, low, high = beside_range(one.shares[-1] or 0.0, one.low, one.high)
        name, low = Korean.emotions[one.emotion], low.removesuffix("%")
        return f"{name} {share}", f"평소 {low} ~ {high}"

    def usual_note(self, usual: Usual) -> str:
        """Return how to read the card on usual ranges."""
        return f"띠: 지난 {usual.weeks}주로 본 평소 범위 · 눈금은 저마다 달라요"

    def usual_alt(self, usual: Usual) -> str:
        """Return the card on usual ranges in words."""
        facts = [
            f"{attached(found, '이/가')} 평소 범위보다 {'높아요' if one.outside > 0 else '낮아요'}"
            f"({before})."
            for one in usual.outside
            for found, before in [self.usual_finding(one)]
        ]
        facts = facts or ["모든 감정이 평소 범위 안에 있어요."]
        rest = [
            f"{found}({before})"
            for one in usual.ranges
            if not one.outside
            for found, before in [self.usual_finding(one)]
        ]
        facts += [f"{', '.join(rest)}."] if rest else []
        sure = round(usual.joint * 100)
        facts.append(
            f"지난 {usual.weeks}주로 본 범위이고, 변화가 없으면 {sure}%의 주에 모두 그 안에 있어요."
        )
        return " ".join(facts)


def _dates(first: date, last: date) -> str:
    end = f"{last.day}일" if first.month == last.month else f"{last.month}월 {last.day}일"
    return f"{first.month}월 {first.day}일부터 {end}까지"
