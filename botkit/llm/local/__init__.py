"""Local models: a causal model in a folder, as Hugging Face publishes them, on this machine. Nothing is downloaded.

model = open_local(Path("models/x"))             # raises ConfigError where something is missing
completion = await model.complete(request)
"""

from pathlib import Path
from typing import Any

from botkit.llm.local.folders import require_local
from botkit.llm.local.options import LocalOptions
from botkit.ports.models import LanguageModel

__all__ = ["LocalOptions", "open_local", "require_local"]


def open_local(folder: Path, **options: Any) -> LanguageModel:
    """Open the model of a folder with `LocalOptions`; it is loaded in a thread of its own, beginning now.

    Raises ConfigError where the extra `local` is missing, or the folder holds no model that could be loaded.
    """
    require_local(folder)
    from botkit.llm.local.models import LocalModel

    return LocalModel(folder, LocalOptions(**options))
