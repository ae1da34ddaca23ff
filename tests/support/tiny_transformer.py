"""A pretrained transformer of a few kilobytes, and toy texts that it can learn."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CUES = {
    "joy": ("happy", "great", "love", "yay"),
    "sadness": ("sad", "lonely", "cry", "miss"),
    "anger": ("angry", "hate", "furious", "argh"),
}
FILLERS = ("the", "a", "so", "this", "game", "day", "we", "it", "was", "today", "really", "just")

Row = tuple[str, str]


def toy_rows(count: int, seed: int, *, several: bool = False) -> list[Row]:
    """Return texts with their label, which a cue word tells; ``several`` gives some rows two."""
    chance = random.Random(seed)
    rows = []
    for number in range(count):
        wanted = 2 if several and number % 3 == 0 else 1
        labels = sorted(chance.sample(sorted(CUES), wanted))
        words = chance.choices(FILLERS, k=chance.randint(2, 6))
        for label in labels:
            words.insert(chance.randint(0, len(words)), chance.choice(CUES[label]))
        rows.append((" ".join(words), "|".join(labels)))
    return rows


def write_tsv(path: Path, rows: Sequence[Row]) -> str:
    """Write rows as ``read_source`` takes them; returns the name of the file."""
    lines = ["text\tlabel", *(f"{text}\t{label}" for text, label in rows)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


def make_base(folder: Path, architecture: str = "bert", layers: int = 2) -> str:
    """Save an encoder of 32 dimensions that knows the toy words a little; returns the folder.

    It was taught which cue word a text holds, and is saved without the head that learnt it.

    Args:
        folder: Where to save it.
        architecture: ``bert`` (it has a pooler), ``electra`` (it has none) or ``distilbert``.
        layers: How many.
    """
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import (
        BertConfig,
        BertForSequenceClassification,
        DistilBertConfig,
        DistilBertForSequenceClassification,
        ElectraConfig,
        ElectraForSequenceClassification,
        PreTrainedTokenizerFast,
    )
    from transformers.utils import logging

    logging.disable_progress_bar()
    words = sorted({*FILLERS, *(word for cues in CUES.values() for word in cues)})
    vocabulary = {
        word: number for number, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words])
    }
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=32,
        model_input_names=["input_ids", "attention_mask"],
    )
    size = {"vocab_size": len(vocabulary), "max_position_embeddings": 32}
    shape = {"hidden_size": 32, "num_hidden_layers": layers, "num_attention_heads": 4}
    size["num_labels"] = sum(map(len, CUES.values()))
    with torch.random.fork_rng():
        torch.manual_seed(7)
        if architecture == "distilbert":
            config = DistilBertConfig(dim=32, n_layers=layers, n_heads=4, hidden_dim=64, **size)
            model = DistilBertForSequenceClassification(config)
        elif architecture == "electra":
            config = ElectraConfig(embedding_size=16, intermediate_size=64, **shape, **size)
            model = ElectraForSequenceClassification(config)
        else:
            model = BertForSequenceClassification(BertConfig(intermediate_size=64, **shape, **size))
        _teach_words(model, tokenizer)
    model.base_model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def _teach_words(model: Any, tokenizer: Any) -> None:
    import torch

    cues = [cue for known in CUES.values() for cue in known]
    texts = [text for text, _ in toy_rows(640, 99)]
    held = [next(cues.index(word) for word in text.split() if word in cues) for text in texts]
    optimizer = torch.optim.AdamW(model.parameters(), 5e-3)
    for start in range(0, 12 * len(texts), 64):
        part = slice(start % len(texts), start % len(texts) + 64)
        encoded = tokenizer(texts[part], padding=True, return_tensors="pt")
        optimizer.zero_grad()
        model(**encoded, labels=torch.tensor(held[part])).loss.backward()
        optimizer.step()
