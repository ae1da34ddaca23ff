"""The chat corpus: every row in its form, parts that share no scenario, no line twice."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from math import ceil
from pathlib import Path

import pytest

from classifiers.emotion import EMOTIONS, Emotion
from classifiers.training import chat
from classifiers.training.chat import (
    LATER,
    SCENARIOS,
    ChatLine,
    CorpusError,
    chat_dataset,
    load_chat,
    read_lines,
    split_of,
)

FOLDER = Path(chat.__file__).parent / "lines"
FILES = sorted(FOLDER.glob("*.tsv"))
LANGUAGES = ("ko", "en")
NEAR = 0.6
"""Jaccard overlap of character 4-grams from which two lines count as near-duplicates."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_file_is_in_its_form(file: Path) -> None:
    language, _, label = file.stem.partition("-")
    assert language in {"ko", "en"}
    lines = list(read_lines(file, language, Emotion(label)))
    assert len(lines) >= 250
    assert set(load_chat(language)) >= set(lines)


def test_both_languages_have_all_nine_labels_in_every_part() -> None:
    assert {file.stem for file in FILES} == {
        f"{one}-{label}" for one in LANGUAGES for label in EMOTIONS
    }
    seen = Counter((line.language, line.split, line.label) for line in load_chat())
    assert len(seen) == 2 * 3 * 9
    assert min(seen.values()) >= 15


def test_the_parts_are_cut_by_scenario() -> None:
    names = [f"{topic}/{slug}" for topic, slugs in SCENARIOS.items() for slug in slugs]
    assert len(names) == len(set(names)) == 90
    assert Counter(map(split_of, names)) == {"train": 63, "dev": 9, "test": 18}
    assert [split_of(f"love/{slug}") for slug in SCENARIOS["love"][-3:]] == ["dev", "test", "test"]


def test_the_later_topics_leave_the_test_part_as_it_was() -> None:
    assert not SCENARIOS.keys() & LATER.keys()
    names = [f"{topic}/{slug}" for topic, slugs in LATER.items() for slug in slugs]
    assert len(names) == len(set(names)) == 122
    assert Counter(map(split_of, names)) == {"train": 109, "dev": 13}


def test_loading_by_language_and_part_gives_the_whole_in_pieces() -> None:
    pieces = {
        (language, split): load_chat(language, split)
        for language in ("ko", "en")
        for split in ("train", "dev", "test")
    }
    assert Counter(load_chat()) == Counter(line for piece in pieces.values() for line in piece)
    for (language, split), lines in pieces.items():
        assert {(line.language, line.split) for line in lines} <= {(language, split)}


def test_no_scenario_is_in_two_parts() -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    for split, examples in chat_dataset().splits.items():
        texts = {example.text for example in examples}
        for line in load_chat(split=split):
            assert line.text in texts
            seen[line.scenario].add(split)
    assert all(len(splits) == 1 for splits in seen.values())


def test_each_language_is_a_data_set() -> None:
    for language in ("ko", "en"):
        dataset = chat_dataset(language)
        assert dataset.name == f"chat-{language}"
        assert not dataset.multi_label
        assert set(dataset.labels) <= set(map(str, EMOTIONS))
        assert sum(map(len, dataset.splits.values())) == len(load_chat(language))


def test_near_duplicates_are_rare() -> None:
    lines = load_chat()
    found = near_duplicates([line.text for line in lines])
    assert len(found) <= 0.005 * len(lines), [
        (lines[one].text, lines[other].text) for one, other in found
    ]


def test_the_counter_of_near_duplicates_counts() -> None:
    texts = ["오늘 점심 뭐 먹지", "오늘 점심 뭐 먹지?", "ok", "ok", "내일은 비가 온대"]
    assert near_duplicates(texts) == [(0, 1), (2, 3)]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("text\tlabel\n", "must begin with the columns scenario, text, note"),
        ("scenario\ttext\tnote\nfood/cafe\thi\n", "line 2 has 2 columns instead of 3"),
        ("scenario\ttext\tnote\nfood/tea\thi\t\n", "line 2: there is no scenario 'food/tea'"),
        ("scenario\ttext\tnote\nfood/cafe\t hi\t\n", "line 2: the text is empty, or blanks"),
        ("scenario\ttext\tnote\nfood/cafe\t\t\n", "line 2: the text is empty"),
        ("scenario\ttext\tnote\nfood/cafe\thi\temoji,odd\n", "line 2: there is no note odd"),
        ("scenario\ttext\tnote\nfood/cafe\thi\t\n\n", "line 3 has 1 columns"),
        (b"\xff", "is not UTF-8"),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, content: str | bytes, complaint: str) -> None:
    file = tmp_path / "en-joy.tsv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CorpusError, match=complaint):
        list(read_lines(file, "en", Emotion.JOY))


def test_a_row_becomes_a_line(tmp_path: Path) -> None:
    file = tmp_path / "ko-joy.tsv"
    file.write_text(
        "scenario\ttext\tnote\ncode/open-source\t드디어 머지됨 ㅋㅋ\tjamo,mixed\n", "utf-8"
    )
    [line] = read_lines(file, "ko", Emotion.JOY)
    notes = frozenset({"jamo", "mixed"})
    assert line == ChatLine("드디어 머지됨 ㅋㅋ", Emotion.JOY, "ko", "code/open-source", notes)
    assert (line.topic, line.split, line.example.labels) == ("code", "test", ("joy",))


@pytest.mark.parametrize("asked", [{"language": "fr"}, {"split": "all"}])
def test_languages_and_parts_that_are_not_there(asked: dict[str, str]) -> None:
    with pytest.raises(CorpusError, match="the corpus has"):
        load_chat(**asked)


def near_duplicates(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of texts whose character 4-grams overlap by NEAR or more.

    Prefix filtering (Bayardo, Ma and Srikant 2007): sets can only overlap that much if the rarest
    grams of both have one in common. Shorter texts are looked up before longer ones are.
    """
    named = [four_grams(text) for text in texts]
    frequency = Counter(gram for each in named for gram in each)
    ordered = sorted(frequency, key=lambda gram: (frequency[gram], gram))
    rank = {gram: place for place, gram in enumerate(ordered)}
    shared = [frequency[gram] > 1 for gram in ordered]
    grams = [sorted(map(rank.__getitem__, each)) for each in named]
    sets = list(map(frozenset, grams))
    seen: dict[int, deque[int]] = defaultdict(deque)
    found = []
    for number in sorted(range(len(texts)), key=lambda number: len(grams[number])):
        rare, size = grams[number], len(grams[number])
        others: set[int] = set()
        for gram in rare[: size - ceil(NEAR * size) + 1]:
            known = seen[gram]
            while known and len(grams[known[0]]) < NEAR * size:
                known.popleft()  # too short, for all that follow as well
            others.update(known)
        for other in others:
            common = len(sets[number] & sets[other])
            if common >= NEAR * (size + len(grams[other]) - common):
                found.append((min(other, number), max(other, number)))
        for gram in rare[: size - ceil(2 * NEAR / (1 + NEAR) * size) + 1]:
            if shared[gram]:
                seen[gram].append(number)
    return sorted(found)


def four_grams(text: str) -> frozenset[str]:
    plain = " ".join(text.lower().split())
    return frozenset(plain[at : at + 4] for at in range(max(1, len(plain) - 3)))
