"""Talks as lessons: answers count, and what is too long becomes several lessons."""

from botkit.llm.local.chats import Chats
from botkit.llm.local.lessons import PASSED_OVER, Lesson, make_lessons
from botkit.model.completions import ChatMessage
from tests.unit.llm.local.letters import THINKING, Letters

SYSTEM = ChatMessage("system", "Be brief.")


def turns(count: int, length: int = 8) -> list[ChatMessage]:
    return [
        one
        for at in range(count)
        for one in (ChatMessage("user", f"q{at} {'x' * length}"), ChatMessage("assistant", f"a{at} {'y' * length}"))
    ]


def learned(lesson: Lesson) -> str:
    return "".join(chr(label) for label in lesson.labels if label != PASSED_OVER)


def read(lesson: Lesson) -> str:
    return "".join(map(chr, lesson.tokens))


def test_only_answers_count() -> None:
    lessons, left_out = make_lessons(Chats(Letters()), [[SYSTEM, *turns(2)]], 1000)
    assert (len(lessons), left_out) == (1, 0)
    assert learned(lessons[0]) == " a0 yyyyyyyy</s> a1 yyyyyyyy</s>"
    assert lessons[0].learned == len(learned(lessons[0]))
    assert len(lessons[0].tokens) == len(lessons[0].labels)


def test_a_long_talk_becomes_lessons_that_fit_and_loses_no_answer() -> None:
    lessons, left_out = make_lessons(Chats(Letters()), [[SYSTEM, *turns(30)]], 200)
    assert left_out == 0
    assert len(lessons) > 5
    assert all(len(lesson.tokens) <= 200 and "Be brief." in read(lesson) for lesson in lessons)
    assert "".join(map(learned, lessons)) == "".join(f" a{at} yyyyyyyy</s>" for at in range(30))


def test_an_answer_that_fits_nowhere_is_left_out_and_counted() -> None:
    talk = [
        *turns(2),
        ChatMessage("user", "z" * 300),
        ChatMessage("assistant", "lost"),
        *turns(1),
        ChatMessage("user", "?"),
    ]
    lessons, left_out = make_lessons(Chats(Letters()), [talk], 200)
    assert left_out == 1
    assert "".join(map(learned, lessons)) == " a0 yyyyyyyy</s> a1 yyyyyyyy</s> a0 yyyyyyyy</s>"


def test_a_template_that_forgets_makes_a_lesson_of_each_answer() -> None:
    lessons, left_out = make_lessons(Chats(Letters(THINKING)), [turns(3)], 1000)
    assert left_out == 0
    assert [learned(lesson) for lesson in lessons] == [f"a{at} yyyyyyyy</s>" for at in range(3)]
