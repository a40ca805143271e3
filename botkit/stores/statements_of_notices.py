"""The statements as SQLite's text, written by `python -m botkit.stores.queries`: change them there."""

from typing import Final

NOTIFY: Final = (
    "INSERT INTO notices (id, plugin, conversation, channel, customer, why, at, due, tries) SELECT "
    "lower(hex(randomblob(16))) AS lower_1, :plugin AS anon_1, conversations.id, conversations.channel, "
    "coalesce(customers.customer, '') AS coalesce_1, :why AS anon_2, :at AS anon_3, :due AS anon_4, 0 FROM "
    'conversations LEFT OUTER JOIN customers ON customers.conversation = conversations."key" WHERE '
    'conversations."key" = :of'
)

DUE_NOTICES: Final = (
    "SELECT notices.id, notices.plugin, notices.conversation, notices.channel, notices.customer, notices.why, "
    "notices.at, notices.tries FROM notices WHERE notices.plugin = :plugin AND notices.due <= :by ORDER BY "
    "notices.at, notices.id LIMIT :most OFFSET 0"
)

DROP_NOTICE: Final = "DELETE FROM notices WHERE notices.id = :which"

PUT_OFF_NOTICE: Final = "UPDATE notices SET due=:due, tries=(notices.tries + 1) WHERE notices.id = :which"

NOTICE_COUNT: Final = "SELECT count(*) AS count_1 FROM notices"

OLD_NOTICES: Final = "SELECT notices.id, notices.plugin FROM notices WHERE notices.at < :before"
