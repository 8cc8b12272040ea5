import type { ErrorCode } from '@gatehouse/contracts'
import type { AppError } from '@gatehouse/kernel'

export type Language = 'en' | 'zh'

const words: Readonly<Record<ErrorCode, Readonly<Record<Language, string>>>> = {
  invalid_request: { en: 'The request is wrong', zh: '请求有误' },
  unauthorized: { en: 'Please sign in.', zh: '请先登录。' },
  blocked: { en: 'This request was refused by the security policy.', zh: '此请求已被安全策略拒绝。' },
  forbidden: { en: 'This is not allowed.', zh: '不允许此操作。' },
  not_found: { en: 'There is nothing here.', zh: '没有找到。' },
  method_not_allowed: { en: 'This method is not offered here.', zh: '此处不支持该方法。' },
  conflict: { en: 'It was changed meanwhile; please reload.', zh: '内容已被更改，请刷新。' },
  too_large: { en: 'This is too long.', zh: '内容过长。' },
  unsupported: { en: 'This kind of content is not supported.', zh: '不支持此类内容。' },
  quota_exceeded: { en: 'Too many requests; please wait a moment.', zh: '请求过于频繁，请稍候。' },
  cancelled: { en: 'The answer was stopped before its end.', zh: '回答在完成之前已停止。' },
  internal: { en: 'Something went wrong on our side.', zh: '服务器内部出错。' },
  upstream_failed: { en: 'The model did not answer; please try again.', zh: '模型没有响应，请重试。' },
  guard_failed: { en: 'The security check could not be done, so nothing is shown.', zh: '安全检查未能完成，因此不显示内容。' },
  overloaded: { en: 'The server is busy; please try again.', zh: '服务器繁忙，请重试。' },
  timeout: { en: 'This took too long; please try again.', zh: '处理超时，请重试。' },
}

/** What people read. Only a wrong request is explained further: its message is about what they sent. */
export function wordsFor(error: AppError, language: Language): string {
  const plain = words[error.code][language]
  if (error.code === 'blocked' || error.code === 'forbidden') return ownWords(error, language) ?? plain
  if (error.code !== 'invalid_request') return plain
  return language === 'zh' ? `${plain}：${error.message}` : `${plain}: ${error.message}.`
}

/** What the refusal itself says: the policy's words, or why something is not allowed. */
function ownWords({ details }: AppError, language: Language): string | undefined {
  const message = details.message
  if (typeof message !== 'object' || message === null || !Object.hasOwn(message, language)) return undefined
  const own = (message as Readonly<Record<string, unknown>>)[language]
  return typeof own === 'string' && own ? own : undefined
}

/** The first of the two that an Accept-Language names. */
export function languageFrom(header: string | undefined, standard: Language): Language {
  for (const entry of (header ?? '').split(',', 8)) {
    const tag = entry.trim().slice(0, 2).toLowerCase()
    if (tag === 'en' || tag === 'zh') return tag
  }
  return standard
}
