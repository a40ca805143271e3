"""The contract of language models, for those that are here: at llmock by both APIs, and the scripted one."""

from collections.abc import AsyncIterator
from typing import cast

import pytest
from llmock.pytest_plugin import LLMock

from botkit.llm import Endpoint, open_model
from botkit.llm.settings import Api
from botkit.ports.models import LanguageModel
from botkit.testing import LanguageModelContract, ScriptedModel

STORY = "Once upon a time there was a fox who asked for her order, and it was there."


class TestScripted(LanguageModelContract):
    @pytest.fixture
    def model(self) -> LanguageModel:
        return ScriptedModel(otherwise=STORY)


class TestOpenAI(LanguageModelContract):
    @pytest.fixture(params=["chat", "responses"])
    async def model(self, llmock: LLMock, request: pytest.FixtureRequest) -> AsyncIterator[LanguageModel]:
        llmock.reply(STORY, times=None)
        opened, _ = await open_model(Endpoint("m", llmock.base_url(), "key", cast("Api", request.param)))
        yield opened
        await opened.close()
