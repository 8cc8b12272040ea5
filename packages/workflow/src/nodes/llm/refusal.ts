/** The honest refusal, recognisable in both languages. */
const sentences = {
  en: 'I could not find this: it is not in the documents you can read.',
  zh: '在您可以阅读的文档中没有找到相关内容。',
} as const

export const refusalIn = (language: 'en' | 'zh'): string => sentences[language]

/** The titles nearest to the question that the asker may read now; empty when there is none. */
export function nearestIn(language: 'en' | 'zh', titles: readonly string[]): string {
  if (titles.length === 0) return ''
  return language === 'zh'
    ? `\n\n最接近的文档：${titles.map((title) => `《${title}》`).join('、')}`
    : `\n\nNearest documents: ${titles.join('; ')}.`
}

export const isRefusal = (answer: string): boolean => Object.values(sentences).some((sentence) => sentence === answer.trim())
