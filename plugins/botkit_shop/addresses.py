"""A Chinese address as people write it in one line: the parts from the country down to the door."""

import re

MUNICIPALITIES = ("北京", "上海", "天津", "重庆")
PROVINCES = (
    "河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|"
    "内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
LEAD = re.compile(r"^(?:.{0,12}?(?:改成|改为|改到|换成|寄到|送到|发到|地址[是为:：])\s*)+")
ZIP = re.compile(r"[，,;；。\s(（]*(?:邮政编码|邮编)?[是为:：\s]*(?<!\d)(\d{6})(?!\d)[)）。\s]*")
COUNTRY = re.compile(r"^(?:中国|中华人民共和国)[，,\s]*")
ROAD = "[东西南北中]?[一二三四]?(?:路|街|大街|大道|巷|弄|胡同)"  # 北京路 is a street
PROVINCE = re.compile(
    rf"^({'|'.join(MUNICIPALITIES)}|{PROVINCES})(?!{ROAD})(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)?[，,\s]*",
)
CITY = re.compile(r"^([\u4e00-\u9fff]{2,6}?)(?<![超城菜夜])市[，,\s]*")
KNOWN = (  # cities that people name without 市
    "石家庄|唐山|保定|太原|大同|沈阳|大连|鞍山|长春|吉林|哈尔滨|大庆|南京|苏州|无锡|常州|南通|徐州|扬州|镇江|杭州|宁波|温州|嘉兴|绍兴|金华|台州|"
    "合肥|芜湖|福州|厦门|泉州|漳州|南昌|九江|赣州|济南|青岛|烟台|潍坊|淄博|临沂|威海|郑州|洛阳|开封|武汉|宜昌|襄阳|长沙|株洲|湘潭|岳阳|"
    "广州|深圳|珠海|佛山|东莞|惠州|中山|汕头|江门|海口|三亚|成都|绵阳|德阳|宜宾|贵阳|遵义|昆明|大理|西安|咸阳|宝鸡|兰州|西宁|"
    "呼和浩特|包头|南宁|桂林|柳州|拉萨|银川|乌鲁木齐"
)
CITY_ALONE = re.compile(rf"^({KNOWN})(?!{ROAD})[，,\s]*")
CITY_BEFORE_DISTRICT = re.compile(rf"^({KNOWN})(?!{ROAD})[，,\s]*(?=[\u4e00-\u9fff]{{1,4}}[区县])")
DOOR = re.compile(r"^(.*?\d+\s*(?:号院|号|弄))[，,\s]*(.*)$")


def read(text: str) -> dict[str, str]:
    """Give the `street`, `unit`, `city`, `state`, `country` and `zip` of an address; what was not said is empty.

    What is no Chinese address is a street as it stands.
    """
    whole = text.strip()
    zip_code, rest = _cut(ZIP, LEAD.sub("", whole))
    rest = COUNTRY.sub("", rest.strip())
    state, rest = _cut(PROVINCE, rest)
    if state in MUNICIPALITIES:
        city, rest = state, re.sub(rf"^{state}市[，,\s]*", "", rest)
    else:
        city, rest = _city(rest, CITY_ALONE if state else CITY_BEFORE_DISTRICT)
    if not (state or city):
        return {"street": whole, "unit": "", "city": "", "state": "", "country": "", "zip": ""}
    door = DOOR.match(rest)
    street, unit = (door[1], door[2]) if door else (rest, "")
    return {"street": street, "unit": unit, "city": city, "state": state, "country": "中国", "zip": zip_code}


def _city(text: str, without_its_word: re.Pattern[str]) -> tuple[str, str]:
    """Take out the city: with 市, or one that everybody knows."""
    city, rest = _cut(CITY, text)
    return (city, rest) if city else _cut(without_its_word, text)


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """Take out what a pattern finds: its group, and the text without it."""
    found = pattern.search(text)
    return (found[1], f"{text[: found.start()]} {text[found.end() :]}".strip()) if found else ("", text)
