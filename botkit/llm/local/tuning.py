"""Fine-tuning: a local model learns to answer as conversations that went well did.

Transformers' Trainer does it, with LoRA of peft where that is wanted. What it leaves is a folder with a whole model.
"""

import logging
import threading
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import msgspec

from botkit.errors import UsageError
from botkit.llm.local.chats import Chats
from botkit.llm.local.folders import (
    Loaded,
    find_device,
    load_folder,
    require_extra,
    require_folder,
    wait_idly,
)
from botkit.llm.local.lessons import Lesson, collate, make_lessons, measure
from botkit.llm.local.workplace import Run, Workplace, key_of, need_room
from botkit.model.completions import ChatMessage

Talks = Sequence[Sequence[ChatMessage]]
CHECKPOINTS: Final = 20  # in a training, where nothing else is wanted
_KEPT: Final = 2  # of them
_COPIES: Final = 3  # of what is trained in a checkpoint: itself, and two of the optimizer's


class Lora(msgspec.Struct, frozen=True):
    """Small matrices beside those of the model are trained, which stays as it is; at the end they are added to it."""

    rank: int = 8
    alpha: int = 16
    dropout: float = 0.0


class Plan(msgspec.Struct, frozen=True):
    """How to train. `rate` 0 is 5e-5, with LoRA 2e-4; `every` is how many steps lie between checkpoints, 0: a
    twentieth of all; `window` is how many tokens a lesson has at most, 0: as many as the model reads."""

    epochs: float = 3.0
    batch: int = 4
    rate: float = 0.0
    lora: Lora | None = None
    seed: int = 42
    every: int = 0
    window: int = 0
    device: str = "auto"
    threads: int = 0


class Progress(msgspec.Struct, frozen=True):
    """How far a training is; `loss` is that of the last step."""

    step: int
    of: int
    loss: float | None = None


class Tuned(msgspec.Struct, frozen=True):
    """What came of it: losses are means of a token of an answer, in nats; those of what is held out may be missing.

    `done` is False where it was stopped before its end, and goes on from a checkpoint the next time.
    """

    done: bool
    steps: int
    of: int
    resumed: int
    lessons: int
    held_out: int
    tokens: int
    too_long: int
    before: float
    after: float | None = None
    held_out_before: float | None = None
    held_out_after: float | None = None
    seconds: float = 0.0


def tune(
    base: Path,
    out: Path,
    train: Talks,
    held_out: Talks = (),
    plan: Plan | None = None,
    *,
    resume: bool | None = None,
    stop: threading.Event | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Tuned:
    """Fine-tune the model in `base` and write what it becomes to `out`, which may not be there yet.

    A process that ends in the middle goes on from its last checkpoint when it is called again (`resume`; False begins
    anew, True wants a checkpoint); the model is the same then, bit for bit, on the same machine. `stop` ends it at
    the next step, with a checkpoint. Raises ConfigError, UsageError.
    """
    began = perf_counter()
    plan = plan or Plan()
    require_extra()
    require_folder(base)
    if plan.lora is not None:
        require_extra("lora")
    place = Workplace(out)
    with place.opened(resume=resume), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of peft and transformers to each other
        _prepare_torch(plan)
        loaded = load_folder(base, dtype="auto", device=find_device(plan.device))
        work = _Work(base, place, plan, loaded, train, held_out)
        return msgspec.structs.replace(work.run(stop, progress), seconds=round(perf_counter() - began, 3))


def _prepare_torch(plan: Plan) -> None:
    wait_idly()
    import torch
    from transformers.utils import logging as words

    words.set_verbosity(logging.ERROR)
    words.disable_progress_bar()
    torch.set_num_threads(plan.threads or torch.get_num_threads())


class _Work:
    def __init__(
        self, base: Path, place: Workplace, plan: Plan, loaded: Loaded, train: Talks, held_out: Talks
    ) -> None:
        import torch

        self.place, self.plan, self.tokenizer = place, plan, loaded.tokenizer
        self.dtype = loaded.model.dtype
        self.model: Any = loaded.model.to(torch.float32)
        window = min(plan.window or loaded.window, loaded.window)
        chats = Chats(loaded.tokenizer)
        self.lessons, self.too_long = make_lessons(chats, train, window)
        self.tests, _ = make_lessons(chats, held_out, window)
        if not self.lessons:
            raise UsageError(f"no answer fits into the {window} tokens that the model reads at once")
        self.pad = loaded.tokenizer.pad_token_id or loaded.tokenizer.eos_token_id or 0
        decisive = msgspec.structs.replace(plan, every=0, threads=0)
        self.run_ = self._begin(key_of(base, decisive, [self.lessons, self.tests]))

    def _begin(self, key: str) -> Run:
        known = self.place.begin(key)
        if known is None:
            known = Run(key, self._loss(self.lessons), self._loss(self.tests) if self.tests else None)
            self.place.keep(known)
        self.place.drop_broken()
        return known

    def _loss(self, lessons: Sequence[Lesson]) -> float:
        return round(measure(self.model, lessons, self.plan.batch, self.pad), 6)

    def run(self, stop: threading.Event | None, progress: Callable[[Progress], None] | None) -> Tuned:
        last = self.place.last()
        resumed = int(last.name.rpartition("-")[2]) if last is not None else 0
        trainer = self._trainer(stop or threading.Event(), progress)
        trainer.train(resume_from_checkpoint=str(last) if last is not None else None)
        state = trainer.state
        tuned = Tuned(
            done=state.global_step >= state.max_steps,
            steps=state.global_step,
            of=state.max_steps,
            resumed=resumed,
            lessons=len(self.lessons),
            held_out=len(self.tests),
            tokens=sum(lesson.learned for lesson in self.lessons),
            too_long=self.too_long,
            before=self.run_.before,
            held_out_before=self.run_.held_out,
        )
        if not tuned.done:
            return tuned
        self.model = trainer.model.merge_and_unload() if self.plan.lora is not None else trainer.model
        after, test = self._loss(self.lessons), self._loss(self.tests) if self.tests else None
        self._save()
        return msgspec.structs.replace(tuned, after=after, held_out_after=test)

    def _trainer(self, stop: threading.Event, progress: Callable[[Progress], None] | None) -> Any:
        from transformers import PrinterCallback, ProgressCallback, Trainer, TrainingArguments, set_seed

        plan = self.plan
        set_seed(plan.seed)
        if plan.lora is not None:
            self.model = _with_lora(self.model, plan.lora)
        trained = sum(one.numel() * 4 for one in self.model.parameters() if one.requires_grad)
        whole = sum(one.numel() * 4 for one in self.model.parameters())
        need_room(self.place.folder, trained * _COPIES * (_KEPT + 1) + whole)
        steps = -(-len(self.lessons) // plan.batch) * plan.epochs
        arguments = TrainingArguments(
            output_dir=str(self.place.folder),
            per_device_train_batch_size=plan.batch,
            num_train_epochs=plan.epochs,
            learning_rate=plan.rate or (2e-4 if plan.lora is not None else 5e-5),
            seed=plan.seed,
            data_seed=plan.seed,
            save_strategy="steps",
            save_steps=plan.every or max(1, round(steps / CHECKPOINTS)),
            save_total_limit=_KEPT,
            logging_strategy="steps",
            logging_steps=1,
            eval_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=str(self.model.device) == "cpu",
            remove_unused_columns=False,
            dataloader_pin_memory=False,
        )
        trainer = Trainer(
            model=self.model,
            args=arguments,
            train_dataset=self.lessons,
            data_collator=lambda lessons: collate(lessons, self.pad),
            callbacks=[_watcher(self.place, stop, progress)],
        )
        trainer.remove_callback(PrinterCallback)
        trainer.remove_callback(ProgressCallback)
        return trainer

    def _save(self) -> None:
        made = self.place.folder / "model"
        self.model.to(self.dtype).save_pretrained(made)
        self.tokenizer.save_pretrained(made)
        self.place.finish(made)


def _with_lora(model: Any, lora: Lora) -> Any:
    from peft import LoraConfig, TaskType, get_peft_model

    config = LoraConfig(
        task_type=TaskType.CAUSAL_LM,
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules="all-linear",
    )
    return get_peft_model(model, config)


def _watcher(place: Workplace, stop: threading.Event, progress: Callable[[Progress], None] | None) -> Any:
    """Give what the Trainer tells how far it is, and asks whether to go on."""
    from transformers import TrainerCallback

    class Watcher(TrainerCallback):  # type: ignore[misc]
        """Seals checkpoints, tells the progress, and stops."""

        def on_step_end(self, _args: Any, _state: Any, control: Any, **_: Any) -> None:
            if stop.is_set():
                control.should_save = control.should_training_stop = True

        def on_log(self, _args: Any, state: Any, _control: Any, logs: Any = None, **_: Any) -> None:
            if progress is not None and "loss" in (logs or {}):
                progress(Progress(state.global_step, state.max_steps, float(logs["loss"])))

        def on_save(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
            place.seal(state.global_step)

    return Watcher()
