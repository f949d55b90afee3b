"""The card of a trained model: what it was trained from, on which corpus, and how."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from vid2book.store import Store, make_key

from ..corpora import InterleavedCorpus
from ..sources import HubDataset, ParquetFiles, ReleasedJson, SavedDataset, TextFiles
from ..vlm import Vlm
from .files import base_folder, written_by


def card(told: dict[str, Any], corpus: InterleavedCorpus, result: dict[str, Any], vlm: Vlm) -> str:
    """README.md with the front matter that the Hub reads."""
    head: dict[str, Any] = {
        "library_name": "transformers",
        "pipeline_tag": "image-text-to-text",
    }
    if not Path(told["model"]).exists():  # a name on the Hub, and no folder of this machine
        head["base_model"] = told["model"]
    if isinstance(corpus.source, HubDataset):
        head["datasets"] = [corpus.source.name]
    dropped = "\n".join(f"- {reason}: {n}" for reason, n in sorted(result["dropped"].items()))
    return f"""---
{yaml.safe_dump(head, sort_keys=False).strip()}
---

# {told["model"]}, trained on {corpus.name}

| | |
| --- | --- |
| base model | {told["model"]} |
| corpus | {corpus.name} |
| its version | {_version(corpus)} |
| steps | {result["steps"]:,} |
| samples | {result["samples"]:,} |
| images | {result["images"]:,} |
| tokens with a loss | {result["loss_tokens"]:,} |
| samples in a sequence | {"packed, kept apart" if vlm.family.packs else "one, padded"} |
| seen of a 16:9 picture | {vlm.visible} |
| opens with | transformers {written_by(base_folder(vlm))} or newer, as the base model; trained \
with {_transformers()} |
| loss at the end | {result["loss"]:.4f} nats per token |

Left out:

{dropped or "nothing."}

## Recipe

```yaml
{yaml.safe_dump(told["config"], sort_keys=False).strip()}
```

Made with `vid2book train`; the loss of every step is in `train.jsonl`.
"""


def _transformers() -> str:
    import transformers

    return transformers.__version__


def _version(corpus: InterleavedCorpus) -> str:
    """The revision on the Hub; of local files, a hash of their content."""
    match corpus.source:
        case HubDataset(revision=revision):
            return f"revision {revision or 'main'}"
        case ParquetFiles(files=files) | TextFiles(files=files):
            return _hash(files)
        case ReleasedJson(annotations=annotations):
            return _hash([annotations])
        case SavedDataset(folder=folder):
            return _hash(file for file in sorted(folder.rglob("*")) if file.is_file())
    return "not known"


def _hash(files: Iterable[Path]) -> str:
    store = Store()  # remembers what it hashed
    return f"content {make_key(*(store.content(file) for file in files))}"
