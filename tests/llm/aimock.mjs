// Starts aimock on a free port and prints where it is; it ends with its standard input.
import { LLMock } from "@copilotkit/aimock";

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
const mock = new LLMock({ port: 0, chunkSize: 3, logLevel: "silent" });

mock.addFixture({
  match: { predicate: (asked) => asked.messages.at(-1)?.role === "tool" },
  response: { content: "Order 17 is on its way." },
});
mock.onMessage("greet me", { content: "Good day to you, and welcome! 您好" });
mock.onMessage("where is order 17", {
  toolCalls: [
    { name: "shop_find_order", arguments: { id: "17", note: "a \"quoted\" 名字" } },
    { name: "shop_find_order", arguments: { id: "18" } },
  ],
});
mock.onMessage("give me json", { content: JSON.stringify({ n: 3, word: "drei" }) });
mock.onMessage("rate me", { error: { message: "Slow down", type: "rate_limit_error", code: "rate_limit_exceeded" }, status: 429 });
mock.onMessage("break down", { error: { message: "Oh no", type: "server_error" }, status: 500 });
mock.onMessage("cut it", { content: "This will be cut short, as you can see" }, { latency: 40, truncateAfterChunks: 3 });
mock.onMessage("be slow", { content: "At last" }, { streamingProfile: { ttft: 3000 } });
mock.onMessage("say no more", { content: "This is too lo", finishReason: "length" });
mock.onMessage("be bad", { content: "", finishReason: "content_filter" });
mock.onImage("a red dot", { images: [{ b64Json: PNG }] });
mock.onSpeech("Good day", { audio: Buffer.from("OggS a sound").toString("base64"), format: "opus" });
mock.onTranscription({ transcription: { text: "Where is my order?" } });
mock.onModerate("hate", { flagged: true, categories: { hate: true, violence: false } });
mock.onModerate(/.*/, { flagged: false, categories: { hate: false, violence: false } });
mock.onEmbedding("north", { embedding: [0, 1, 0] });

await mock.start();
console.log(mock.url);
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
