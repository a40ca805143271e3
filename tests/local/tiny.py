"""A tiny GPT-2 with random weights and a tokenizer of bytes, made in a second."""

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

END = "<|endoftext|>"
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
STRICT = (  # as those of Gemma and Mistral: no system message, both sides in turn
    "{% if messages[0]['role'] != 'user' %}{{ raise_exception('a user first') }}{% endif %}"
    "{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('in turn') }}{% endif %}[{{ message['role'] }}]{{ message['content'] }}"
    "{% if message['role'] == 'assistant' %}<|endoftext|>{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)


def make_tokenizer(template: str = "") -> PreTrainedTokenizerFast:
    """Give a tokenizer of bytes: whatever it reads it gives back."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    marks = [END, "<|im_start|>", "<|im_end|>"]
    inner = Tokenizer(models.BPE({letter: at for at, letter in enumerate(letters)}, []))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    end = "<|im_end|>" if template == CHATML else END
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, eos_token=end, additional_special_tokens=[one for one in marks if one != end]
    )
    if template:
        tokenizer.chat_template = template
    return tokenizer


def make_model(folder: Path, template: str = "", *, window: int = 256, width: int = 64, dropout: float = 0.1) -> Path:
    """Write such a model into a folder."""
    torch.manual_seed(7)
    tokenizer = make_tokenizer(template)
    config: dict[str, Any] = {"resid_pdrop": dropout, "embd_pdrop": dropout, "attn_pdrop": dropout}
    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=len(tokenizer), n_positions=window, n_embd=width, n_layer=2, n_head=2,
            bos_token_id=tokenizer.eos_token_id, eos_token_id=tokenizer.eos_token_id, **config,
        )
    )  # fmt: skip
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
