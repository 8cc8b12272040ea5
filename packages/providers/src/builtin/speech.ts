import { languageOf } from '@gatehouse/kernel'

const sentences = {
  en: {
    unknown: 'I could not find this in the documents you can read.',
    nothing:
      'I am the built-in answerer of Gatehouse. I am not a language model: I can only quote documents. Ask an app that has documents, or ask your administrator to connect a model.',
  },
  zh: {
    unknown: '在您可以阅读的文档中没有找到相关内容。',
    nothing: '我是 Gatehouse 的内置应答器，不是语言模型，只能引用文档中的原文。请使用带有文档的应用提问，或请管理员连接一个模型。',
  },
} as const

/** What we say ourselves, in the language of the question. */
export const say = (what: 'unknown' | 'nothing', question: string): string => sentences[languageOf(question)][what]
