"""The card of a trained model: its base, its corpus, and how it was trained."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from vid2book.store import Store, make_key

from ..corpora import InterleavedCorpus
from ..sources import HubDataset, ParquetFiles, ReleasedJson, SavedDataset, TextFiles
from ..vlm import Vlm
from .files import base_folder, files_version


def card(
    request: dict[str, Any], corpus: InterleavedCorpus, result: dict[str, Any], vlm: Vlm
) -> str:
    """The text of README.md, with the front matter that the Hub reads."""
    front_matter: dict[str, Any] = {
        "library_name": "transformers",
        "pipeline_tag": "image-text-to-text",
    }
    if not Path(request["model"]).exists():  # a name on the Hub, not a folder of this machine
        front_matter["base_model"] = request["model"]
    if isinstance(corpus.source, HubDataset):
        front_matter["datasets"] = [corpus.source.name]
    dropped = "\n".join(f"- {reason}: {n}" for reason, n in sorted(result["dropped"].items()))
    return f"""---
{yaml.safe_dump(front_matter, sort_keys=False).strip()}
---

# {request["model"]}, trained on {corpus.name}

| | |
| --- | --- |
| base model | {request["model"]} |
| corpus | {corpus.name} |
| its version | {_version(corpus)} |
| steps | {result["steps"]:,} |
| samples | {result["samples"]:,} |
| images | {result["images"]:,} |
| tokens with a loss | {result["loss_tokens"]:,} |
| samples in a sequence | {"packed, kept apart" if vlm.family.packs else "one, padded"} |
| seen of a 16:9 picture | {vlm.visible} |
| opens with | transformers {files_version(base_folder(vlm))} or newer, as the base model; trained \
with {_transformers()} |
| loss at the end | {result["loss"]:.4f} nats per token |

Left out:

{dropped or "nothing."}

## Recipe

```yaml
{yaml.safe_dump(request["config"], sort_keys=False).strip()}
```

Made with `vid2book train`; the loss of every step is in `train.jsonl`.
"""


def _transformers() -> str:
    import transformers

    return transformers.__version__


def _version(corpus: InterleavedCorpus) -> str:
    """The revision on the Hub; for local files, a hash of their content."""
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
    store = Store()  # remembers the hashes of files
    return f"content {make_key(*(store.content(file) for file in files))}"
