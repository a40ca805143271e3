"""bot.yaml: what it gives, and every mistake with its place."""

import pytest

from botkit.app.config import Channel, Config, fill_variables, read_config
from botkit.app.teams import Agent
from botkit.errors import Place
from botkit.llm import Endpoint, ModelSettings
from botkit.model.flowset import Settings
from botkit.model.hours import Hours, Span
from botkit.ports.files import FileLimits
from botkit.runtime.retention import Ages
from botkit.safety import Rules
from botkit.stores import BucketSettings

WHOLE = """\
name: Acme support
locales: [en, zh, en]
timezone: Europe/Berlin
currency: USD
country: DE
channels:
  web: {}
  telegram: {token: "${TOKEN}", api_base: "${BASE:-https://x.org}"}
  sms:
plugins: [shop, loyalty: {rate: "${RATE:-3}"}, ./plugins/own.py]
store: {url: "sqlite:///${DB:-a.db}", durability: full}
understanding: {intent_threshold: 0.7, clarify_margin: 0.2, answer_threshold: 0.5}
llm: {model: m, api_key: "${KEY:-}"}
safety: {rate: 3 in 1m}
handoff:
  teams: {care: {}, support: {}}
  hours: 9-18
  patience: 2m
  silence: 0s
  position: false
  agents:
    ann: {token: "${TOKEN}", name: Ann Lee, teams: care}
    lee: {token: other, role: lead}
session: {idle: 12h}
api: {token: "${BOTKIT_TOKEN:-sesame}"}
"""


def test_a_whole_bot_yaml() -> None:
    config, problems = read_config(WHOLE, "bot.yaml", {"TOKEN": "t-1"})
    assert problems == ()
    assert config == Config(
        settings=Settings(
            name="Acme support",
            locales=("en", "zh"),
            timezone="Europe/Berlin",
            currency="USD",
            country="DE",
            channels=("web", "telegram", "sms"),
            intent_threshold=0.7,
            clarify_margin=0.2,
            answer_threshold=0.5,
            idle=43_200.0,
            teams=("care", "support"),
            default_team="support",
            hours=Hours(((Span(540, 1080),),) * 7, "Europe/Berlin"),
            patience=120.0,
            agent_silence=0.0,
            tell_position=False,
        ),
        channels={
            "web": Channel({}, Place("bot.yaml", 7, 3)),
            "telegram": Channel(
                {"token": "t-1", "api_base": "https://x.org"},
                Place("bot.yaml", 8, 3),
                places={("token",): Place("bot.yaml", 8, 14), ("api_base",): Place("bot.yaml", 8, 33)},
            ),
            "sms": Channel({}, Place("bot.yaml", 9, 3)),
        },
        plugins=("shop", "loyalty", "./plugins/own.py"),
        plugin_settings={"loyalty": {"rate": "3"}},
        plugin_places={
            "shop": Place("bot.yaml", 10, 11),
            "loyalty": Place("bot.yaml", 10, 17),
            "./plugins/own.py": Place("bot.yaml", 10, 48),
        },
        locale_places={"en": Place("bot.yaml", 2, 11), "zh": Place("bot.yaml", 2, 15)},
        setting_places={"loyalty": {("rate",): Place("bot.yaml", 10, 27)}},
        store="sqlite:///a.db",
        durability="full",
        store_place=Place("bot.yaml", 11, 8),
        safety=Rules(rate=(3, 60.0)),
        safety_place=Place("bot.yaml", 14, 9),
        agents={
            "ann": Agent("ann", "Ann Lee", "t-1", ("care",)),
            "lee": Agent("lee", "lee", "other", role="lead"),
        },
        token="sesame",
        models=ModelSettings(Endpoint("m"), lacks=("api_key",)),
        models_place=Place("bot.yaml", 13, 6),
    )


@pytest.mark.parametrize("zero", ["0s", "0", "0h"])
def test_what_never_ends_is_written_with_nought(zero: str) -> None:
    text = f"session: {{idle: {zero}}}\nturns: {{merge_within: {zero}}}\nhandoff: {{patience: {zero}}}"
    config, problems = read_config(text, "bot.yaml", {})
    assert problems == ()
    assert (config.settings.idle, config.settings.merge_within, config.settings.patience) == (0.0, 0.0, 0.0)


def test_an_empty_one_is_a_bot_already() -> None:
    assert read_config("", "bot.yaml", {}) == (Config(Settings()), ())
    assert read_config("# later", "bot.yaml", {}) == (Config(Settings()), ())


def test_variables_that_nobody_set_are_noted() -> None:
    config, problems = read_config('channels: {telegram: {token: "${A}-${B}"}}', "bot.yaml", {"B": "b"})
    assert problems == ()
    assert config.channels["telegram"].missing == ("A",)
    assert config.channels["telegram"].settings == {"token": "-b"}


def test_variables_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTKIT_TEST_DB", "/tmp/x.db")  # noqa: S108
    assert read_config('store: "sqlite:///${BOTKIT_TEST_DB}"', "bot.yaml")[0].store == "sqlite:////tmp/x.db"


@pytest.mark.parametrize(
    ("handoff", "team"),
    [("{teams: {care: {}}}", "care"), ("{teams: {care: {}, sales: {}}, default: sales}", "sales"), ("{}", "support")],
)
def test_the_team_that_takes_who_asks_for_a_person(handoff: str, team: str) -> None:
    config, problems = read_config(f"handoff: {handoff}", "bot.yaml", {})
    assert problems == ()
    assert config.settings.default_team == team


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nam: x", "1:1: unknown-key: bot.yaml has no key 'nam'; did you mean 'name'?"),
        ("[x]", "1:1: wrong-type: bot.yaml takes a mapping, not a list"),
        ("name: [x]", "1:7: wrong-type: 'name' takes a text, not a list"),
        ("name: x\nname: y", "2:1: duplicate-key: the key 'name' stands here a second time"),
        ("locales: {en: 1}", "1:10: wrong-type: 'locales' takes a text, not a mapping"),
        ("timezone: Mars/Base", "1:11: unknown-value: there is no time zone 'Mars/Base'; for instance Europe/Berlin"),
        ("timezone: ../../etc/passwd", "1:11: unknown-value: there is no time zone '../../etc/passwd'"),
        ("currency: euros", "1:11: unknown-value: 'currency' takes an ISO 4217 code such as EUR, not 'euros'"),
        ("channels: [web]", "1:11: wrong-type: 'channels' takes a mapping, not a list"),
        ("channels: {web: 1}", "1:17: wrong-type: the channel 'web' takes a mapping, not the number 1"),
        ("plugins: shop", "1:10: wrong-type: 'plugins' takes a list, not the text 'shop'"),
        ("plugins: [shop, shop]", "1:17: duplicate-name: the plugin 'shop' is named twice"),
        ("plugins: [[a]]", "1:11: wrong-type: a plugin takes a text, not a list"),
        ("plugins: [{a: 1, b: 2}]", "1:11: wrong-type: a plugin takes a text, not a mapping"),
        ("plugins: [{a: 1}]", "1:15: wrong-type: the settings of plugin 'a' takes a mapping, not the number 1"),
        ("store: [x]", "1:8: wrong-type: 'store' takes a text, not a list"),
        ("store: {url: x, durability: much}", "1:29: unknown-value: 'durability' cannot be 'much'; known: normal, "),
        ("store: {ulr: x}", "1:9: unknown-key: 'store' has no key 'ulr'; did you mean 'url'?"),
        ('store: "${NOBODY}"', "1:8: missing-variable: 'store' needs the variable NOBODY; set it, or give a default"),
        ("understanding: {intent_threshold: 2}", "1:35: out-of-range: 'intent_threshold' takes 0 to 1, not 2"),
        ("understanding: {intent_treshold: 1}", "1:17: unknown-key: 'understanding' has no key 'intent_treshold'"),
        ("session: {idle: long}", "1:17: bad-duration: 'idle' takes a duration such as 24h, not 'long'"),
        ("session: 3", "1:10: wrong-type: 'session' takes a mapping, not the number 3"),
        ("handoff: {team: x}", "1:11: unknown-key: 'handoff' has no key 'team'; did you mean 'teams'?"),
        ("handoff: {patience: soon}", "1:21: bad-duration: 'patience' takes a duration such as 5m, or 0s for never"),
        ("handoff: {patience: {a: b}}", "1:21: bad-duration: 'patience' takes a duration"),
        ("handoff: {silence: 8d}", "1:20: out-of-range: 'silence' takes at most 7d"),
        ("handoff: {position: maybe}", "1:21: wrong-type: 'position' takes true or false"),
        ("handoff: {agents: [ann]}", "1:19: wrong-type: 'agents' takes a mapping"),
        ("handoff: {agents: {ann: {}}}", "1:20: missing-key: the agent 'ann' has no token"),
        ("handoff: {agents: {ann: {token: [x]}}}", "1:33: wrong-type: 'token' takes a text"),
        ("handoff: {agents: {ann: {token: x, rol: lead}}}", "1:36: unknown-key: the agent 'ann' has no key 'rol'"),
        ("handoff: {agents: {ann: {token: x, role: boss}}}", "1:42: unknown-value: 'role'"),
        (
            "handoff: {teams: {care: {}}, agents: {ann: {token: x, teams: [car]}}}",
            "1:63: unknown-value: there is no team 'car'; did you mean 'care'?",
        ),
        (
            "handoff: {agents: {ann: {token: x}, bob: {token: x}}}",
            "1:37: duplicate-name: the agents 'ann' and 'bob' have the same token",
        ),
        ("api: {tokn: x}", "1:7: unknown-key: 'api' has no key 'tokn'; did you mean 'token'?"),
        ("api: {token: [x]}", "1:14: wrong-type: 'token' takes a text, not a list"),
    ],
)
def test_mistakes(text: str, problem: str) -> None:
    _, problems = read_config(text, "bot.yaml", {})
    assert len(problems) == 1, problems
    assert str(problems[0]).startswith(f"bot.yaml:{problem}")


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ('api: {token: "${A}"}', "1:14", "'token'"),
        ('handoff: {agents: {ann: {token: "${A}"}}}', "1:33", "'token'"),
        ('plugins: [shop: {rate: {x: "${A}"}}]', "1:17", "the settings of plugin 'shop'"),
    ],
)
def test_a_variable_that_nobody_set_is_a_warning_where_the_bot_runs_without(text: str, place: str, what: str) -> None:
    (problem,) = read_config(text, "bot.yaml", {})[1]
    hint = "set it, or give a default: ${NAME:-value}"
    assert str(problem) == f"bot.yaml:{place}: warning: missing-variable: {what} needs the variable A; {hint}"
    assert read_config(text, "bot.yaml", {"A": "a"})[1] == ()
    assert read_config(text.replace("${A}", "${A:-}"), "bot.yaml", {})[1] == ()


def test_every_variable_that_nobody_set_is_told_once() -> None:
    (problem,) = read_config('plugins: [x: {a: "${A}", b: "${B}${A}"}]', "bot.yaml", {})[1]
    assert problem.message == "the settings of plugin 'x' needs the variables A and B"


def test_all_mistakes_at_once_in_order() -> None:
    _, problems = read_config("nam: x\ntimezone: Mars\nsession: {idle: x}\n", "bot.yaml", {})
    assert [problem.place.line for problem in problems] == [1, 2, 3]


def test_variables_are_filled_wherever_text_is() -> None:
    missing: list[str] = []
    data = {"a": ["${X}", 3, None, "${Y:-}", "$Z ${} ${1}"], "b": "${X}${W}"}
    filled = fill_variables(data, {"X": "${Y:-no}"}, missing)
    assert filled == {"a": ["${Y:-no}", 3, None, "", "$Z ${} ${1}"], "b": "${Y:-no}"}
    assert missing == ["W"]


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("name: x", FileLimits()),
        ("files: {size: 2.5 MB, conversation: 20MB}", FileLimits(size=2_500_000, conversation=20_000_000)),
        ("files: {size: 500kB, types: [image/*, application/pdf]}", FileLimits(500_000, types=("image/*", "application/pdf"))),
        ("files: {size: 1 GB}", FileLimits(1_000_000_000, 1_000_000_000)),
        ("files: {types: []}", FileLimits(types=())),
        ("files: {types: image/png}", FileLimits(types=("image/png",))),
    ],
)  # fmt: skip
def test_what_is_taken_of_files(text: str, limits: FileLimits) -> None:
    config, problems = read_config(text, "bot.yaml", {})
    assert problems == ()
    assert config.files == limits


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("files: {size: 10}", "unknown-value", "'size' takes a size of at most 1000 MB, such as 10 MB or 500 kB, not '10'"),
        ("files: {size: 2GB}", "unknown-value", "not '2GB'"),
        ("files: {size: 0MB}", "unknown-value", "not '0MB'"),
        ("files: {size: -1MB}", "unknown-value", "not '-1MB'"),
        ("files: {size: [1MB]}", "unknown-value", "'size'"),
        ("files: {conversation: 5MB}", "out-of-range", "as large as one file"),
        ("files: {types: [image/*, image/svg+xml]}", "unknown-value", "'image/svg+xml' is not"),
        ("files: {types: [image/jpg]}", "unknown-value", "did you mean 'image/jpeg'?"),
        ("files: {types: ['*/*']}", "unknown-value", "'*/*' is not"),
        ("files: {typs: []}", "unknown-key", "did you mean 'types'?"),
        ("files: off", "wrong-type", "files"),
        ("files: {s3: {}}", "missing-key", "'bucket'"),
        ("files: {s3: {bucket: Acme Files}}", "unknown-value", "'bucket' takes the name of a bucket"),
        ("files: {s3: {bucket: acme, endpoint: minio:9000}}", "unknown-value", "'endpoint' takes the URL of a server"),
        ("files: {s3: {bucket: acme, endpoint: 'https://me:pass@minio'}}", "unknown-value", "'endpoint' takes"),
        ("files: {s3: {bucket: acme, region: Frankfurt am Main}}", "unknown-value", "'region' takes"),
        ("files: {s3: {bucket: acme, prefix: ../x y}}", "unknown-value", "'prefix' takes"),
        ("files: {s3: {bucket: acme, access_key_id: me}}", "missing-key", "or neither"),
        ("files: {s3: {buckt: acme, bucket: acme}}", "unknown-key", "did you mean 'bucket'?"),
        ("files: {s3: acme}", "wrong-type", "s3"),
    ],
)  # fmt: skip
def test_what_is_taken_of_files_wrongly(text: str, code: str, says: str) -> None:
    _, problems = read_config(text, "bot.yaml", {})
    (problem,) = problems
    assert problem.code == code
    assert says in str(problem)


def test_a_bucket_is_read_with_its_variables() -> None:
    text = (
        "files: {s3: {bucket: acme-files, endpoint: 'https://s3.example.org/', region: eu-central-1, prefix: support/, "
        'access_key_id: "${S3_ID}", secret_access_key: "${S3_SECRET}"}}'
    )
    config, problems = read_config(text, "bot.yaml", {"S3_ID": "id", "S3_SECRET": "a/b+c"})
    assert problems == ()
    assert config.bucket == BucketSettings(
        "acme-files", "https://s3.example.org", "eu-central-1", "id", "a/b+c", "support"
    )
    assert config.bucket.shown == "the bucket 'acme-files' at https://s3.example.org"
    unset, problems = read_config(text, "bot.yaml", {"S3_ID": "id"})
    assert problems == ()
    assert unset.bucket is not None
    assert unset.bucket.lacks == ("S3_SECRET",)


def test_amazons_own_bucket_needs_no_keys() -> None:
    config, problems = read_config("files: {s3: {bucket: acme}}", "bot.yaml", {})
    assert problems == ()
    assert config.bucket == BucketSettings("acme")
    assert config.bucket.shown == "the bucket 'acme' at Amazon S3, us-east-1"


DAY = 86_400.0


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("name: x", Ages()),
        ("retention: {conversations: 90d}", Ages(conversations=90 * DAY)),
        ("retention: {transcripts: 26w, files: 1d 12h}", Ages(transcripts=182 * DAY, files=1.5 * DAY)),
        ("retention: {failures: 24h, figures: 2y}", Ages(failures=DAY, figures=730 * DAY)),
        ("retention: {figures: 1y180d}", Ages(figures=545 * DAY)),
        ("retention: {audits: 1y}", Ages(audits=365 * DAY)),
        ("retention: {figures: 100y}", Ages(figures=36_500 * DAY)),
    ],
)
def test_what_goes_by_its_age(text: str, ages: Ages) -> None:
    config, problems = read_config(text, "bot.yaml", {})
    assert problems == ()
    assert config.retention == ages
    assert config.retention.none == (ages == Ages())


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        (
            "retention: {conversations: 90}",
            "bad-duration",
            "'conversations' takes an age such as 90d or 2y, not '90'",
        ),
        ("retention: {conversations: 90m}", "out-of-range", "at least a day, and '90m' is less"),
        ("retention: {conversations: 23h}", "out-of-range", "'23h' is less"),
        ("retention: {conversations: 0d}", "bad-duration", "not '0d'"),
        ("retention: {conversations: -90d}", "bad-duration", "not '-90d'"),
        ("retention: {conversations: 1.5y}", "bad-duration", "not '1.5y'"),
        ("retention: {conversations: y}", "bad-duration", "not 'y'"),
        ("retention: {conversations: 1y2y}", "bad-duration", "not '1y2y'"),
        ("retention: {conversations: 30d1y}", "bad-duration", "not '30d1y'"),
        ("retention: {conversations: ٣d}", "bad-duration", "not '٣d'"),
        ("retention: {conversations: 101y}", "bad-duration", "not '101y'"),
        (f"retention: {{conversations: {'9' * 5000}y}}", "bad-duration", "not '999"),
        ("retention: {conversations: never}", "bad-duration", "not 'never'"),
        ("retention: {conversations: }", "bad-duration", "not ''"),
        ("retention: {conversations: [90d]}", "bad-duration", "'conversations' takes an age"),
        ("retention: {conversation: 90d}", "unknown-key", "did you mean 'conversations'?"),
        ("retention: 90d", "wrong-type", "retention"),
    ],
)
def test_what_goes_by_its_age_wrongly(text: str, code: str, says: str) -> None:
    config, (problem,) = read_config(text, "bot.yaml", {})
    assert problem.code == code
    assert says in str(problem)
    assert config.retention == Ages()


def test_bursts_and_limits() -> None:
    text = "turns: {merge_within: 1500ms}\nlimits: {message: 500, waiting: 20}\n"
    config, problems = read_config(text, "bot.yaml", {})
    assert problems == ()
    settings = config.settings
    assert (settings.merge_within, settings.longest_message, settings.most_waiting) == (1.5, 500, 20)
    assert (Settings().merge_within, Settings().longest_message, Settings().most_waiting) == (0.0, 4000, 100)


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("turns: {merge_within: soon}", "bad-duration", "'merge_within' takes a duration such as 2s, not 'soon'"),
        ("turns: {merge_within: 2h}", "unknown-value", "at most 30s"),
        ("turns: {merge: 2s}", "unknown-key", "known: merge_within"),
        ("turns: 2s", "wrong-type", "turns"),
        ("limits: {message: 5}", "out-of-range", "'message' takes 100 to 100000, not 5"),
        ("limits: {waiting: 1e9}", "out-of-range", "'waiting' takes 5 to 10000"),
        ("limits: {waiting: many}", "wrong-type", "'waiting' takes a number"),
        ("limits: {waiting: -1}", "out-of-range", "'waiting'"),
        ("limits: [1]", "wrong-type", "limits"),
        ("limits: {mesage: 500}", "unknown-key", "did you mean 'message'?"),
    ],
)
def test_bursts_and_limits_that_are_none(text: str, code: str, says: str) -> None:
    _, problems = read_config(text, "bot.yaml", {})
    (problem,) = problems
    assert problem.code == code
    assert says in str(problem)


@pytest.mark.parametrize(
    ("text", "carrier"),
    [
        ("name: x", ""),
        ("carrier: nats://broker", "nats://broker"),
        ("carrier: ${NATS:-}", ""),
        ("carrier: ${WHERE}", "nats://me:pw@a:1,nats://b:2/bot"),
        ("carrier:", ""),
    ],
)
def test_a_carrier(text: str, carrier: str) -> None:
    config, problems = read_config(text, "bot.yaml", {"WHERE": "nats://me:pw@a:1,nats://b:2/bot"})
    assert (config.carrier, problems) == (carrier, ())


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("carrier: kafka://broker", "unknown-value", "'kafka://broker' names no broker"),
        ("carrier: nats://me:geheim@host:port", "unknown-value", "'host:port' names no broker"),
        ("carrier: ${NATS}", "missing-variable", "NATS"),
        ("carrier: [nats://broker]", "wrong-type", "carrier"),
        ("carier: nats://broker", "unknown-key", "did you mean 'carrier'?"),
    ],
)
def test_what_is_no_carrier(text: str, code: str, says: str) -> None:
    _, problems = read_config(text, "bot.yaml", {})
    (problem,) = problems
    assert problem.code == code
    assert says in str(problem)
    assert "geheim" not in str(problem)
