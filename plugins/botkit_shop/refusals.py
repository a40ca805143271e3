"""What the desk refuses, with a stable code and words for the customer.

A text never says more than the customer knows: an order of somebody else and one that does not exist have
the same code and the same text.
"""

from botkit.errors import ActionError

REFUSALS: dict[str, dict[str, str]] = {
    "not_identified": {
        "en": "Please tell me your e-mail address first, or your name and zip code.",
        "zh": "请先告诉我您的邮箱地址，或您的姓名和邮编。",
    },
    "not_found": {
        "en": "I couldn't find a customer with these details.",
        "zh": "没有查到相应的客户信息。",
    },
    "already_identified": {
        "en": "In this conversation I can only help with your own account.",
        "zh": "为了保障账户安全，本次对话只能办理您本人账户的业务。",
    },
    "not_a_name": {
        "en": "Please write your first and last name.",
        "zh": "麻烦告诉我您的姓名。",
    },
    "unknown_user": {"en": "I can't find this account.", "zh": "没有找到这个账户。"},
    "unknown_order": {
        "en": "I can't find this order among yours.",
        "zh": "您名下没有找到这个订单，麻烦再核对一下订单号。",
    },
    "unknown_product": {"en": "I can't find this product.", "zh": "没有找到这个商品。"},
    "unknown_item": {"en": "I can't find this item.", "zh": "没有找到这件商品。"},
    "unknown_payment": {
        "en": "I can't find this payment method among yours.",
        "zh": "您的账户里没有这种付款方式。",
    },
    "not_pending": {
        "en": "This order can't be changed any more, only a pending one can.",
        "zh": "这个订单已经不能修改了，只有待发货的订单可以修改。",
    },
    "not_delivered": {
        "en": "Only a delivered order can be returned or exchanged, and only once.",
        "zh": "只有已送达的订单可以退货或换货，而且每个订单只能办理一次。",
    },
    "unavailable_item": {
        "en": "I'm sorry, this item isn't available at the moment.",
        "zh": "抱歉，这件商品目前缺货。",
    },
    "not_same_product": {
        "en": "An item can only be replaced by another version of the same product.",
        "zh": "只能换成同款商品的其他规格。",
    },
    "count_mismatch": {
        "en": "Each item needs exactly one replacement.",
        "zh": "每件商品都要选好换成哪一款。",
    },
    "no_items": {"en": "Please choose at least one item.", "zh": "请至少选择一件商品。"},
    "gift_card_short": {
        "en": "The balance of this gift card is not enough.",
        "zh": "这张礼品卡的余额不足。",
    },
    "same_payment": {
        "en": "The order is already paid with this method; please choose another one.",
        "zh": "这个订单用的就是这种付款方式，请换一种。",
    },
    "payment_settled": {
        "en": "The payment method of this order can't be changed again.",
        "zh": "这个订单的付款方式不能再改了。",
    },
    "refund_target": {
        "en": "A refund goes to the original payment method or to a gift card.",
        "zh": "退款只能退回原付款方式或礼品卡。",
    },
    "bad_reason": {
        "en": "Please choose a reason: no longer needed, or ordered by mistake.",
        "zh": "请选择取消原因：不想要了，或者下错单了。",
    },
    "bad_address": {
        "en": "This address is not complete, please check it.",
        "zh": "地址不完整，麻烦再核对一下。",
    },
    "bad_expression": {
        "en": "I can't work this out; please write it with numbers, + - * / and parentheses.",
        "zh": "这个算不了，请只用数字、+ - * / 和括号。",
    },
    "bad_input": {"en": "I can't use this, please write it differently.", "zh": "这个内容用不了，请换个写法。"},
    "key_reused": {
        "en": "This request was already used for something else.",
        "zh": "这个请求已经用在别的操作上了。",
    },
}


def refuse(code: str) -> ActionError:
    """Make the error for one of the codes above, in English."""
    return ActionError(wording(code, "en"), error=code)


def wording(code: str, locale: str) -> str:
    """Say a refusal in the customer's language, in English where there is no other text."""
    texts = REFUSALS[code]
    return texts.get(locale.split("-", maxsplit=1)[0].lower(), texts["en"])
