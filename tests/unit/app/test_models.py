"""`llm:` of bot.yaml: what is read, what is refused and where, and what becomes of it at start."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from botkit.app import Bot
from botkit.app.config import Config, read_config
from botkit.app.directories import check_directory
from botkit.app.metrics import Numbers, read_metrics
from botkit.errors import ModelError
from botkit.llm import Budget, Endpoint, ModelSettings, Prices, Timeouts
from botkit.model.completions import ChatMessage, Completion, Usage
from botkit.monitoring.spans import Spans
from botkit.ports.models import Asking, ModelRequest
from botkit.testing import ScriptedModel

WHOLE = """\
llm:
  base_url: https://x.example/v1
  model: gpt-5-mini
  api_key: ${KEY}
  api: responses
  mode: first
  temperature: 0.3
  max_tokens: 800
  timeouts: {connect: 2s, first: 8s, total: 20s, media: 1m}
  retries: 1
  prices: {input: 0.25, output: 2, cached: 0.025}
  budgets:
    conversation: {tokens: 20000, money: 0.2}
    visitor: {money: 1, per: 7d}
    bot: {money: 300}
    day: {tokens: 1000000}
  mask: [email, phone]
  vision: true
  image: gpt-image-1
  speech: {model: tts-1, voice: nova}
  transcribe: {model: whisper-1}
  moderation: true
  fallback: {model: gpt-5-nano, prices: {input: 0.05, output: 0.4}}
"""
DAY = 86_400.0


def read(text: str, **variables: str) -> Config:
    config, problems = read_config(text, "bot.yaml", variables)
    assert problems == ()
    return config


def test_everything() -> None:
    timeouts = Timeouts(2.0, 8.0, 20.0, 60.0)
    first = Endpoint(
        "gpt-5-mini", "https://x.example/v1", "k", "responses", "", 0.3, 800, timeouts, Prices(0.25, 2.0, 0.025),
        True, "gpt-image-1", "tts-1", "nova", "whisper-1", "omni-moderation-latest",
    )  # fmt: skip
    second = Endpoint(
        "gpt-5-nano", "https://x.example/v1", "k", "responses", "", 0.3, 800, timeouts, Prices(0.05, 0.4), True,
        voice="nova",
    )  # fmt: skip
    budgets: dict[Any, Budget] = {
        "conversation": Budget(20_000, 0.2, 36_500 * DAY),
        "visitor": Budget(0, 1.0, 7 * DAY),
        "bot": Budget(0, 300.0, 30 * DAY),
        "day": Budget(1_000_000, 0.0, DAY),
    }
    wanted = ModelSettings(first, "first", 1, second, budgets, ("email", "phone"), ())
    assert read(WHOLE, KEY="k").models == wanted
    assert "k" not in repr(first).split()


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("llm:", None),
        ("llm: {mode: off}", None),
        ("llm: {model: m, api_key: k}", ModelSettings(Endpoint("m", api_key="k"))),
        ("llm: {model: m, api_key: k, mode: off}", ModelSettings(Endpoint("m", api_key="k"), "off")),
        (
            "llm: {model: m, api_key: k, answers: quote, check: numbers}",
            ModelSettings(Endpoint("m", api_key="k"), answers="quote", check="numbers"),
        ),
        ("llm: {model: m}", ModelSettings(Endpoint("m"), lacks=("api_key",))),
        ("llm: {model: m, api_key: '${K:-}'}", ModelSettings(Endpoint("m"), lacks=("api_key",))),
        ("llm: {model: m, api_key: '${K}'}", ModelSettings(Endpoint("m"), lacks=("K",))),
        ("llm: {model: m, base_url: http://x:1/v1}", ModelSettings(Endpoint("m", "http://x:1/v1"))),
        (
            "llm: {model: m, base_url: 'https://x.openai.azure.com', api_key: k, azure: {api_version: v1}}",
            ModelSettings(Endpoint("m", "https://x.openai.azure.com", "k", azure="v1")),
        ),
        (
            "llm: {model: m, api_key: k, fallback: n}",
            ModelSettings(Endpoint("m", api_key="k"), fallback=Endpoint("n", api_key="k")),
        ),
        (
            "llm: {model: m, api_key: k, fallback: {model: n, base_url: http://y/v1}}",
            ModelSettings(Endpoint("m", api_key="k"), fallback=Endpoint("n", "http://y/v1")),
        ),
        (
            "llm: {model: m, api_key: k, mask: true}",
            ModelSettings(Endpoint("m", api_key="k"), mask=("email", "iban", "id", "card", "phone", "address")),
        ),
    ],
)
def test_less_than_that(text: str, settings: ModelSettings | None) -> None:
    assert read(text).models == settings


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("llm: 3", "1:6: wrong-type: 'llm' takes a mapping, not the number 3"),
        ("llm: {modell: m}", "1:7: unknown-key: 'llm' has no key 'modell'; did you mean 'model'?"),
        ("llm: {api_key: k}", "1:6: missing-key: 'llm' needs the key 'model'"),
        ("llm: {mode: first}", "1:6: missing-key: 'llm' with the mode 'first' needs the key 'model'"),
        ("llm: {mode: always}", "1:13: unknown-value: 'mode' cannot be 'always'"),
        ("llm: {model: m, api: chats}", "1:22: unknown-value: 'api' cannot be 'chats'; did you mean 'chat'?"),
        ("llm: {model: m, base_url: x.org}", "1:27: unknown-value: 'base_url' takes the URL of an endpoint"),
        ("llm: {model: m, base_url: 'http://u:p@x/v1'}", "1:27: unknown-value: 'base_url' takes the URL"),
        ("llm: {model: m, temperature: 3}", "1:30: out-of-range: 'temperature' takes 0 to 2, not 3"),
        ("llm: {model: m, timeouts: {first: 1h}}", "1:35: bad-duration: 'first' takes a duration of at most 300s"),
        ("llm: {model: m, timeouts: {frist: 1s}}", "1:28: unknown-key: 'timeouts' has no key 'frist'"),
        ("llm: {model: m, retries: 9}", "1:26: out-of-range: 'retries' takes 0 to 5, not 9"),
        ("llm: {model: m, prices: {inputs: 1}}", "1:26: unknown-key: 'prices' has no key 'inputs'"),
        ("llm: {model: m, budgets: {day: {tokens: 0}}}", "1:41: out-of-range: 'tokens' takes 1 to"),
        (
            "llm: {model: m, moderation: yes}",
            "1:29: wrong-type: 'moderation' takes true, false or the name of a model",
        ),
        ("llm: {model: m, moderation: 'off'}", "1:29: wrong-type: 'moderation' takes true, false"),
        (
            "llm: {model: m, budgets: {day: {tokens: 1000}}}",
            "1:26: warning: small-budget: the budget 'day' is used up by one",
        ),
        (
            "llm: {model: m, max_tokens: 500, prices: {input: 1, output: 2}, budgets: {bot: {money: 0.001}}}",
            "1:74: warning: small-budget: the budget 'bot' is used up by one answer of at most 500 tokens",
        ),
        ("llm: {model: m, budgets: {day: {}}}", "1:32: missing-key: the budget 'day' takes tokens, money, or both"),
        ("llm: {model: m, budgets: {day: {tokens: 9000, per: 7d}}}", "1:47: unknown-key: 'day' has no key 'per'"),
        ("llm: {model: m, budgets: {bot: {tokens: 9000, per: 1s}}}", "1:52: bad-duration: 'per' takes a duration"),
        (
            "llm: {model: m, budgets: {bot: {money: 9}}}",
            "1:26: missing-key: a budget in money needs the prices of 'llm'",
        ),
        ("llm: {model: m, mask: [mail]}", "1:24: unknown-value: 'mask' cannot be 'mail'; did you mean 'email'?"),
        (
            "llm: {model: m, azure: {api_version: v}}",
            "1:24: missing-key: 'azure' needs the base_url of your resource",
        ),
        ("llm: {model: m, speech: {voice: v}}", "1:25: missing-key: 'speech' needs the key 'model'"),
        ("llm: {model: m, fallback: {prices: {}}}", "1:27: missing-key: 'fallback' needs the key 'model'"),
    ],
)
def test_mistakes(text: str, problem: str) -> None:
    _, problems = read_config(text, "bot.yaml", {})
    assert len(problems) == 1, problems
    assert str(problems[0]).startswith(f"bot.yaml:{problem}")


# Bots

FLOWS = """\
flows:
  talk:
    start: {commands: [talk]}
    steps:
      - agent: Help.
"""


def make_bot(folder: Path, llm: str, flows: str = FLOWS) -> Path:
    (folder / "bot.yaml").write_text(f"store: sqlite://\nllm: {llm}\n", encoding="utf-8")
    (folder / "flows.yaml").write_text(flows, encoding="utf-8")
    return folder


def test_a_bot_with_a_model(tmp_path: Path) -> None:
    checked = check_directory(make_bot(tmp_path, "{model: m, api_key: k, mode: first}"))
    assert checked.flows is not None
    assert (checked.flows.settings.llm_mode, checked.flows.catalogue.models) == ("first", True)
    assert [problem for problem in checked.problems if problem.code != "clear-secret"] == []


def test_steps_have_a_model_that_does_not_route(tmp_path: Path) -> None:
    checked = check_directory(make_bot(tmp_path, "{model: m, base_url: http://x/v1, mode: off}"))
    assert checked.flows is not None
    assert (checked.flows.settings.llm_mode, checked.flows.catalogue.models) == ("off", True)


@pytest.mark.parametrize("mode", ["off", "first"])
def test_a_bot_without_its_key_runs_without(tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    checked = check_directory(make_bot(tmp_path, f"{{model: m, api_key: '${{NO_SUCH_KEY}}', mode: {mode}}}"))
    assert checked.flows is not None
    assert (checked.flows.settings.llm_mode, checked.flows.catalogue.models) == ("off", False)
    problem = next(problem for problem in checked.problems if problem.code == "missing-model")
    assert problem.severity == "warning"
    assert str(problem).endswith(
        "bot.yaml:2:6: warning: missing-model: the language model has no api_key: the bot runs without it; "
        "set NO_SUCH_KEY in the environment or in .env"
    )
    assert "not-configured" not in {problem.code for problem in checked.problems}, "it is configured, and lacks a key"


def test_a_bot_without_the_library_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit.llm.settings.find_spec", lambda _: None)
    checked = check_directory(make_bot(tmp_path, "{model: m, base_url: http://x/v1}"))
    problem = next(problem for problem in checked.problems if problem.code == "missing-model")
    assert problem.hint == "pip install 'botkit[llm]'"
    assert checked.flows is not None
    assert not checked.flows.catalogue.models


async def test_the_gateway_of_a_bot(tmp_path: Path) -> None:
    request = ModelRequest([ChatMessage("user", "I am ann@example.org")])
    model = ScriptedModel("Hello [email 1]", "x")
    settings = "{model: m, api_key: '${NO_SUCH_KEY}', mask: true, budgets: {conversation: {tokens: 1050}}}"
    async with await Bot.load(make_bot(tmp_path, settings), model=model) as bot:
        assert bot.models is not None
        assert (await bot.models.complete(request, Asking("web:1"))).text == "Hello ann@example.org"
        model.script = ["x"] * 99
        with pytest.raises(ModelError, match="budget in tokens for this conversation"):
            for _ in range(99):
                await bot.models.complete(request, Asking("web:1"))
    assert 3 < len(model.asked) < 90
    assert model.closed


async def test_a_bot_without_one_has_no_gateway(tmp_path: Path) -> None:
    async with await Bot.load(make_bot(tmp_path, "{mode: off}")) as bot:
        assert bot.models is None


@pytest.mark.parametrize("llm", ["{mode: off}", "{model: m, api_key: '${NO_SUCH_KEY}'}"])
def test_a_bot_that_asks_no_model_loads_no_library(tmp_path: Path, llm: str) -> None:
    make_bot(tmp_path, llm)
    program = (
        "import asyncio, sys\nfrom botkit import Bot\n"
        f"async def main():\n    async with await Bot.load({str(tmp_path)!r}): pass\n"
        "asyncio.run(main())\n"
        "print([name for name in ('openai', 'httpx2', 'botkit.llm.gateway', 'botkit.llm.openai_model') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() in ("[]", "['botkit.llm.gateway']")


async def test_what_a_model_did_is_in_the_metrics_and_in_spans(tmp_path: Path) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    broken = ModelError("no", reason="rejected")
    model = ScriptedModel(Completion("Hi", usage=Usage(100, 20)), broken, name="small")
    settings = "{model: m, api_key: k, prices: {input: 10000, output: 0}}"
    spans = Spans(provider.get_tracer("test"))
    async with await Bot.load(make_bot(tmp_path, settings), model=model, spans=spans) as bot:
        assert bot.models is not None
        await bot.models.complete(ModelRequest([ChatMessage("user", "Anna")]), Asking("web:1", purpose="agent"))
        with pytest.raises(ModelError):
            await bot.models.complete(ModelRequest([ChatMessage("user", "Anna")]), Asking("web:1"))
        text = await read_metrics(bot, Numbers())
    for line in (
        'botkit_model_requests_total{model="small",purpose="agent",reason="ok"} 1',
        'botkit_model_requests_total{model="small",purpose="plugin",reason="rejected"} 1',
        'botkit_model_tokens_total{model="small",tokens="input"} 100',
        'botkit_model_cost_total{model="small"} 1',
        'botkit_model_first_token_seconds_count{model="small"} 1',
        "botkit_model_away 0",
    ):
        assert line in text.splitlines()
    made = [dict(span.attributes or {}) for span in exporter.get_finished_spans() if span.name == "botkit.model"]
    assert made == [
        {"botkit.model": "small", "botkit.tokens.input": 100, "botkit.tokens.output": 20},
        {"botkit.model": "small", "error.type": "rejected"},
    ]


async def test_placeholders_go_when_something_is_erased(tmp_path: Path) -> None:
    model = ScriptedModel(otherwise="ok")
    async with await Bot.load(make_bot(tmp_path, "{model: m, api_key: k, mask: true}"), model=model) as bot:
        assert bot.models is not None
        for mail in ("ann@example.org", "bob@example.org"):
            await bot.models.complete(ModelRequest([ChatMessage("user", mail)]), Asking("web:1"))
        assert model.last.messages[0].text == "[email 2]"
        await bot.engine.forget()
        await bot.models.complete(ModelRequest([ChatMessage("user", "bob@example.org")]), Asking("web:1"))
        assert model.last.messages[0].text == "[email 1]"
