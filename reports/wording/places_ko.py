"""When, where and how much, in Korean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reports.period import Week
from reports.when import Stretch
from reports.where import Beside
from reports.wording.calendar import weekdays
from reports.wording.ko import Korean
from reports.wording.numbers import interval, signed


class KoreanPlaces:
    """Sentences in polite everyday Korean (해요체)."""

    when: str = "언제"
    where: str = "어디서"
    deleted: str = "삭제된 채널"
    private: str = "비공개 채널"
    no_stretch: str = "뚜렷하게 두드러진 시간대는 없었어요"
    no_hours: str = "시간대별 기분은 쓴 사람이 적어 숨겼어요"
    no_channel: str = "채널별 기분은 쓴 사람이 적어 숨겼어요"
    unpleasant: str = "가라앉음"
    pleasant: str = "밝음"
    server: str = "선: 서버"

    def hour(self, hour: int) -> str:
        """Return such as "9시"."""
        return f"{hour}시"

    def stretch(self, stretch: Stretch, *, short: bool = False) -> str:
        """Return such as "금요일 18–21시", or "금 18–21시"."""
        day = weekdays("ko", short=short)[stretch.day]
        return f"{day} {stretch.first}–{stretch.end}시"

    def extreme(self, stretch: Stretch, *, high: bool) -> str:
        """Return a line on the brightest or lowest stretch."""
        kind = "가장 밝았던" if high else "가장 가라앉았던"
        ends = interval(stretch.mood, " ~ ")
        return (
            f"{kind} 세 시간: {self.stretch(stretch)} {signed(stretch.mood.value)}(95% 구간 {ends})"
        )

    def stands_out(self, *, high: bool) -> str:
        """Return what a stretch is."""
        return "가장 밝았던 세 시간" if high else "가장 가라앉았던 세 시간"

    def beside(self, beside: Beside, names: Sequence[str], more: int) -> str:
        """Return which channels lie above or below the whole server."""
        kind = "밝은" if beside is Beside.ABOVE else "가라앉은"
        rest = f" 외 {more}개" if more else ""
        return f"서버 전체보다 뚜렷하게 {kind} 채널: {', '.join(names)}{rest}"

    def all_alike(self, channels: int) -> str:
        """Return that no channel stands out."""
        return f"채널 {channels}개 모두 서버 전체와 뚜렷한 차이가 없어요"

    def counted(self, above: int, below: int) -> str:
        """Return how many channels differ."""
        parts = [f"더 밝은 채널 {above}개"] if above else []
        parts += [f"더 가라앉은 채널 {below}개"] if below else []
        return " · ".join(parts) if parts else "뚜렷하게 다른 채널은 없어요"

    def hidden_channels(self, count: int) -> str:
        """Return that channels are hidden."""
        return f"누구의 마음도 드러나지 않도록 채널 {count}개는 숨겼어요"

    def not_listed(self, count: int) -> str:
        """Return that there is no room for some channels."""
        return f"외 {count}개"

    def classified(self, part: str) -> str:
        """Return which part was classified."""
        return f"메시지의 {part}를 판정했어요. 나머지에는 글이 없었어요"

    def since(self, moment: datetime) -> str:
        """Return when the bot began to listen."""
        day = weekdays("ko")[moment.weekday()]
        return f"{day} {moment:%H:%M}부터 살펴봐서, 그 전은 빠져 있어요"

    def when_note(self, minimum_group: int) -> str:
        """Return how to read the card on hours."""
        return f"점: 메시지 10개 또는 {minimum_group}명 미만"

    def where_note(self, hidden: int) -> str:
        """Return how to read the card on channels."""
        return "막대: 95% 구간 · 색칠: 뚜렷한 차이" + (f" · {hidden}개 숨김" if hidden else "")

    def when_chart(self, week: Week) -> str:
        """Return what the card is."""
        return f"{Korean().date_range(week)}의 요일과 시간대별 기분 그래프."

    def where_chart(self, week: Week) -> str:
        """Return what the card is."""
        return f"{Korean().date_range(week)}의 채널별 기분 그래프."
