"""Display names of the shop's English words in Chinese.

The data stays English, as in a db.json; what a customer reads is translated here, and what is not here is
shown as it is.
"""

import re

PRODUCTS: dict[str, str] = {
    "action camera": "运动相机",
    "air purifier": "空气净化器",
    "backpack": "双肩包",
    "bicycle": "自行车",
    "bluetooth speaker": "蓝牙音箱",
    "bookshelf": "书架",
    "canvas tote": "帆布袋",
    "coffee maker": "咖啡机",
    "cycling helmet": "骑行头盔",
    "desk lamp": "台灯",
    "digital camera": "数码相机",
    "dumbbell set": "哑铃套装",
    "e-reader": "电子书阅读器",
    "electric kettle": "电热水壶",
    "electric toothbrush": "电动牙刷",
    "espresso machine": "意式咖啡机",
    "fleece jacket": "抓绒外套",
    "gaming mouse": "游戏鼠标",
    "garden hose": "花园水管",
    "grill": "烤架",
    "headphones": "耳机",
    "hiking boots": "登山靴",
    "indoor security camera": "室内监控摄像头",
    "jigsaw puzzle": "拼图",
    "laptop": "笔记本电脑",
    "led light bulb": "LED 灯泡",
    "luggage set": "行李箱套装",
    "makeup kit": "化妆套装",
    "mechanical keyboard": "机械键盘",
    "notebook": "笔记本",
    "office chair": "办公椅",
    "patio umbrella": "庭院遮阳伞",
    "perfume": "香水",
    "pet bed": "宠物床",
    "portable charger": "充电宝",
    "rain jacket": "雨衣",
    "running shoes": "跑鞋",
    "skateboard": "滑板",
    "smart thermostat": "智能温控器",
    "smart watch": "智能手表",
    "smartphone": "智能手机",
    "sneakers": "运动鞋",
    "sunglasses": "太阳镜",
    "t-shirt": "T恤",
    "tablet": "平板电脑",
    "tea kettle": "烧水壶",
    "teapot": "茶壶",
    "throw blanket": "毛毯",
    "vacuum cleaner": "吸尘器",
    "wall clock": "挂钟",
    "water bottle": "水杯",
    "wireless earbuds": "无线耳机",
    "wool scarf": "羊毛围巾",
    "wristwatch": "手表",
    "yoga mat": "瑜伽垫",
}

OPTIONS: dict[str, str] = {
    "armrest": "扶手",
    "backlight": "背光",
    "backrest height": "靠背高度",
    "band material": "表带材质",
    "battery life": "续航",
    "battery type": "电池类型",
    "brand": "品牌",
    "brightness": "亮度",
    "capacity": "容量",
    "color": "颜色",
    "compartment": "隔层",
    "compatibility": "兼容性",
    "connectivity": "连接方式",
    "cover": "封面",
    "deck material": "板面材质",
    "design": "图案",
    "dial color": "表盘颜色",
    "diameter": "直径",
    "difficulty level": "难度",
    "display": "屏幕",
    "features": "功能",
    "filter type": "滤网类型",
    "frame size": "车架尺寸",
    "frame color": "镜框颜色",
    "gender": "适用性别",
    "height": "高度",
    "kit size": "套装规格",
    "length": "长度",
    "lens color": "镜片颜色",
    "material": "材质",
    "output": "输出接口",
    "pages": "页数",
    "piece count": "件数",
    "pieces": "片数",
    "power source": "电源",
    "pressure": "压力",
    "processor": "处理器",
    "ram": "内存",
    "resolution": "分辨率",
    "room size": "适用房间",
    "ruling": "内页",
    "scent family": "香调",
    "screen size": "屏幕尺寸",
    "sensor type": "传感器类型",
    "set type": "套装类型",
    "size": "尺寸",
    "skin tone": "肤色",
    "sole": "鞋底",
    "speed settings": "档位",
    "storage": "存储",
    "stovetop compatibility": "适用炉灶",
    "style": "款式",
    "switch type": "轴体",
    "thickness": "厚度",
    "theme": "主题",
    "type": "类型",
    "ventilation": "通风",
    "water resistance": "防水等级",
    "waterproof": "防水",
    "weight range": "重量范围",
    "zoom": "变焦",
}

VALUES: dict[str, str] = {
    "adjustable": "可调节",
    "beige": "米色",
    "black": "黑色",
    "blank": "空白",
    "blue": "蓝色",
    "bamboo": "竹制",
    "battery": "电池",
    "bright": "明亮",
    "brown": "棕色",
    "canvas": "帆布",
    "ceramic": "陶瓷",
    "cotton": "棉",
    "custom": "定制",
    "dotted": "点阵",
    "electric": "电",
    "fabric": "织物",
    "fixed": "固定",
    "foam": "泡沫",
    "full size": "全尺寸",
    "gas": "燃气",
    "glass": "玻璃",
    "gold": "金色",
    "graphic": "印花",
    "gray": "灰色",
    "green": "绿色",
    "grey": "灰色",
    "hardcover": "硬壳",
    "high": "高",
    "hiking": "徒步",
    "in-ear": "入耳式",
    "iron": "铁",
    "l": "L",
    "large": "大号",
    "leather": "皮革",
    "linen": "亚麻",
    "lined": "横线",
    "low": "低",
    "m": "M",
    "medium": "中号",
    "mesh": "网布",
    "metal": "金属",
    "navy": "藏青色",
    "no": "否",
    "none": "无",
    "nylon": "尼龙",
    "on-ear": "贴耳式",
    "over-ear": "头戴式",
    "oval": "椭圆",
    "pink": "粉色",
    "plain": "纯色",
    "plastic": "塑料",
    "polyester": "聚酯纤维",
    "purple": "紫色",
    "red": "红色",
    "round": "圆形",
    "rubber": "橡胶",
    "s": "S",
    "silver": "银色",
    "small": "小号",
    "softcover": "软皮",
    "stainless steel": "不锈钢",
    "standard": "标准",
    "tall": "高款",
    "usb": "USB",
    "unisex": "中性",
    "white": "白色",
    "wired": "有线",
    "wireless": "无线",
    "wood": "木",
    "wool": "羊毛",
    "xl": "XL",
    "xs": "XS",
    "xxl": "XXL",
    "yellow": "黄色",
    "yes": "是",
    "crew neck": "圆领",
    "v-neck": "V领",
    "ac adapter": "电源适配器",
}

UNITS: dict[str, str] = {
    "hour": "小时",
    "hours": "小时",
    "inch": "英寸",
    "inches": "英寸",
    "ft": "英尺",
    "cup": "杯",
    "cups": "杯",
    "liter": "升",
    "liters": "升",
    "l": "升",
    "ml": "毫升",
    "mah": "毫安时",
    "piece": "件",
    "pieces": "件",
    "pages": "页",
    "lbs": "磅",
}

STATUSES: dict[str, str] = {
    "pending": "待发货",
    "pending (item modified)": "待发货（商品已修改）",
    "processed": "已出库",
    "delivered": "已送达",
    "cancelled": "已取消",
    "return requested": "已申请退货",
    "exchange requested": "已申请换货",
}

# What customers call an order by where it stands.
STATUSES_ALSO: dict[str, tuple[str, ...]] = {
    "pending": ("待发货", "没发货", "未发货", "没发", "待处理", "not sent yet", "not shipped yet"),
    "processed": ("已出库", "已发货", "发货了", "在路上", "on its way"),
    "delivered": ("已送达", "已签收", "签收的", "收到的", "送到的"),
    "cancelled": ("已取消", "取消的", "canceled"),
}

PAYMENTS: dict[str, dict[str, str]] = {
    "credit_card": {"en": "{brand} ending in {digits}", "zh": "尾号 {digits} 的{brand}"},
    "gift_card": {"en": "gift card ending in {digits}", "zh": "尾号 {digits} 的礼品卡"},
    "paypal": {"en": "PayPal", "zh": "PayPal"},
}
CARDS: dict[str, str] = {"visa": " Visa 卡", "mastercard": "万事达卡"}

# What customers call a payment method beside its label, and the one that an order was paid with.
PAYMENTS_ALSO: dict[str, tuple[str, ...]] = {
    "credit_card": ("credit card", "card", "信用卡", "银行卡", "卡", "卡里"),
    "gift_card": ("gift card", "voucher", "礼品卡"),
    "paypal": ("paypal account", "贝宝"),
}
ORIGINAL_ALSO: tuple[str, ...] = (
    "original", "original payment method", "original method", "same card", "where it came from",
    "原路退回", "原路返回", "原卡", "原付款方式", "原来的付款方式", "原支付方式", "原来的支付方式",
)  # fmt: skip

# What customers call a product in Chinese beside its name and the end of it.
PRODUCTS_ALSO: dict[str, tuple[str, ...]] = {
    "backpack": ("背包", "书包"),
    "canvas tote": ("帆布包", "手提袋"),
    "notebook": ("本子",),
    "rain jacket": ("雨披", "冲锋衣"),
    "running shoes": ("鞋", "运动鞋"),
    "sneakers": ("鞋",),
    "hiking boots": ("鞋", "靴子"),
    "t-shirt": ("短袖", "体恤", "t恤衫"),
    "throw blanket": ("毯子", "盖毯"),
    "water bottle": ("杯子", "水壶"),
}

# What stands for the place of a choice in a list, in both languages.
PLACES: tuple[tuple[str, str], ...] = (
    ("first", "第一件"), ("second", "第二件"), ("third", "第三件"), ("fourth", "第四件"), ("fifth", "第五件"),
)  # fmt: skip

HAN = re.compile(r"[\u3400-\u9fff]")
ORDINALS: tuple[tuple[str, ...], ...] = (
    ("first", "第一", "第1"), ("second", "第二", "第2"), ("third", "第三", "第3"), ("fourth", "第四", "第4"),
    ("fifth", "第五", "第5"),
)  # fmt: skip
LAST_PLACE = ("last one", "最后一个", "最后那个", "最后一单")

NUMERALS = {char: index for index, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "幺": 1}
SPOKEN_SIZE = re.compile(
    "(?<![第大小零〇一二两三四五六七八九十])(?:[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])(?=码)"
)
SPOKEN_DIGITS = re.compile(
    "(?<![零〇一二两三四五六七八九幺十])[零〇一二两三四五六七八九幺]{4,7}(?![零〇一二两三四五六七八九幺十百千万])"
)
NUMBER_AND_UNIT = re.compile(r"(\d+(?:\.\d+)?)[\s-]*([a-z]+)", re.IGNORECASE)


def in_digits(text: str) -> str:
    """Write Chinese numerals as digits where only a number can be meant: a size before 码, a zip code."""
    sized = SPOKEN_SIZE.sub(lambda found: str(_up_to_99(found[0])), text)
    return SPOKEN_DIGITS.sub(lambda found: "".join(str(NUMERALS[char]) for char in found[0]), sized)


def _up_to_99(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    return (NUMERALS[tens] if tens else 1) * 10 * bool(ten) + (NUMERALS[ones] if ones else 0)


def is_chinese(locale: str) -> bool:
    """Tell whether texts of this locale are Chinese."""
    return locale.lower().split("-", maxsplit=1)[0] == "zh"


def translated(word: str, table: dict[str, str], locale: str) -> str:
    """Give the word in the locale, or as it is."""
    return table.get(word.casefold(), word) if is_chinese(locale) else word


def places(index: int, name: str) -> list[str]:
    """Give what the choice at a place is called: 'first T-Shirt', '第一件T恤'."""
    english, chinese = PLACES[index]
    short = name.rsplit(maxsplit=1)[-1] if name else name
    return list(dict.fromkeys([f"{english} {name}", f"{english} {short}", f"{english} item", f"{chinese}{name}"]))


def value(word: str, locale: str) -> str:
    """Give the value of an option in the locale; '4 hours' becomes '4 小时'."""
    measure = NUMBER_AND_UNIT.fullmatch(word)
    if is_chinese(locale) and measure and measure.group(2).casefold() in UNITS:
        return f"{measure.group(1)} {UNITS[measure.group(2).casefold()]}"
    return translated(word, VALUES, locale)


def size(value: str) -> str:
    """Give a size that is a number as it is said in Chinese: '8 码'."""
    return f"{value} 码"


def card(brand: str, locale: str) -> str:
    """Name a card by its brand; in Chinese it stands behind 的."""
    if is_chinese(locale):
        return CARDS.get(brand.casefold(), "信用卡")
    return brand.capitalize() or "card"


def payment(method: dict[str, object], locale: str) -> str:
    """Name a payment method as customers know it: 'Visa ending in 1234', '尾号 1234 的万事达卡'."""
    texts = PAYMENTS.get(str(method["source"]), {"en": str(method["source"])})
    text = texts.get("zh" if is_chinese(locale) else "en", texts["en"])
    digits = str(method.get("last_four") or str(method["id"])[-4:])
    return text.format(brand=card(str(method.get("brand") or ""), locale), digits=digits)
