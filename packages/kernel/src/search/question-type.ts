import { tokensOf } from './tokens.ts'

/** What kind of thing a question asks for, where its words tell. */
export type Expected = 'date' | 'money' | 'number' | 'duration' | 'name' | 'place' | 'address'

const asked: readonly (readonly [Expected, RegExp])[] = [
  [
    'address', // a telephone that one may use, or lose, is not asked for
    /\b(e-?mail address|web ?site|url|hotline|extension|(tele)?phone (number|line)|(what|which) ((is|are) )?((the|our|your) )?(e-?mail|(tele)?phone))\b|邮箱|电子邮件|网址|电话|热线|分机/i,
  ],
  [
    'duration',
    /\bhow (long|often|soon|early|late|old|far ahead)\b|\bfor how (many|long)\b|多久|多长时间|时长|期限|几天|几年|几个月|几小时|多少(天|年|个月|小时|周|分钟)/i,
  ],
  [
    'money',
    /\bmoney\b|\b(how much|what|which|up to what)\b.{0,200}\b(costs?|pays?|paid|earns?|spend|charged?|price|fees?|salary|wage|refunded|reimbursed)\b|多少(钱|元|费用|补贴|津贴|工资)|费用|价格|售价|租金|工资|起薪|补贴|津贴|补助/i,
  ],
  [
    'number',
    /\bhow (many|much|high|large|big|deep|far|fast|heavy|tall)\b|\b(what|which) (is the |are the )?(\w+ ){0,2}(number|amount|percentage|share|limit|price|cost|rate|value|budget|fee|allowance|size|temperature|range|salary|score|population)\b|\bup to what\b|多少|几[个名位次元人台份种条页]|多大|多高|多重|上限|下限|金额|比例|数量|费用|价格|标准是|百分之/i,
  ],
  [
    'date',
    /\b(when|what (date|day|time|year|month)|which (date|day|year|month)|until when|by when|deadline|since when|from when)\b|什么时候|何时|何日|哪(一)?(天|年|月|日)|几点|几月|几号|日期|截止|时间是|哪个(年|月)/i,
  ],
  [
    'name',
    /\b(who|whom|whose|which (person|people|team|company|author|country))\b|谁|哪位|何人|哪个(人|部门|团队|公司|国家)|什么人|负责人|作者|叫什么/i,
  ],
  ['place', /\b(where|which (city|place|office|room|floor|building|street))\b|哪里|哪儿|何处|什么地方|在哪|地点|位于/i],
]

const month =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)'
const word =
  '(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|hundred|thousand|million|half|third|quarter|dozen|once|twice)'
const han = '[一二三四五六七八九十百千万亿两半零〇]'
const held: Readonly<Record<Expected, RegExp>> = {
  money: /[£€$¥]\s?\d|\d\s*(?:p\b|pence|pounds?|euros?|dollars?|yuan|renminbi|percent|%|元|万元|英镑|欧元|美元)|\bfree\b|免费|百分之/i,
  number: new RegExp(`\\d|\\b${word}\\b|${han}+(?:[个名位次元人台份种条页倍成米吨岁]|分之)`, 'i'),
  duration: new RegExp(
    `(?:\\d|\\b${word}\\b)[\\d.,\\s-]*(?:full |working |calendar |business )?(?:second|minute|hour|day|week|fortnight|month|quarter|year|time)s?\\b|\\b(?:daily|weekly|monthly|quarterly|yearly|annually|permanent)\\b|\\b(?:every|each) (?:\\w+ )?(?:second|minute|hour|week|fortnight|month|quarter|year|\\w*day)s?\\b|(?:\\d|${han})\\s*个?(?:秒|分钟|小时|工作日|天|日|周|星期|月|季度|年|次)|每(?:天|日|周|月|季|年|次)`,
    'i',
  ),
  date: new RegExp(
    `\\b${month}\\b|\\b(?:1[0-9]|20)\\d\\d\\b|\\b\\d{1,2}:\\d\\d\\b|\\b\\d{1,2}\\s?(?:am|pm)\\b|\\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\\b|\\d\\s*[年月日号点时]|${han}{2,}年|${han}+[月日号点]|星期|周[一二三四五六日末]|世纪|\\bcentur(?:y|ies)\\b|\\b(?:morning|noon|midnight|evening)\\b`,
    'i',
  ),
  name: /(?:[^.!?\s]\s+|["“‘(])\p{Lu}[\p{L}'’-]+|^\p{Lu}[\p{L}'’-]+\s\p{Lu}[\p{L}'’-]+|[\p{Script=Han}]{2,}(?:部|组|处|科|公司|委员会|团队|先生|女士|经理|主任|总监|医生|教授|博士)|由[\p{Script=Han}]{2,8}|[\p{Script=Han}]{1,4}·[\p{Script=Han}]{1,6}/u,
  place:
    /\b(?:in|at|on|from|near|behind|beside|next to|opposite|to|of) (?:the )?(?:\p{Lu}[\p{L}'’-]+|\w+ (?:floor|room|building|desk|office|street|wing|hall))|[\p{Script=Han}\d](?:省|市|区|县|镇|村|路|街|楼|层|室|厅|国|州|岛|山|河|湖|侧|旁|处|车棚|门)/u,
  address: /@|https?:|www\.|\b0?\d{2,}[\s-]\d{2,}|\b\d{5,}\b|\bext(?:ension|\.)?\s*\d|分机\s*\d/i,
}

/** In order of how sure the words are. */
export function expectedOf(question: string): Expected | undefined {
  return asked.find(([, pattern]) => pattern.test(question))?.[0]
}

const everywhere = Object.fromEntries(
  Object.entries(held).map(([expected, { source, flags }]) => [expected, new RegExp(source, `${flags}g`)]),
) as Record<Expected, RegExp>

/** Whether a text holds something of the kind that the question does not hold itself: what was asked for is not its own answer. */
export function holds(text: string, expected: Expected, isAsked: (token: string) => boolean): boolean {
  for (const [found] of text.matchAll(everywhere[expected])) if (tokensOf(found).some((token) => !isAsked(token))) return true
  return false
}
