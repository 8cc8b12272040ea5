/**
 * Words of work that mean nearly the same, in English and Chinese: one group a line, written for this project. General on purpose: no company's
 * own words, nothing taken from anybody's documents. Several words in a row are found as they stand; endings do not matter.
 */
export const meanings: readonly string[] = `
annual leave, holiday, vacation, paid time off, time off, day off, days off, 年假, 年休假, 带薪假, 休假, 假期
sick leave, sickness absence, sick, ill, illness, unwell, off sick, 病假, 生病, 患病
parental leave, maternity leave, paternity leave, new baby, newborn, adoption, 产假, 陪产假, 育儿假, 生孩子
bereavement leave, compassionate leave, funeral, death in the family, 丧假
wedding leave, marriage leave, getting married, 婚假, 结婚
carry over, carried over, roll over, keep for next year, unused days, 结转, 顺延, 未休
doctor, physician, gp, medical certificate, fit note, sick note, doctor's note, 医生, 诊断证明, 病假条, 病假证明
remote work, remote working, work from home, working from home, home office, wfh, telework, teleworking, 远程办公, 远程工作, 在家办公, 居家办公, 在家上班
office, workplace, premises, site, 办公室, 办公场所, 办公地点, 厂区
working hours, office hours, core hours, work time, 工作时间, 上班时间, 作息
overtime, extra hours, work late, 加班, 延时工作
flexible hours, flexitime, flexible working, 弹性工作, 弹性上班
salary, pay, wage, wages, remuneration, earnings, 工资, 薪资, 薪水, 薪酬, 报酬
payday, pay day, payroll, salary date, get paid, 发薪日, 发工资, 工资发放, 薪资发放
payslip, pay slip, wage slip, 工资条, 工资单
bonus, incentive, premium, 奖金, 绩效奖
pension, retirement, retire, 养老金, 退休, 养老保险
social insurance, social security, 社保, 社会保险, 五险一金, 公积金
tax, taxes, taxation, 税, 税款, 个税, 纳税
allowance, per diem, daily allowance, subsistence, 补贴, 津贴, 补助
expense, expenses, cost, costs, spending, outlay, 费用, 支出, 开支, 花费
reimburse, reimbursed, reimbursement, claim back, refund, paid back, money back, 报销, 报账, 退款, 退还
receipt, voucher, proof of payment, 收据, 票据, 凭证, 小票
invoice, bill, billing, 发票, 账单, 开票
vat, value added tax, 增值税
travel, trip, journey, business trip, business travel, 出差, 差旅, 旅行
hotel, accommodation, lodging, overnight stay, room rate, 酒店, 住宿, 宾馆
flight, plane, air travel, airfare, fly, 机票, 飞机, 航班, 乘机
train, rail, railway, 火车, 高铁, 动车, 铁路
taxi, cab, ride hailing, 出租车, 网约车, 打车
car, vehicle, automobile, 汽车, 车辆, 车
mileage, mileage rate, own car, private car, 里程, 自驾, 私车
parking, car park, park my car, 停车, 停车场, 车位
meal, lunch, dinner, food, breakfast, eat, 餐费, 午餐, 晚餐, 用餐, 伙食, 吃饭
canteen, cafeteria, restaurant, kitchen, 食堂, 餐厅
advance, cash advance, prepayment, 预支, 预付款, 借款
purchase, buy, buying, procurement, order, acquire, 采购, 购买, 购置, 订购
supplier, vendor, contractor, provider, 供应商, 厂商, 承包商
quote, quotes, quotation, quotations, offer, offers, bid, bids, price comparison, 报价, 比价, 询价, 投标
tender, tendering, competitive bidding, 招标, 竞标
contract, agreement, 合同, 协议
approve, approval, sign off, authorise, authorize, permission, consent, 审批, 批准, 核准, 同意, 许可
limit, threshold, ceiling, cap, maximum, at most, up to, 上限, 限额, 最高, 不超过
budget, funding, funds, 预算, 经费
credit card, company card, corporate card, 信用卡, 公司卡, 商务卡
bank account, account details, bank details, 银行账户, 账号, 银行卡
gift, gifts, present, presents, hospitality, 礼品, 礼物, 馈赠, 招待
bribe, bribery, corruption, kickback, 贿赂, 行贿, 受贿, 回扣, 腐败
conflict of interest, side job, second job, outside work, 利益冲突, 兼职, 副业
whistleblower, report misconduct, hotline, speak up, reporting line, 举报, 热线, 投诉
harassment, bullying, discrimination, mobbing, 骚扰, 霸凌, 歧视
complaint, grievance, complain, 申诉, 投诉, 抱怨
discipline, disciplinary, warning letter, 处分, 纪律, 警告
dismissal, dismiss, fire, fired, termination, laid off, 解雇, 辞退, 开除, 裁员
resign, resignation, quit, leave the company, give notice, notice period, 辞职, 离职, 通知期
probation, trial period, probationary period, 试用期, 见习期
new starter, new hire, new employee, new joiner, joiner, onboarding, first day, induction, 新员工, 新人, 入职, 报到
leaver, leaving, last day, offboarding, exit, 离职, 离岗, 离任
hire, hiring, recruitment, recruit, vacancy, job opening, 招聘, 录用, 招人, 岗位空缺
referral, refer a friend, recommend a candidate, 内推, 推荐人才
interview, job interview, 面试
manager, supervisor, boss, line manager, team lead, superior, 经理, 主管, 上级, 领导, 负责人
director, executive, head of, managing director, 总监, 总经理, 高管
colleague, coworker, co-worker, teammate, staff, employee, employees, personnel, 同事, 员工, 职工, 人员
human resources, hr, people team, personnel department, 人力资源, 人事, 人事部
finance, finance team, accounting, accounts department, 财务, 财务部, 会计
it, it department, helpdesk, help desk, service desk, it support, 信息技术部, 技术支持, 服务台
legal, lawyer, legal team, counsel, 法务, 律师, 法律
training, course, courses, workshop, seminar, class, 培训, 课程, 学习, 进修
conference, congress, trade fair, exhibition, 会议, 大会, 展会
certificate, certification, qualification, diploma, exam, 证书, 认证, 资格, 考试
mentor, buddy, sponsor, 导师, 师傅, 伙伴
performance review, appraisal, evaluation, feedback talk, 绩效评估, 考核, 绩效面谈
promotion, promoted, career step, 晋升, 升职
password, passcode, passphrase, pin, 密码, 口令
login, log in, sign in, sign-in, log on, 登录, 登陆
two factor, two-factor, multi factor, mfa, second factor, authenticator, security key, 双因素, 多因素, 二次验证, 动态口令
account locked, locked out, forgot password, reset, 锁定, 忘记密码, 重置
access, access rights, permissions, 权限, 访问, 访问权限
badge, access card, id card, pass, key card, entry card, 工牌, 门禁卡, 胸卡, 门卡
key, keys, lock, 钥匙, 锁
visitor, guest, visitors, 访客, 来访, 客人
reception, front desk, 前台, 接待
camera, cameras, cctv, video surveillance, surveillance, 摄像头, 监控, 视频监控
laptop, notebook, computer, pc, workstation, 笔记本电脑, 电脑, 计算机
phone, telephone, mobile, mobile phone, smartphone, cell phone, 手机, 电话
phone number, telephone number, call, dial, ring, 电话号码, 拨打, 致电
monitor, screen, display, 显示器, 屏幕
usb stick, usb, flash drive, memory stick, external drive, removable media, u盘, 移动硬盘, 移动存储
device, equipment, hardware, gear, 设备, 器材, 硬件
return equipment, hand back, give back, return, send back, 归还, 退还, 交还, 退回
lost, stolen, theft, loss, missing, 丢失, 遗失, 被盗, 盗窃, 丢了
broken, defective, faulty, damaged, fault, does not work, 损坏, 故障, 坏了, 失灵
repair, fix, mend, servicing, 维修, 修理, 修复
warranty, guarantee, warranty period, 保修, 质保, 保修期
spare part, spare parts, replacement part, 备件, 配件
battery, batteries, rechargeable, charge, charging, 电池, 蓄电池, 充电
install, installation, set up, setup, mount, fit, 安装, 装设, 设置
calibrate, calibration, adjust, 校准, 标定
clean, cleaning, wipe, wash, 清洁, 清洗, 擦拭
temperature, heat, cold, degrees, 温度, 高温, 低温
storage, store, keep, warehouse, 存放, 储存, 保存, 仓库
retention, retention period, how long kept, archive, keep for years, 保存期限, 保留, 留存, 归档
delete, erase, deletion, erasure, wipe, remove, 删除, 清除, 抹除
backup, back up, backups, 备份
software, app, application, program, tool, 软件, 应用, 程序, 工具
update, upgrade, patch, new version, 更新, 升级, 补丁
release, rollout, deploy, deployment, go live, ship, 发布, 上线, 部署
rollback, roll back, revert, undo, 回滚, 回退, 撤回
test, testing, check, trial, 测试, 试验, 检测
bug, defect, error, 缺陷, 错误, 漏洞
incident, outage, disruption, emergency, breakdown, 事故, 事件, 中断, 故障, 突发
on call, on-call, standby, stand-by duty, 值班, 待命, 随叫随到
escalate, escalation, notify, inform, report to, tell, 上报, 升级上报, 通知, 告知, 汇报
alarm, alert, warning, 报警, 告警, 警报
response time, how quickly, how fast, within hours, deadline, 响应时间, 时限, 期限, 截止
phishing, suspicious email, scam, fraud, 钓鱼, 可疑邮件, 诈骗, 欺诈
virus, malware, ransomware, 病毒, 恶意软件, 勒索
encrypt, encryption, encrypted, 加密
vpn, remote access, tunnel, 虚拟专用网
wifi, wi-fi, wireless, network, internet, 无线网, 网络, 上网
email, e-mail, mail, mailbox, 邮件, 邮箱, 电子邮件
confidential, secret, classified, restricted, 保密, 机密, 涉密
personal data, private data, data protection, privacy, gdpr, 个人信息, 个人数据, 隐私, 数据保护
data breach, leak, data loss, 泄露, 数据泄露, 外泄
customer, client, buyer, 客户, 顾客, 买方
ai, artificial intelligence, chatbot, language model, generative, assistant, 人工智能, 大模型, 聊天机器人, 智能助手
share, forward, pass on, disclose, publish, 分享, 转发, 透露, 公开, 披露
social media, public statement, press, journalist, media, 社交媒体, 媒体, 记者
translation, translate, interpreter, language, 翻译, 语言
sign, signature, signed, stamp, seal, 签字, 签名, 盖章, 印章
form, request form, application form, template, 表格, 申请表, 模板
apply, application, request, ask for, submit, 申请, 提交, 提出
cancel, cancellation, call off, withdraw, 取消, 撤销, 作废
postpone, delay, late, overdue, 推迟, 延期, 迟到, 逾期, 延误
advance notice, beforehand, ahead, in advance, prior notice, 提前, 事先, 预先
fire, smoke, evacuation, fire drill, assembly point, 火灾, 着火, 疏散, 消防, 集合点
first aid, injury, accident, injured, hurt, 急救, 受伤, 工伤, 意外
ambulance, emergency number, emergency services, 急救电话, 救护车, 紧急电话
protective equipment, safety glasses, goggles, gloves, helmet, ppe, 防护, 护目镜, 手套, 安全帽, 劳保
chemical, chemicals, hazardous substance, reagent, solvent, 化学品, 试剂, 危险品, 危化品
waste, disposal, dispose, rubbish, trash, recycling, 废弃物, 废物, 垃圾, 废液, 处置, 回收
laboratory, lab, 实验室
smoking, smoke, cigarette, vape, 吸烟, 抽烟
alcohol, drinking, drugs, 酒精, 饮酒, 喝酒
dog, pet, animal, 宠物, 狗
bicycle, bike, cycling, cycle to work, 自行车, 骑车
commute, commuting, getting to work, public transport, bus, 通勤, 班车, 公交, 上下班
delivery, parcel, shipping, courier, shipment, post, 快递, 发货, 运输, 配送, 包裹, 邮寄
meeting room, conference room, book a room, 会议室
desk, workspace, workplace, hot desk, 工位, 办公桌
chair, furniture, ergonomic, 椅子, 家具
relocation, moving house, removal, relocate, 搬迁, 搬家, 调动
reorganisation, restructuring, reorganization, 重组, 改组, 组织调整
strategy, plan, planning, roadmap, 战略, 计划, 规划
target, goal, objective, 目标, 指标
profit, revenue, turnover, sales figures, 利润, 营收, 收入, 销售额
discount, rebate, price reduction, 折扣, 优惠
price, fee, charge, rate, 价格, 收费, 费率
insurance, insured, cover, 保险, 投保
health check, medical examination, check-up, occupational health, 体检, 健康检查
child, children, kids, son, daughter, childcare, 子女, 孩子, 儿童
partner, spouse, husband, wife, 配偶, 丈夫, 妻子, 伴侣
pregnant, pregnancy, expecting, breastfeeding, 怀孕, 孕期, 哺乳
public holiday, bank holiday, national holiday, 法定节假日, 公共假期, 节日
weekend, saturday, sunday, 周末, 周六, 周日, 星期六, 星期天
monday, 周一, 星期一
friday, 周五, 星期五
month, monthly, each month, 每月, 月度, 每个月
year, yearly, annual, per year, 每年, 年度, 一年
quarter, quarterly, 季度, 每季
week, weekly, 每周, 一周
minimum, at least, least, 最低, 至少, 不少于
percentage, percent, share, proportion, 百分比, 比例
forbidden, prohibited, banned, not allowed, must not, 禁止, 不得, 不允许, 严禁
allowed, permitted, may, can i, am i allowed, 允许, 可以, 能否, 是否可以
mandatory, compulsory, obligatory, required, must, 必须, 强制, 应当, 必需
exception, exempt, exemption, waiver, 例外, 豁免, 免除
responsible, responsibility, in charge, owner, accountable, 负责, 责任, 主管
contact, reach, get in touch, who do i call, 联系, 联系人, 找谁
address, location, where, located, 地址, 位置, 地点, 在哪
opening hours, open, closed, opens, closes, 开放时间, 营业, 开门, 关门
shop, store, counter, 商店, 门店
sensor, probe, measuring device, gauge, 传感器, 探头, 测量仪
water, waterproof, liquid, wet, 水, 防水, 液体
power, electricity, voltage, power supply, mains, 电源, 电压, 供电, 电力
led, light, lamp, indicator, blinking, flashing, 指示灯, 灯, 闪烁
button, switch, press, 按钮, 按键, 开关
cable, wire, connector, plug, 电缆, 线缆, 接头, 插头
distance, range, reach, how far, 距离, 范围
weight, weigh, heavy, kilogram, 重量, 重
size, dimensions, length, width, how big, 尺寸, 大小, 长度
serial number, model number, type plate, 序列号, 型号, 铭牌
manual, instructions, guide, handbook, documentation, 手册, 说明书, 指南
rule, rules, policy, policies, regulation, guideline, 规定, 制度, 政策, 办法, 规则
step, steps, procedure, process, 步骤, 流程, 程序
code review, four eyes, second pair of eyes, reviewer, 代码评审, 复核, 双人
source code, repository, branch, commit, 源代码, 代码库, 分支
environment, production, live system, 生产环境, 正式环境
customer service, support, hotline, 客服, 售后, 支持
safety, safe, secure, security, 安全, 保安
`
  .trim()
  .split('\n')
