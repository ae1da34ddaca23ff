"""The days that stand out, in a few words, for headlines and lines."""

from __future__ import annotations

from reports.history import Turning
from reports.wording.calendar import weekdays


def turned_en(turning: Turning) -> str:
    """Return such as "Thursday was lower than usual"."""
    way = "brighter" if turning.change > 0 else "lower"
    first, last = (weekdays("en")[day] for day in (turning.first, turning.last))
    if turning.first == turning.last:
        return f"{first} was {way} than usual"
    if turning.lasting:
        return f"Since {first} it has been {way} than usual"
    return f"{first} to {last} were {way} than usual"


def turned_ko(turning: Turning) -> str:
    """Return such as "목요일은 평소보다 가라앉았어요"."""
    way = "밝았어요" if turning.change > 0 else "가라앉았어요"
    first, last = (weekdays("ko")[day] for day in (turning.first, turning.last))
    if turning.first == turning.last:
        return f"{first}은 평소보다 {way}"
    if turning.lasting:
        return f"{first}부터 평소보다 {way}"
    return f"{first}부터 {last}까지 평소보다 {way}"
