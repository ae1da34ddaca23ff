"""A tiny Vision Transformer that was taught three colours, and pictures to show it."""

from __future__ import annotations

import json
import os
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

COLOURS = {"anger": (220, 20, 30), "joy": (250, 220, 40), "sadness": (20, 40, 200)}
SIDE = 16
STEPS = 40


def picture(
    colour: str | tuple[int, ...], kind: str = "PNG", size: tuple[int, int] = (40, 30), **how: Any
) -> bytes:
    """Return the file of a plain picture, in the colour of an emotion or any other."""
    shade = COLOURS[colour] if isinstance(colour, str) else colour
    return file_of(Image.new("RGB", size, shade), kind, **how)


def file_of(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def make_tiny_vit(
    folder: Path, labels: tuple[str, ...] = tuple(COLOURS), *, steps: int = STEPS, **config: Any
) -> Path:
    """Train a model to tell the colours apart (one label each, in their order), and save it."""
    import torch
    from transformers import ViTForImageClassification

    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = ViTForImageClassification(_config(labels, **config))
    shades = torch.tensor([COLOURS[name] for name in list(COLOURS)[: len(labels)]]) / 127.5 - 1
    pixels = shades[:, :, None, None].expand(-1, -1, SIDE, SIDE)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    goal = torch.eye(len(labels))[: len(shades)]
    for _ in range(steps):
        optimiser.zero_grad()
        logits = model(pixel_values=pixels).logits
        torch.nn.functional.binary_cross_entropy_with_logits(logits, goal).backward()
        optimiser.step()
    model.save_pretrained(folder)
    write_processor(folder)
    return folder


def make_untrained(folder: Path) -> Path:
    """Save the body of a model without a head, as most pretrained checkpoints are."""
    from transformers import ViTModel

    ViTModel(_config(tuple(COLOURS))).save_pretrained(folder)
    write_processor(folder)
    return folder


def write_processor(folder: Path) -> None:
    from transformers import ViTImageProcessorPil

    ViTImageProcessorPil(
        size={"height": SIDE, "width": SIDE}, image_mean=[0.5] * 3, image_std=[0.5] * 3
    ).save_pretrained(folder)


def die(*_: object) -> None:
    """Take the place of a decoder that a file kills."""
    os._exit(1)


def change_config(folder: Path, **values: Any) -> None:
    """Write other values into the configuration of a saved model."""
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def _config(labels: tuple[str, ...], **more: Any) -> Any:
    from transformers import ViTConfig

    return ViTConfig(
        image_size=SIDE,
        patch_size=8,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
        **more,
    )
