import { tokensOf } from './tokens.ts'

/** How people begin, and how they ask for an amount, a time or leave to do something: a question's form. */
const phrases: readonly RegExp[] = [
  /\b(?:could|can|would|will) (?:you|someone|anyone|somebody|anybody)(?: please)? (?:tell|explain to|help|show|remind|say)(?: me| us)?\b/g,
  /\b(?:do|does|did) (?:you|anyone|anybody|someone) (?:happen to )?know\b/g,
  /\b(?:please )?(?:tell|remind|show) (?:me|us)\b/g,
  /\bi(?: would|'d) (?:like|love|want|need) to(?: know| ask| find out)?\b/g,
  /\bi(?: am|'m|'ve been| was)? (?:want(?:ed)?|need(?:ed)?|wonder(?:ed|ing)?|trying|going|curious|supposed)(?: to)?(?: know| find out| ask)?\b/g,
  /\b(?:just )?(?:a )?quick (?:one|question)\b/g,
  /\b(?:is|are|am|was|were) (?:it|i|we|you|one|they) (?:possible|allowed|permitted|supposed|able|ok|okay|fine|going|expected)(?: (?:to|for|if))?\b/g,
  /\bhow (?:much|many|long|often|soon|fast|quickly|late|early|far|big|large|high|old|far ahead|come)\b/g,
  /\bwhat (?:about|if|happens?|now|kind of|sort of|exactly)\b/g,
  /请问一下|请问|想问一下|想知道|告诉我|麻烦|多长时间|多少钱|什么时候|是不是|有没有|能不能|可不可以|要不要|会不会|需不需要|用不用|怎么办/g,
  /\bthank(?:s| you)(?: (?:very much|a lot|in advance))?\b/g,
]
const english = new Set(
  (
    'hi hello hey please ok okay well actually really just exactly currently still yet even ever maybe perhaps quite also ' +
    'i me my mine myself we us our ourselves you your yours yourself he him she them themselves it its itself am being does did doing ' +
    'shall must might ought cannot need needs needed want wants wanted get gets got getting gotten know let lets ' +
    'someone somebody anyone anybody everyone everybody something anything thing things stuff ' +
    'why how whose whom here because while though although whether per via during'
  ).split(' '),
)
const chinese = new Set(
  (
    '请 您好 你好 问 想 说 一下 谢谢 可否 是否 可以 能 能够 可 应该 应当 该 必须 须 需要 需 要 多少 多久 多大 多高 多 什么 什么样 何时 何 ' +
    '怎么 怎么样 怎样 如何 哪里 哪儿 哪个 哪些 哪 哪位 哪种 谁 为什么 为何 几 几个 吗 呢 吧 啊 呀 啦 嘛 了 着 的 我 我们 咱们 你 你们 您 他 她 它 他们 自己 大家 ' +
    '是 有 和 与 及 或 或者 跟 被 把 给 对于 关于 从 都 也 还 还是 就 才 又 再 很 最 到底 究竟 这 那 这个 那个 这些 那些 没 没有 不 的话 如果 要是'
  ).split(' '),
)
const word = /(?<![\p{L}\p{N}_'.:/+#@-])[a-z]+(?![\p{L}\p{N}_'/+#@-]|[.:]\w)/gu
const hanRun = /\p{Script=Han}+/gu
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })

/** The words of a text, each with its tokens; Chinese is cut into words, so that no pair of characters reaches over a border. */
export function wordsOf(text: string): (readonly string[])[] {
  const pieces = text.match(/\p{Script=Han}+|[^\s\p{Script=Han}]+/gu) ?? []
  const words = pieces.flatMap((piece) =>
    /^\p{Script=Han}/u.test(piece) ? Array.from(segmenter.segment(piece), ({ segment }) => segment) : [piece],
  )
  return words.map((each) => [...new Set(tokensOf(each))]).filter((tokens) => tokens.length > 0)
}

/**
 * What a question is about, without the words it is asked with: those stand in no document, or in all. A question of such
 * words only stays as it is.
 */
export function contentOf(question: string): string {
  let text = question.normalize('NFKC').replaceAll('’', "'").toLowerCase()
  for (const phrase of phrases) text = text.replace(phrase, ' ')
  text = text
    .replace(/\b(i|you|we|they|he|she|it|that|there|what|who|where|how)'(?:s|m|d|ll|re|ve)\b/g, ' ')
    .replace(word, (found) => (english.has(found) ? ' ' : found))
    .replace(hanRun, (run) =>
      Array.from(segmenter.segment(run), ({ segment }) => (chinese.has(segment) ? ' ' : segment.replace(/^几/, ' '))).join(''),
    )
  return tokensOf(text).length ? text : question
}
