"""A tokenizer whose tokens are letters, with a chat template or without: what `Chats` needs of one."""

from collections.abc import Sequence
from typing import Any

import jinja2

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
STRICT = (  # as those of Gemma and Mistral: no system message, both sides in turn, a person first
    "{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ refuse('in turn') }}{% endif %}[{{ message['role'] }}]{{ message['content'] }}"
    "{% if message['role'] == 'assistant' %}</s>{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)
THINKING = (  # as that of Qwen 3: the last question asks for thoughts, which past answers do not show
    "{% for message in messages %}[{{ message['role'] }}]{{ message['content'] }}</s>{% endfor %}"
    "{% if add_generation_prompt %}[assistant]<think>{% endif %}"
)


class _Added:
    def __init__(self, text: str) -> None:
        self.text, self.special = text, True

    def __str__(self) -> str:
        return self.text


class Letters:
    """Reads letters; `first` is the token that it puts before whatever it reads."""

    def __init__(self, template: str = "", *, end: str = "</s>", first: str = "") -> None:
        self.chat_template = template or None
        self.eos_token = end
        self.bos_token, self.bos_token_id = first, 1 if first else None
        self.all_special_tokens = [one for one in (end, first) if one]
        self.added_tokens_decoder = {9: _Added("<|im_start|>"), 8: _Added("<|im_end|>")}

    def __call__(self, text: str, *, add_special_tokens: bool = True) -> dict[str, list[int]]:
        begin = [1] if add_special_tokens and self.bos_token else []
        return {"input_ids": [*begin, *map(ord, text)]}

    def apply_chat_template(
        self, messages: Sequence[dict[str, Any]], *, tokenize: bool, add_generation_prompt: bool
    ) -> str:
        assert not tokenize

        def refuse(why: str) -> None:
            raise jinja2.TemplateError(why)

        template = jinja2.Environment(autoescape=False).from_string(self.chat_template or "")  # noqa: S701 - no page
        return template.render(messages=messages, add_generation_prompt=add_generation_prompt, refuse=refuse)
