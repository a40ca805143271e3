"""The contract of language models, kept by a model in a folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import torch

from botkit.llm.local import open_local
from botkit.ports.models import LanguageModel
from botkit.testing import LanguageModelContract
from tests.local.tiny import make_model


class TestLocalModel(LanguageModelContract):
    """A tiny GPT-2; chance gives it something to say."""

    @pytest.fixture
    async def model(self, tmp_path: Path) -> AsyncIterator[LanguageModel]:
        torch.manual_seed(11)
        opened = open_local(make_model(tmp_path / "tiny", window=2048), temperature=1.0, threads=1)
        yield opened
        await opened.close()
