import { documentProblems, type ErrorCode, isDocumentProblem } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/kernel'

export type Language = 'en' | 'zh'

/** What this room says, in both languages. `{name}` is filled from the parameters. */
const words = {
  'sign-in-first': { en: 'sign in first', zh: '请先登录' },
  'wrong-credentials': { en: 'the name or the password is wrong', zh: '用户名或密码不正确' },
  'wrong-link': {
    en: 'this link was used, is older than ten minutes, or is not for this page; ask for a new one',
    zh: '此链接已使用、已过期（十分钟）或不适用于本页面，请重新获取',
  },
  'needs-tls': {
    en: 'signing in needs an encrypted connection: use https, see docs/guide/operations.md (--tls-cert, --trusted-proxies, GATEHOUSE_PLAIN_HTTP)',
    zh: '登录需要加密连接：请使用 https，参见 docs/guide/operations.md（--tls-cert、--trusted-proxies、GATEHOUSE_PLAIN_HTTP）',
  },
  'too-many-attempts': { en: 'too many attempts; wait {seconds} seconds', zh: '尝试次数过多，请等待 {seconds} 秒' },
  'set-password-first': { en: 'set a password first', zh: '请先设置密码' },
  'wrong-current-password': { en: 'the current password is wrong', zh: '当前密码不正确' },
  'no-password-for-samples': {
    en: 'people of the sample company have no password; open "chat as" instead',
    zh: '示例人员没有密码，请使用“以其身份聊天”',
  },
  'role-missing': {
    en: 'your roles ({roles}) do not allow this; it needs one of {needed}',
    zh: '您的角色（{roles}）不允许此操作，需要以下之一：{needed}',
  },
  'wrong-host': { en: 'this server does not answer under that host name', zh: '本服务器不使用该主机名' },
  'wrong-origin': { en: 'requests from other pages are refused', zh: '拒绝来自其他页面的请求' },
  'wrong-csrf': {
    en: 'the header x-csrf-token is missing or wrong; take it from GET /api/me',
    zh: '请求头 x-csrf-token 缺失或错误，请从 GET /api/me 获取',
  },
  'not-found': { en: 'there is no {what} "{name}"', zh: '没有名为“{name}”的{what}' },
  'no-such-path': { en: 'there is no such path; see /api/openapi.json', zh: '没有此路径，参见 /api/openapi.json' },
  'exists-already': { en: 'a {what} "{name}" exists already', zh: '{what}“{name}”已存在' },
  'managed-by-file': {
    en: '{what} "{name}" is declared in a file and is read-only here; change the file, or take it over first',
    zh: '{what}“{name}”由配置文件声明，在此只读；请修改文件，或先接管',
  },
  'changed-meanwhile': { en: '{what} "{name}" was changed by somebody else; load it again', zh: '{what}“{name}”已被他人修改，请重新加载' },
  'wrong-input': { en: 'the {part} is not in order', zh: '{part} 不符合要求' },
  'not-json': { en: 'the body is not JSON in UTF-8', zh: '请求正文不是 UTF-8 编码的 JSON' },
  'json-expected': { en: 'content-type must be application/json', zh: 'content-type 必须为 application/json' },
  'body-too-large': { en: 'the body is larger than {most} bytes', zh: '请求正文超过 {most} 字节' },
  'body-empty': { en: 'the file is empty', zh: '文件为空' },
  'needs-reason': {
    en: 'you may not read this document; an owner or admin may with a reason, which is kept in the audit',
    zh: '您无权阅读此文档；所有者或管理员可在说明理由后查看，理由将记入审计',
  },
  'reason-role': { en: 'only an owner or admin may read with a reason', zh: '只有所有者或管理员可凭理由查看' },
  'no-content': { en: 'no content was kept for this call', zh: '此调用未保留内容' },
  'no-text': { en: 'this document has no text yet', zh: '此文档尚无文本' },
  'not-quarantined': { en: 'this segment is not quarantined', zh: '此分段未被隔离' },
  'chat-as-loopback': {
    en: '"chat as" links work only where both listeners are on loopback',
    zh: '“以其身份聊天”链接仅在本机回环地址上可用',
  },
  'chat-as-samples': { en: '"chat as" links are for people of the sample company only', zh: '“以其身份聊天”链接仅适用于示例人员' },
  'disabled-person': { en: 'this person is disabled', zh: '此人员已停用' },
  'owners-only': {
    en: 'only an owner may give, change or invite the roles owner and admin',
    zh: '只有所有者可以授予、修改或邀请所有者与管理员角色',
  },
  'last-owner': { en: 'somebody must stay owner', zh: '必须保留至少一名所有者' },
  'not-oneself': { en: 'you cannot remove or disable yourself', zh: '不能移除或停用自己' },
  'group-in-use': { en: 'the group still has {count} members', zh: '该组仍有 {count} 名成员' },
  'issuer-keys': {
    en: 'give the address of the issuer’s keys, or the public keys themselves (JSON Web Keys): one of the two',
    zh: '请提供签发方公钥地址，或直接提供公钥（JSON Web Key），二者择一',
  },
  'issuer-taken': {
    en: 'tokens of this issuer with this audience stand for a consumer already',
    zh: '该签发方与此受众的令牌已归属某个调用方',
  },
  'group-unknown': { en: 'there is no group "{name}"{near}', zh: '没有名为“{name}”的组{near}' },
  'base-unknown': { en: 'there is no knowledge base "{name}"{near}', zh: '没有名为“{name}”的知识库{near}' },
  'principal-unknown': {
    en: 'nobody here is "{name}"{near}: make the person, group or calling system first',
    zh: '没有“{name}”{near}：请先创建该人员、组或调用方',
  },
  'widens-reason': {
    en: 'this lets documents be read that you may not read ({count}); it needs a reason, which is kept in the audit',
    zh: '此操作会开放您无权阅读的文档（{count} 份）；需要说明理由，理由将记入审计',
  },
  'range-too-long': { en: 'from must lie before to, and the range has at most 500 steps', zh: 'from 必须早于 to，且区间最多 500 步' },
  'path-of-source': {
    en: 'the file "{path}" comes from a source of this knowledge base; change it there, or upload under another name',
    zh: '文件“{path}”来自此知识库的数据源；请在数据源中修改，或以其他名称上传',
  },
  'too-many-keys': { en: 'a consumer has at most {most} keys; revoke one first', zh: '一个调用方最多有 {most} 个密钥，请先撤销一个' },
} as const
export type Word = keyof typeof words
type Parameters = Readonly<Record<string, string | number>>

/** For errors thrown elsewhere: what the code means, before their own (English) words. */
const codes: Readonly<Record<ErrorCode, string>> = {
  invalid_request: '请求有误',
  unauthorized: '请先登录',
  blocked: '已被安全策略拒绝',
  forbidden: '不允许此操作',
  not_found: '未找到',
  method_not_allowed: '不支持此方法',
  conflict: '存在冲突',
  too_large: '内容过大',
  unsupported: '不支持的类型',
  quota_exceeded: '已超出配额',
  cancelled: '已取消',
  internal: '内部错误',
  upstream_failed: '上游服务失败',
  guard_failed: '安全检查失败',
  overloaded: '服务繁忙',
  timeout: '超时',
}

const told = new WeakMap<AppError, { word: Word; parameters: Parameters }>()

/** An error in words of this room; the edge says it in the caller's language. */
export function refusal(code: ErrorCode, word: Word, parameters: Parameters = {}, details: Record<string, unknown> = {}): AppError {
  const error = new AppError(code, fill(words[word].en, parameters), { details })
  told.set(error, { word, parameters })
  return error
}

/** An error's message in a language. */
export function messageOf(error: AppError, language: Language): string {
  const known = told.get(error)
  if (known) return fill(words[known.word][language], known.parameters)
  if (language === 'en') return error.message
  const { reason } = error.details
  return isDocumentProblem(reason) ? documentProblems[reason].zh : `${codes[error.code]}：${error.message}`
}

interface Problem {
  readonly code: string
  readonly message?: string
}

/** What is wrong with a document: as it is kept, in English, to those who may read it; to others, and in other languages, the standard words. */
export function problemOf({ code, message }: Required<Problem>, readable: boolean, language: Language): Problem {
  if (isDocumentProblem(code) && (language !== 'en' || !readable)) return { code, message: documentProblems[code][language] }
  return readable ? { code, message } : { code }
}

const fill = (text: string, parameters: Parameters) => text.replace(/\{(\w+)\}/g, (all, name: string) => String(parameters[name] ?? all))

/** The first of English and Chinese that the header prefers; English when it says nothing. */
export function preferredLanguage(header: string | undefined): Language {
  let best: { language: Language; weight: number } = { language: 'en', weight: 0 }
  for (const part of (header ?? '').slice(0, 200).split(',')) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';')
    const language = tag.startsWith('zh') ? 'zh' : tag.startsWith('en') ? 'en' : undefined
    const quality = parameters.map((one) => one.trim()).find((one) => one.startsWith('q='))
    const weight = quality ? Number(quality.slice(2)) : 1
    if (language && weight > best.weight) best = { language, weight }
  }
  return best.language
}
