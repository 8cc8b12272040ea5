import type { Asker, ChatRequest, Source } from '@gatehouse/contracts'
import { Exchange, emptyNotes, languageOf, type Provider, Registry, textOf } from '@gatehouse/kernel'
import { providers } from '@gatehouse/providers'
import type { House } from './house.ts'

/** What a person sees of one answer. */
export interface Answer {
  readonly text: string
  readonly refused: boolean
  /** Everything that reached the person: text, citations, suggestions. */
  readonly everything: string
}
/** With the documents it cites. */
export type Ask = (question: string, asker: Asker) => Promise<Answer & { readonly documents: readonly string[] }>

const refusals = { en: 'I could not find this in the documents you can read.', zh: '在您可以阅读的文档中没有找到相关内容。' }

/** Retrieval and the built-in answerer without a server: what the sample's app does, for measuring documents it does not have. */
export function createAsk({ datasets }: House, base: string, topK = 5): Ask {
  const builtin = new Registry(providers).get('provider.builtin').create({})
  return async (question, asker) => {
    const { sources, weak, nearest, termWeights } = await datasets.retrieve({ datasets: [base], text: question, topK }, asker)
    if (weak || sources.length === 0) {
      const text = refusals[languageOf(question)]
      return { text, documents: [], refused: true, everything: [text, ...nearest].join('\n') }
    }
    const text = await answer(builtin, { question, sources, termWeights: termWeights ?? {} }, asker)
    const numbers = new Set([...text.matchAll(/\[(\d+)\]/g)].map(([, n]) => Number(n)))
    const cited = sources.filter(({ n }) => numbers.has(n))
    return {
      text,
      documents: cited.map(({ reference }) => reference.document),
      refused: isRefusal(text),
      everything: [text, ...cited.flatMap((source) => [source.title, source.text])].join('\n'),
    }
  }
}

export const isRefusal = (text: string): boolean => !text.trim() || /could not find|not in the documents|没有找到|未找到/i.test(text)

async function answer(
  builtin: Provider,
  { question, sources, termWeights }: { question: string; sources: readonly Source[]; termWeights: Record<string, number> },
  asker: Asker,
): Promise<string> {
  const messages = [{ role: 'user' as const, content: question }]
  const request: ChatRequest = { operation: 'chat', model: 'builtin', messages, stream: false, raw: {}, sources, termWeights }
  const reply = await builtin.chat(request, {
    ...{ model: 'builtin', secret: '', timeouts: { connect: 1000, firstByte: 1000, idle: 1000, total: 1000 } },
    exchange: exchangeFor(request, asker),
    send: () => {
      throw new Error('the built-in answerer calls nobody')
    },
  })
  return (await textOf(reply)).text
}

const exchangeFor = (request: ChatRequest, asker: Asker) =>
  new Exchange({
    ...{ id: 'eval', project: 'default', asker, request, body: new Uint8Array(), limits: [], notes: emptyNotes('builtin') },
    target: { kind: 'route', name: 'assistant', content: 'off', policy: { id: 'none', spec: noPolicy, stages: {} } },
  })
const noPolicy = {
  title: '',
  mode: 'enforce' as const,
  onFailure: 'closed' as const,
  maxCharacters: 1000,
  stages: {},
  message: { en: '', zh: '' },
}
