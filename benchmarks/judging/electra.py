"""A transformer of the size of KoELECTRA-small-v3, for its speed. Needs torch and transformers.

Its weights are random, so its verdicts say nothing; its time does not depend on them. Plain eager
PyTorch, 32-bit floats, batches padded to their longest message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import WordPieceTrainer
from transformers import ElectraConfig, ElectraForSequenceClassification

from classifiers.emotion import EMOTIONS
from classifiers.language import detect
from classifiers.prediction import Prediction
from classifiers.text import said

VOCABULARY: Final = 35_000
LONGEST: Final = 128
"""Tokens of a message; the chat lines have 18 on average, the longest of them 104."""

SPECIAL: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


class Electra:
    """Judges at random, and takes its time."""

    def __init__(self, texts: Sequence[str]) -> None:
        torch.set_num_threads(1)
        self._tokenizer = _tokenizer([said(text) for text in texts])
        self._model = _model()

    @property
    def parameters(self) -> int:
        return sum(each.numel() for each in self._model.parameters())

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        plain = [said(text) for text in texts]
        encoded = self._tokenizer.encode_batch(plain)
        with torch.inference_mode():
            scores = self._model(
                input_ids=torch.tensor([each.ids for each in encoded]),
                attention_mask=torch.tensor([each.attention_mask for each in encoded]),
            ).logits
            chances = torch.softmax(scores, dim=1).tolist()
        rows = zip(plain, chances, strict=True)
        return [Prediction(tuple(row), 0.0, detect(text), "electra@random") for text, row in rows]


def _model() -> ElectraForSequenceClassification:
    torch.manual_seed(0)
    configuration = ElectraConfig(
        vocab_size=VOCABULARY,
        embedding_size=128,
        hidden_size=256,
        num_hidden_layers=12,
        num_attention_heads=4,
        intermediate_size=1024,
        num_labels=len(EMOTIONS),
    )
    return ElectraForSequenceClassification(configuration).eval()


def _tokenizer(texts: Sequence[str]) -> Tokenizer:
    tokenizer = Tokenizer(WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    trainer = WordPieceTrainer(
        vocab_size=VOCABULARY, special_tokens=list(SPECIAL), show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    ends = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    tokenizer.enable_truncation(LONGEST)
    tokenizer.enable_padding(pad_id=tokenizer.token_to_id("[PAD]"), pad_token="[PAD]")
    return tokenizer
