"""What the matcher knows of words before it has seen an example: empty words, weak words, and words for one thing.

The tables are plain text, one concept a line: `name: words and phrases | Chinese ones`. A phrase's words may stand
up to three words apart (`send back` is found in 'send this thing back'). Chinese entries may name several
concepts (`运费` is shipping and cost) by standing in several lines.
"""

EMPTY_WORDS = """
a an the this that these those it its i id im ive ill me my mine myself you your yours youre youve youd we our
us ours they them their he she his her him and or but if then than so as at by for from in into of off on onto
out over to too up down with without about is am are was were be been being do does did doing done doesnt has
have had having can could cant couldnt will would wont wouldnt shall should shouldnt may might must want wanna
need like wish hope please pls plz thanks thank thx hello hi hey dear ok okay yes no not dont isnt arent wasnt
didnt havent hasnt just really very much also still already again ever even only now here there today currently
maybe perhaps actually kindly some any all something anything thing stuff one ones get got gotta getting give
let lets make take try go going know tell say see look looking able possible help ask asking way bit lot kind
sort such more most other another same own well good great fine there thats theres hows whats wheres whos sure
sorry because since while until before after think guess believe wonder wondering currently regarding concerning
happen happening keep put use using each both per via etc quick quickly soon anymore recently question ich du er
sie es wir ihr mein meine meinen meiner dein der die das den dem ein eine einen einer und oder aber wenn ist
sind war bin hat habe haben kann können konnte möchte will würde bitte danke hallo mit von zu zum zur für auf im
an nicht kein keine noch schon auch nur mal mir mich sich ihre ihren je tu il elle nous vous le la les un une
des du et ou mais est sont mon ma mes votre vos veux voudrais peux puis pouvez pour dans sur avec pas s'il plaît
merci bonjour yo tú el los las una y o pero es son mi mis su sus quiero quisiera puedo puede para en con por
favor gracias hola أنا أن في من على إلى هل هذا هذه هو هي ما لا أريد ان اريد يمكن يمكنني لو سمحت فضلك من مع عن
"""

WEAK_WORDS = """
when where why how who what which whom long many time day days week order item items product products article
something someone problem issue thing info information details website site online new old place first last
morning afternoon evening night tomorrow yesterday tonight monday tuesday wednesday thursday friday saturday
sunday weekend month year date came come comes coming buy bought purchase happy instead wann wo wie warum was
"""

EMPTY_CJK = """
我 你 您 他 她 它 我们 你们 您们 他们 咱们 的 地 得 了 吗 呢 吧 啊 呀 哦 嘛 哈 哎 喂 嗨 请 请问 帮 帮我 帮忙
麻烦 想 要 想要 需要 可以 可不可以 能 能不能 能否 可否 是否 是不是 有没有 一下 一下子 这 那 这个 那个 这些 那些
这件 这双 这条 这款 那件 那双 该 把 被 给 跟 和 与 及 在 是 有 会 就 都 也 还 很 太 又 再 才 个 件 双 条 只 款
些 之前 刚 刚刚 刚才 已经 现在 目前 到底 究竟 知道 告诉 告诉我 一个 一 去 来 用 对 为 从 让 查 查询 查看 查查 看
看看 看一下 问 问问 问一下 想问 想知道 咨询 你好 您好 谢谢 多谢 感谢 好 好的 嗯 上次 昨天 今天 明天 前天 帮我查
希望 打算 准备 应该 必须 怎样才能 办理 申请 进行 操作 处理 东西 自己 然后 但是 因为 所以 如果 比如 以及 或者
还是 上 下 里
"""

WEAK_CJK = """
什么 哪个 哪些 怎么 怎样 如何 为什么 为何 谁 几 多少 问题 事情 情况 商店 网站 网上 关于
"""

CONCEPTS = """
return: return, send back, bring back, give back, ship back, take back, mail back | 退货 退掉 退回 退还 退了
    寄回 退换 退换货 退
refund: refund, money back, reimburse, reimbursement, get my money | 退款 退钱 返款 退费 还钱 把钱退
exchange: exchange, swap, replace, replacement, trade in, trade for | 换货 调换 换一 换个 换一个 换一件 换一双
    退换货 替换 换
cancel: cancel, stop, dont need it, not need it, cancellation, call off, abort, scrap, revoke, undo, withdraw |
    取消 撤销 撤单 撤回 不要了 不想要了 不买了 作废
order: order | 订单 单子 定单
buy: buy, purchase, acquire | 购买 买 下单 买的 买了 订购
package: package, parcel, packet, shipment | 包裹 快递 快件 货物
ship: ship, shipping, deliver, delivery, dispatch, postage, send out, mail | 包邮 配送 送货 发货 邮寄 寄送 派送
    运费 邮费 快递费 运输 寄 送
status: status, track, tracking, progress, whereabouts, located, trace, how far | 状态 进度 到哪 到哪里 到哪儿
    到哪了 物流 追踪 跟踪 走到哪
where: where | 哪里 哪儿 在哪 在哪里 何处 什么地方
arrive: arrive, arrival, turn up, show up, get here, reach, receive, come | 到货 送到 收到 送达 到了 到 收货
address: address, street, postcode, zip code | 地址 住址 收货地址 收件地址
move: move, moved, moving, relocate | 搬家 搬到 搬了 搬走
change: change, modify, update, edit, alter, adjust, amend, switch, revise | 修改 更改 变更 改 换成 改成 改为
    更新 更换 调整 改一下 换
payment: payment, paypal, apple pay, bank transfer, pay, paying | 付款 支付 付钱 付费 结账 支付方式 付款方式
    支付宝 微信支付
card: credit card, card, debit card, visa, gift card, mastercard | 信用卡 银行卡 礼品卡 卡片 卡
item: item, product, article, merchandise | 商品 产品 物品 货品 货
person: person, human, talk someone, speak someone, talk somebody, speak somebody, someone real, real person,
    agent, representative, rep, operator, staff, employee, colleague, advisor, real people | 人工 客服 真人 专员
    工作人员 接线员 人工客服 人工服务 活人
talk: talk, speak, chat, call, contact, connect, reach out, get in touch, transfer | 说话 聊 谈 联系 转接 转
    通话 对话 交谈 沟通 接 接通 找
open: open, opening, business hours, opening hours, working hours | 营业 开门 开店 上班 营业时间 开放 工作时间
    上班时间
close: close, closing, closed, shut | 关门 打烊 下班 关店
time: time, hour, oclock | 几点 时间 点钟 营业时间 工作时间 上班时间 多长时间
when: when, what time, what day | 什么时候 何时 啥时候 哪天 什么时间 几时 多会儿
duration: how long, how many days, how soon, how quick, how fast | 多久 多长时间 几天 多少天 要多久 多快
cost: cost, price, fee, charge, how much, expensive, pricing, postage | 费用 价格 多少钱 收费 价钱 贵 运费 邮费
    快递费 要钱 花费
free: free, complimentary | 免费 包邮 免运费
complaint: complain, complaint, unhappy, dissatisfied, disappointed, terrible, awful, unacceptable, angry,
    upset, annoyed, frustrated, horrible, disgusted, bad service, not satisfied, not happy, worst, ridiculous,
    rude | 投诉 不满 不满意 差评 生气 太差 失望 糟糕 抱怨 差劲 气死 太烂 恶劣
broken: broken, break, damage, defective, defect, faulty, does not work, doesnt work, not working, stopped
    working, crack, malfunction | 坏了 破损 损坏 瑕疵 坏 破了 坏的 质量问题 碎了 故障
size: size, sizing, fit | 尺码 尺寸 大小 号码 码数 码
small: small, tight, smaller | 小了 太小 偏小 小一号
large: large, big, loose, bigger, larger | 大了 太大 偏大 大一号
color: color, colour | 颜色 色
material: material, fabric, made of, made from | 材质 面料 材料 什么做的
stock: stock, available, availability, sell, sold out, carry | 有货 库存 现货 缺货 卖 没货 断货 有卖
warranty: warranty, guarantee | 保修 质保 保修期 保质期
discount: discount, coupon, promo, promotion, voucher, sale | 优惠 折扣 打折 优惠券 促销 活动 优惠码
account: account, profile, personal data, my data | 账户 账号 帐号 帐户 个人资料 资料 个人信息
default: default, home, main | 默认 家庭 常用
member: member, membership, loyalty, points | 会员 积分
password: password, passcode, login, log in, sign in | 密码 登录 登陆 登不上
invoice: invoice, receipt, bill | 发票 收据 账单 开票
email: email, e mail, mail address | 邮箱 邮件 电邮
phone: phone, telephone, phone number, mobile | 电话 手机 手机号 电话号码
store: store, shop, branch, showroom | 门店 店 商店 实体店 店铺 店面 你们店
delete: delete, erase, deactivate, close account | 删除 注销 删掉
remove: remove, take out, drop | 去掉 移除
add: add, include | 添加 加上 增加 加
missing: missing, lost, lose, disappear, never arrived, not received, not arrived, havent received, never came |
    丢 丢失 没收到 少了 没到 不见了 丢了
wrong: wrong, incorrect, mistake, mixed up | 错 错误 发错 弄错 错了 不对
late: late, delay, overdue, slow, take so long, taking so long | 延迟 晚 迟 慢 太慢 延误 拖
abroad: abroad, overseas, international, internationally, foreign, other countries | 国外 海外 国际 外国
gift: gift, present | 礼物 礼品 送礼
wrap: wrap, wrapping | 包装
login: register, sign up, create account | 注册 开户
policy: policy, rule, terms, conditions | 政策 规定 条款 规则
details: details, information, info, describe, description, specification, specs | 介绍 详情 信息 详细 了解 参数
    说明
difference: difference, compare, differ, versus | 区别 对比 差别 比较
recommend: recommend, suggest, advice, advise | 推荐 建议
deadline: deadline, how many days, time limit, window | 期限 几天内 多少天内
"""

WEAK_CONCEPTS = """
order item buy when where time details move talk store arrive
"""

RELATED: tuple[tuple[str, str, float], ...] = (
    ("open", "close", 0.7),
    ("open", "time", 0.4),
    ("where", "status", 0.7),
    ("arrive", "status", 0.6),
    ("arrive", "ship", 0.6),
    ("arrive", "package", 0.3),
    ("package", "order", 0.7),
    ("ship", "status", 0.4),
    ("package", "status", 0.5),
    ("refund", "payment", 0.2),
    ("size", "small", 0.6),
    ("size", "large", 0.6),
    ("size", "color", 0.5),
    ("small", "exchange", 0.4),
    ("large", "exchange", 0.4),
    ("material", "details", 0.5),
    ("material", "item", 0.4),
    ("stock", "item", 0.4),
    ("package", "ship", 0.4),
    ("order", "buy", 0.6),
    ("item", "order", 0.4),
    ("card", "payment", 0.7),
    ("when", "duration", 0.7),
    ("when", "time", 0.7),
    ("time", "duration", 0.5),
    ("duration", "deadline", 0.6),
    ("free", "cost", 0.5),
    ("move", "address", 0.6),
    ("delete", "remove", 0.8),
    ("remove", "change", 0.4),
    ("add", "change", 0.4),
    ("default", "account", 0.6),
    ("missing", "status", 0.5),
    ("late", "status", 0.5),
    ("broken", "complaint", 0.3),
    ("phone", "talk", 0.3),
    ("return", "refund", 0.45),
    ("return", "exchange", 0.3),
    ("exchange", "change", 0.5),
    ("details", "item", 0.3),
)

IRREGULAR = {
    "bought": "buy",
    "sent": "send",
    "paid": "pay",
    "told": "tell",
    "broke": "break",
    "broken": "break",
    "lost": "lose",
    "took": "take",
    "taken": "take",
    "spoke": "speak",
    "came": "come",
    "went": "go",
    "gave": "give",
    "given": "give",
    "found": "find",
    "brought": "bring",
    "sold": "sell",
    "got": "get",
    "gotten": "get",
    "made": "make",
    "people": "people",
}
