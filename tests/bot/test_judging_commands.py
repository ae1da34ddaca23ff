"""``nunchi classify`` and ``nunchi evaluate``: what goes in, what comes out, what they refuse."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

import classifiers.classifier
from bot.cli import nunchi
from bot.judging_commands import progress
from bot.judging_lines import Form, InputUnreadable, Line, as_object, judged_lines, read_lines
from classifiers.classifier import GROUP
from classifiers.emotion import EMOTIONS, Emotion
from classifiers.prediction import Prediction
from tests.support.parrot import Parrot

KEYS = ["label", "probabilities", "valence", "sentiment", "language", "model"]


@pytest.fixture(autouse=True)
def parrot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the parrot beside the real backends."""
    real = classifiers.classifier.entry_points(group=GROUP)
    point = EntryPoint("parrot", "tests.support.parrot:create", GROUP)
    monkeypatch.setattr(classifiers.classifier, "entry_points", lambda group: [*real, point])


def says(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(nunchi, arguments, input=given)


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def parroted(*arguments: str, given: str | bytes) -> list[dict[str, Any]]:
    result = says("classify", "--backend", "parrot", *arguments, given=given)
    assert result.exit_code == 0, result.output
    return objects(result)


def written(path: Path, text: str) -> str:
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return str(path)


# nunchi classify


def test_each_line_is_an_object_in_the_order_of_the_input() -> None:
    given = "joy 0.92 0.5\nanger\r\nfear 0.4\nhurt\nneutral"
    verdicts = parroted(given=given)
    assert [each["label"] for each in verdicts] == ["joy", "anger", "fear", "hurt", "neutral"]
    assert all(list(each) == KEYS for each in verdicts)
    joy = verdicts[0]
    assert list(joy["probabilities"]) == [str(emotion) for emotion in EMOTIONS]
    assert (joy["probabilities"]["joy"], joy["probabilities"]["anger"]) == (0.92, 0.01)
    assert (joy["valence"], joy["sentiment"], joy["language"]) == (0.5, "positive", "en")
    assert joy["model"] == "parrot@1"


def test_the_default_backend_judges_lines() -> None:
    result = says("classify", given="정말 행복해\n\n너무 슬퍼ㅠㅠ\n")
    assert [each["label"] for each in objects(result)] == ["joy", "neutral", "sadness"]
    assert result.exit_code == 0


def test_the_text_comes_only_with_echo() -> None:
    assert "text" not in parroted(given="joy")[0]
    assert parroted("--echo", given="joy 0.5 \n")[0]["text"] == "joy 0.5 "


@pytest.mark.parametrize("name", ["texts.jsonl", "texts.jsonl.gz", "texts.tsv", "texts.tsv.gz"])
def test_json_lines_and_tables_are_known_by_their_first_line(tmp_path: Path, name: str) -> None:
    rows = '{"id": 1, "text": "joy"}\n\n{"text": "fear"}\n'
    path = written(tmp_path / name, rows if "json" in name else "id\ttext\n1\tjoy\n\n2\tfear\n")
    result = says("classify", path, "--backend", "parrot")
    assert [each["label"] for each in objects(result)] == ["joy", "fear"]
    assert result.exit_code == 0


def test_a_line_that_cannot_be_read_has_its_place_and_its_reason() -> None:
    given = '{"text": "joy"}\n[1]\n{"text": 3}\n{"te\n{"text": "fear"}\n'
    result = says("classify", "--backend", "parrot", given=given)
    first, *refused, last = objects(result)
    assert (first["label"], last["label"]) == ("joy", "fear")
    assert refused == [
        {"line": 2, "error": "not a JSON object"},
        {"line": 3, "error": "no text in 'text'"},
        {"line": 4, "error": "not a JSON object"},
    ]
    assert result.exit_code == 1
    assert result.stderr == "nunchi: lines that could not be read: 3\n"


def test_the_name_of_a_file_tells_its_form(tmp_path: Path) -> None:
    rows = 'id,text\n1,"joy"\n\n2,"fear"\n3\n'
    result = says("classify", written(tmp_path / "texts.csv", rows), "--backend", "parrot")
    assert [each.get("label") for each in objects(result)] == ["joy", "fear", None]
    assert objects(result)[2] == {"line": 5, "error": "1 columns instead of 2"}
    assert result.exit_code == 1
    quoted = written(tmp_path / "quoted.csv", 'text\n"so, this\nis ""it"""\n')
    [one] = objects(says("classify", quoted, "--echo"))
    assert one["text"] == 'so, this\nis "it"'
    assert parroted(written(tmp_path / "none.csv", ""), given="") == []


@pytest.mark.parametrize(
    ("name", "content"),
    [("texts.tsv", "body\tid\njoy\t1\n"), ("texts.csv", "body,id\njoy,1\n")],
)
def test_a_table_with_other_columns_is_not_taken_for_lines(
    tmp_path: Path, name: str, content: str
) -> None:
    result = says("classify", written(tmp_path / name, content), "--backend", "parrot")
    assert (result.exit_code, result.stdout) == (69, "")
    assert result.stderr == "nunchi: the first line names no column 'text'; it has: body, id\n"


def test_json_with_another_key_is_not_taken_for_lines() -> None:
    result = says("classify", "--backend", "parrot", given='{"body": "joy"}\n')
    assert objects(result) == [{"line": 1, "error": "no text in 'text'"}]
    assert result.exit_code == 1


def test_a_row_of_another_width_is_refused() -> None:
    result = says("classify", "--backend", "parrot", given="id\ttext\n1\n2\tjoy\n")
    assert objects(result)[0] == {"line": 2, "error": "1 columns instead of 2"}
    assert (objects(result)[1]["label"], result.exit_code) == ("joy", 1)


def test_the_form_may_be_told() -> None:
    [plain] = parroted("--format", "lines", "--echo", given="joy\t1")
    assert plain["text"] == "joy\t1"
    [row] = parroted("--format", "tsv", "--text-column", "message", given="message\njoy\n")
    assert row["label"] == "joy"
    missing = says("classify", "--format", "tsv", "--backend", "parrot", given="a\tb\n1\t2\n")
    assert missing.exit_code == 69
    assert missing.stderr == "nunchi: the first line names no column 'text'; it has: a, b\n"


def test_text_that_is_not_utf_8_or_half_a_pair_does_not_stop_the_rest() -> None:
    result = says("classify", "--echo", given=b"\xef\xbb\xbfgood\n\xff bad\n")
    assert [each["text"] for each in objects(result)] == ["good", "\ufffd bad"]
    result = says("classify", "--echo", given=b'{"text": "\\ud800 good"}\n')
    assert objects(result)[0]["text"] == "\ud800 good"


def test_a_torn_archive_is_one_line(tmp_path: Path) -> None:
    torn, plain = tmp_path / "torn.gz", tmp_path / "plain.gz"
    torn.write_bytes(gzip.compress(b"joy\n" * 99)[:-9])
    plain.write_bytes(b"joy\n")
    for path in (torn, plain):
        result = says("classify", str(path), "--backend", "parrot")
        assert result.exit_code == 69
        assert result.stderr.startswith(f"nunchi: cannot unpack {path}")


def test_nothing_in_nothing_out() -> None:
    assert parroted(given="") == []


def test_a_head_adds_its_probabilities() -> None:
    # The texts of the heads are numbers, which the emotions of the parrot cannot be read from.
    result = says("classify", "--backend", "lexicon", "--head", "goemotions", given="joy")
    assert result.exit_code == 78
    assert "lexicon has no head called 'goemotions'" in result.stderr


class Bilingual(Parrot):
    """Reads the numbers of a head behind the emotion."""

    async def classify_head(self, name: str, texts: Any) -> Any:
        return await super().classify_head(name, [text.split("|")[1] for text in texts])

    async def classify(self, texts: Any) -> Any:
        return await super().classify([text.split("|")[0] for text in texts])


async def test_the_probabilities_of_a_head_stand_beside_the_emotions() -> None:
    classifier = Bilingual()
    await classifier.start()
    lines = [Line(1, "joy|0.1 0.7 0.2"), Line(2, None, "broken"), Line(3, "fear|1 0 0")]
    batches = [each async for each in judged_lines(classifier, lines, head="taste", batch=2)]
    await classifier.close()
    assert [len(batch) for batch in batches] == [2, 1]
    first, broken, last = [each for batch in batches for each in batch]
    assert first["head_probabilities"] == {"bitter": 0.1, "sweet": 0.7, "sour": 0.2}
    assert broken == {"line": 2, "error": "broken"}
    assert last["head_probabilities"]["bitter"] == 1


async def test_no_more_than_a_batch_is_read_ahead() -> None:
    read = 0

    def endless() -> Any:
        nonlocal read
        while True:
            read += 1
            yield "joy\n"

    classifier = Parrot()
    await classifier.start()
    batches = judged_lines(classifier, read_lines(endless(), Form.LINES))
    assert len(await anext(batches)) == 3
    assert read == 3
    assert len(await anext(batches)) == 3
    assert read == 6
    await batches.aclose()
    await classifier.close()


def test_a_class_that_the_backend_cannot_see_is_null() -> None:
    seen = Prediction.of({Emotion.JOY: 1.0}, valence=0, language="en", model="m@1")
    found = as_object(seen)["probabilities"]
    assert (found["joy"], found["anger"]) == (1, None)


def test_reading_lines_needs_the_column() -> None:
    with pytest.raises(InputUnreadable):
        list(read_lines(["a\tb\n"], Form.TSV))
    assert list(read_lines(["{}\n", "x"])) == [Line(1, "{}"), Line(2, "x")]


def test_a_real_process_reads_from_a_pipe(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "classify"],
        input="정말 행복해\n".encode() * 300,
        capture_output=True,
        timeout=60,
        check=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert len(done.stdout.splitlines()) == 300
    assert b"nunchi:" not in done.stderr


def test_an_unknown_backend_is_one_line_and_78() -> None:
    result = says("classify", "--backend", "oracle", given="joy")
    assert (result.exit_code, result.stderr.count("\n")) == (78, 1)
    assert result.stderr.startswith("nunchi: no classifier is called 'oracle'")


def test_progress_is_shown_on_a_terminal_only() -> None:
    for terminal in (True, False):
        screen = io.StringIO()
        with progress(Console(file=screen, force_terminal=terminal, width=80)) as advance:
            advance(1_200)
        assert ("1,200 texts" in screen.getvalue()) is terminal


# nunchi evaluate


def measured(*arguments: str) -> dict[str, Any]:
    result = says("evaluate", "--json", "--backend", "parrot", *arguments)
    assert result.exit_code == 0, result.output
    values: dict[str, Any] = json.loads(result.stdout)
    return values


def test_the_figures_as_json(tmp_path: Path) -> None:
    data = written(tmp_path / "x.tsv", "text\tlabel\njoy\tjoy\nanger\tjoy\nanger\tanger\n")
    values = measured("--data", data)
    assert list(values) == [
        *("n", "accuracy", "macro_f1", "macro_recall", "micro_f1", "weighted_f1", "ece", "auc"),
        *("messages_per_second", "per_class", "per_language", "confusion"),
    ]
    assert (values["n"], values["accuracy"], values["macro_f1"]) == (3, 0.666667, 0.666667)


def test_the_figures_as_text_say_what_was_left_out(tmp_path: Path) -> None:
    data = written(tmp_path / "x.csv", "text,label\njoy,기쁨\nanger,기쁨|짜증\n")
    result = says("evaluate", "--backend", "parrot", "--data", data, "--map", "kote")
    assert result.exit_code == 0
    assert "people \\ verdict" in result.stdout
    assert result.stdout.endswith("their labels name no single class: 1\n")


def test_columns_maps_heads_and_dev_are_options(tmp_path: Path) -> None:
    data = written(tmp_path / "x.jsonl", '{"say": "joy 0.4", "mood": ["good", "well"]}\n' * 3)
    table = written(tmp_path / "map.json", '{"good": "joy", "well": "joy", "bad": "fear"}')
    columns = ("--text-column", "say", "--label-column", "mood")
    assert measured("--data", data, "--map", table, *columns)["accuracy"] == 1
    values = measured("--data", data, "--map", table, *columns, "--dev", data)
    assert values["confusion"] is None
    assert values["per_class"]["joy"]["threshold"] is not None
    tastes = written(tmp_path / "taste.tsv", "text\tlabel\n0.1 0.7 0.2\tsweet\n")
    assert measured("--data", tastes, "--head", "taste")["accuracy"] == 1


def test_two_backends_are_compared(tmp_path: Path) -> None:
    data = written(tmp_path / "x.tsv", "text\tlabel\njoy\tjoy\nanger\tanger\nfear\tfear\n")
    values = measured("--data", data, "--against", "lexicon", "--seed", "3")["against"]
    assert values["backend"] == "lexicon"
    assert values["low"] <= values["macro_f1_difference"] <= values["high"]
    assert values["figures"]["n"] == 3
    result = says("evaluate", "--backend", "parrot", "--data", data, "--against", "lexicon")
    assert "\nagainst lexicon\n" in result.stdout


def test_pictures_go_to_a_folder(tmp_path: Path) -> None:
    data = written(tmp_path / "x.tsv", "text\tlabel\njoy\tjoy\nanger\tanger\n")
    measured("--data", data, "--pictures", str(tmp_path / "new" / "folder"))
    made = sorted(path.name for path in (tmp_path / "new" / "folder").iterdir())
    assert made == ["confusion.png", "reliability.png"]
    moods = written(tmp_path / "s.tsv", "text\tlabel\njoy 1 0\tneutral\njoy\tpositive\n")
    measured("--data", moods, "--map", "sentiment", "--pictures", str(tmp_path / "s"))
    assert [path.name for path in (tmp_path / "s").iterdir()] == ["confusion.png"]
    tastes = written(tmp_path / "m.tsv", "text\tlabel\n0.9 0.1 0.2\tcalm\n")
    measured("--data", tastes, "--head", "moods", "--pictures", str(tmp_path / "m"))
    assert [path.name for path in (tmp_path / "m").iterdir()] == ["reliability.png"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    data = written(tmp_path / "x.tsv", "text\tlabel\njoy\tjoy\nanger\tanger\n")
    arguments = ("--data", data, "--pictures", f"{data}/below")
    result = says("evaluate", "--backend", "parrot", *arguments)
    assert result.exit_code == 69
    assert result.stderr.startswith("nunchi: cannot write pictures to")


@pytest.mark.no_cover
def test_the_corpus_is_disturbed_on_request() -> None:
    arguments = ("evaluate", "--robustness", "--data", "chat:ko:dev")
    values = json.loads(says(*arguments, "--json").stdout)
    assert list(values) == ["overall", "shares", "counts"]
    assert 0 < values["overall"] < 1
    assert says(*arguments).stdout.startswith("disturbance")
    refused = says("evaluate", "--robustness", "--data", "x.tsv")
    assert (refused.exit_code, "only the chat corpus" in refused.stderr) == (69, True)


def test_shares_in_bags_are_estimated_on_request() -> None:
    arguments = ("evaluate", "--shares", "--data", "chat:ko:dev")
    shares = json.loads(says(*arguments, "--json").stdout)["shares"]
    assert list(shares) == ["classify_and_count", "mean_probability", "corrected"]
    assert 0 < shares["corrected"] < shares["classify_and_count"] < 0.1
    shown = says(*arguments, "--backend", "lexicon").stdout
    assert "classify and count" in shown
    assert "corrected" not in shown
    refused = says(*arguments, "--dev", "chat:ko:dev")
    assert (refused.exit_code, "bags need one label a text" in refused.stderr) == (69, True)


@pytest.mark.parametrize(
    ("arguments", "complaint", "code"),
    [
        (("--data", "nowhere.tsv"), "nunchi: cannot read nowhere.tsv: No such file or d", 69),
        (("--data", "docs"), "nunchi: docs is a folder; name a file in it", 69),
        (("--data", "chat:ko:dev", "--map", "odd"), "nunchi: no label map is called 'odd'", 78),
    ],
)
def test_what_cannot_be_used_is_one_line(
    arguments: tuple[str, ...], complaint: str, code: int
) -> None:
    result = says("evaluate", "--backend", "parrot", *arguments)
    assert (result.exit_code, result.stderr.count("\n")) == (code, 1)
    assert result.stderr.startswith(complaint)
