"""The statements as SQLite's text, written by `python -m botkit.stores.queries`: change them there."""

from typing import Final

KEEP_THREAD: Final = (
    "INSERT INTO threads (room, id, conversation, place, since, shown, ended, at) SELECT :room AS anon_1, :id "
    'AS anon_2, conversations."key", :place AS anon_3, :since AS anon_4, :shown AS anon_5, :ended AS anon_6, '
    ":at AS anon_7 FROM conversations WHERE conversations.id = :owned_by ON CONFLICT (room, id) DO UPDATE SET "
    "shown = max(threads.shown, excluded.shown), ended = max(threads.ended, excluded.ended), at = "
    "max(threads.at, excluded.at)"
)

THREAD: Final = (
    "SELECT threads.room, threads.id, conversations.id AS conversation, threads.place, threads.since, "
    'threads.shown, threads.ended, threads.at FROM threads JOIN conversations ON conversations."key" = '
    "threads.conversation WHERE threads.room = :room AND threads.id = :which"
)

OPEN_THREADS: Final = (
    "SELECT threads.room, threads.id, conversations.id AS conversation, threads.place, threads.since, "
    'threads.shown, threads.ended, threads.at FROM threads JOIN conversations ON conversations."key" = '
    "threads.conversation WHERE threads.room = :room AND threads.ended = 0 ORDER BY threads.at"
)

HEARD: Final = "SELECT 1 FROM seen WHERE seen.channel = :on AND seen.id = :which"
