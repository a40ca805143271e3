"""Chinese addresses in one line."""

import pytest

from botkit_shop import addresses


@pytest.mark.parametrize(
    ("text", "street", "unit", "city", "state", "zip_code"),
    [
        ("改成杭州市西湖区文三路100号3单元502，邮编310012", "西湖区文三路100号", "3单元502", "杭州", "", "310012"),
        ("北京市朝阳区建国路88号院1号楼1203", "朝阳区建国路88号院", "1号楼1203", "北京", "北京", ""),
        (
            "中国上海上海市淮海中路 88 号 6 楼 602 室 200031",
            "淮海中路 88 号",
            "6 楼 602 室",
            "上海",
            "上海",
            "200031",
        ),
        ("浙江省，杭州市，西湖区文三路 100 号", "西湖区文三路 100 号", "", "杭州", "浙江", ""),
        ("广东省深圳市南山区R3-B座5楼", "南山区R3-B座5楼", "", "深圳", "广东", ""),
        ("广西壮族自治区桂林市中山路1号", "中山路1号", "", "桂林", "广西", ""),
        ("四川成都青年路5号", "青年路5号", "", "成都", "四川", ""),
        ("四川成都锦江区春熙路 12 号 3 楼", "锦江区春熙路 12 号", "3 楼", "成都", "四川", ""),
        ("成都锦江区春熙路 12 号", "锦江区春熙路 12 号", "", "成都", "", ""),
        ("四川什邡青年路5号", "什邡青年路5号", "", "", "四川", ""),
        ("江苏省南京路 12 号", "南京路 12 号", "", "", "江苏", ""),
        ("寄到我公司地址：上海市长乐路7弄2室（邮编200031）", "长乐路7弄", "2室", "上海", "上海", "200031"),
    ],
)
def test_a_chinese_address(text: str, street: str, unit: str, city: str, state: str, zip_code: str) -> None:
    found = addresses.read(text)
    assert found == {
        "street": street, "unit": unit, "city": city, "state": state, "country": "中国", "zip": zip_code
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "500 Main Street",
        "12 Valencia Street, San Francisco, 941100",
        "人民路 26 号",
        "北京路 1 号",
        "南京东路 20 号",
        "成都路 20 号",
        "苏州河畔 3 号",
        "家乐福超市旁 88 号",
        "",
        "1" * 2000,
        "a\x00b 1",
    ],
)
def test_what_is_no_whole_address_is_a_street(text: str) -> None:
    found = addresses.read(f" {text} ")
    assert found["street"] == text.strip()
    assert set(found.values()) <= {text.strip(), ""}
