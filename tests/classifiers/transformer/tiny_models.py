"""Encoders of two layers that learn a few words in a second, saved as transformers saves them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import (
    AutoModelForSequenceClassification,
    BertConfig,
    ElectraConfig,
    PretrainedConfig,
    PreTrainedTokenizerFast,
    RobertaConfig,
)

from classifiers.transformer.checkpoint import quiet

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
LONGEST = 64
KINDS = {"bert": BertConfig, "electra": ElectraConfig, "roberta": RobertaConfig}

WORDS = {
    "joy": "happy great love 행복해 좋아 신나 고마워 yay",
    "sadness": "sad crying lonely 슬퍼 우울해 눈물 miss gloomy",
    "anger": "angry hate furious 짜증나 화나 열받아 annoying stop",
    "neutral": "meeting monday file 회의 자료 내일 channel today",
}
SENTIMENTS = {
    "negative": f"{WORDS['sadness']} {WORDS['anger']}",
    "neutral": WORDS["neutral"],
    "positive": WORDS["joy"],
}
FILLERS = ("i", "am", "so", "this", "is", "it", "was", "진짜", "너무", "오늘", "the", "and")


def tokenizer() -> PreTrainedTokenizerFast:
    """Return a tokenizer of whole words."""
    built = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    built.pre_tokenizer = pre_tokenizers.Whitespace()
    words = [*" ".join(WORDS.values()).split(), *FILLERS]
    trainer = trainers.WordLevelTrainer(special_tokens=list(SPECIAL), show_progress=False)
    built.train_from_iterator(sorted(words), trainer)
    built.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=built,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=LONGEST,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )


def config(kind: str, labels: Sequence[str], **changes: Any) -> PretrainedConfig:
    """Return the configuration of a tiny encoder with a head."""
    settings: dict[str, Any] = {
        "vocab_size": len(tokenizer()),
        "embedding_size": 32,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": LONGEST + 2,
        "pad_token_id": 0,
        "initializer_range": 0.2,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "id2label": dict(enumerate(labels)),
        "label2id": {label: at for at, label in enumerate(labels)},
    }
    return KINDS[kind](**(settings | changes))


def sentences(words: Mapping[str, str], count: int, seed: int) -> list[tuple[str, str]]:
    """Return sentences with the label whose word they hold."""
    chance = random.Random(seed)
    made = []
    for _ in range(count):
        label = chance.choice(sorted(words))
        parts = chance.choices(FILLERS, k=chance.randrange(1, 6))
        parts.insert(chance.randrange(len(parts) + 1), chance.choice(words[label].split()))
        made.append((" ".join(parts), label))
    return made


def saved(folder: Path, kind: str, words: Mapping[str, str], **changes: Any) -> Path:
    """Train a model on the words of its labels and save it with its tokenizer."""
    labels = list(words)
    torch.manual_seed(0)
    model = AutoModelForSequenceClassification.from_config(config(kind, labels, **changes))
    multi_label = changes.get("problem_type") == "multi_label_classification"
    _train(model, tokenizer(), sentences(words, 3072, 0), labels, multi_label=multi_label)
    return save(model, folder)


def save(model: Any, folder: Path) -> Path:
    """Save a model with the tokenizer."""
    with quiet():
        model.save_pretrained(folder)
        tokenizer().save_pretrained(folder)
    return folder


def _train(
    model: Any,
    tokens: PreTrainedTokenizerFast,
    data: Sequence[tuple[str, str]],
    labels: Sequence[str],
    *,
    multi_label: bool,
) -> None:
    # Several threads wait for each other longer than such a model takes.
    torch.set_num_threads(1)
    model.train()
    step = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for start in range(0, len(data), 32):
        texts, wanted = zip(*data[start : start + 32], strict=True)
        arrays = tokens(list(texts), padding=True, return_tensors="pt")
        logits = model(**arrays).logits
        places = torch.tensor([labels.index(label) for label in wanted])
        if multi_label:
            target = torch.nn.functional.one_hot(places, len(labels)).float()
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, target)
        else:
            loss = torch.nn.functional.cross_entropy(logits, places)
        step.zero_grad()
        loss.backward()
        step.step()
    model.eval()
