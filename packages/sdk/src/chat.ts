import type {
  ChatAppView,
  ChatConversation,
  ChatConversations,
  ChatEvent,
  ChatMe,
  ChatPassage,
  ChatQuestion,
  ChatSignIn,
  ChatTurns,
} from '@gatehouse/contracts'
import { GatehouseError } from './error.ts'
import { readEvents } from './sse.ts'
import { createTransport, type TransportOptions } from './transport.ts'

interface Options {
  readonly signal?: AbortSignal
}

/** What the chat web app does. The session is the browser's cookie; the CSRF token is kept from the last `ChatMe`. */
export interface ChatClient {
  csrf: string | undefined
  signIn(credentials: ChatSignIn): Promise<ChatMe>
  signOut(): Promise<void>
  me(): Promise<ChatMe>
  app(name: string): Promise<ChatAppView>
  /** Event by event; `end` is the last. Leaving the loop, or the signal, stops the answer. */
  ask(app: string, question: ChatQuestion, options?: Options): AsyncGenerator<ChatEvent, void, undefined>
  conversations(query?: { app?: string; after?: string }): Promise<ChatConversations>
  turns(conversation: string, query?: { before?: string }): Promise<ChatTurns>
  renameConversation(conversation: string, name: string): Promise<ChatConversation>
  removeConversation(conversation: string): Promise<void>
  rate(message: string, feedback: 'like' | 'dislike' | null): Promise<void>
  passage(message: string, n: number): Promise<ChatPassage>
  /** Where a cited file is saved from, at the page cited. */
  originalUrl(message: string, n: number, page?: number): string
}

export function createChatClient(options: TransportOptions & { readonly csrf?: string }): ChatClient {
  const send = createTransport(options)
  const root = '/chat/api'
  const change = (method: string, path: string, body?: unknown, signal?: AbortSignal) =>
    send({ method, path: `${root}${path}`, body, signal, headers: client.csrf ? { 'x-csrf-token': client.csrf } : {} })
  const read = async <T>(path: string, query?: Record<string, unknown>): Promise<T> =>
    (await send({ method: 'GET', path: `${root}${path}`, query })).json() as Promise<T>
  const keep = (me: ChatMe): ChatMe => {
    client.csrf = me.csrf
    return me
  }
  const client: ChatClient = {
    csrf: options.csrf,
    signIn: async (credentials) => keep((await (await change('POST', '/session', credentials)).json()) as ChatMe),
    signOut: async () => void (await change('DELETE', '/session')),
    me: async () => keep(await read<ChatMe>('/me')),
    app: (name) => read(`/apps/${segment(name)}`),
    async *ask(app, question, { signal } = {}) {
      const response = await change('POST', `/apps/${segment(app)}/messages`, question, signal)
      for await (const { data } of readEvents(response.body!)) {
        const event = JSON.parse(data) as ChatEvent
        yield event
        if (event.type === 'end') return
      }
      throw new GatehouseError('upstream_failed', 'the answer broke off', { status: 200 })
    },
    conversations: (query) => read('/conversations', query),
    turns: (conversation, query) => read(`/conversations/${segment(conversation)}/messages`, query),
    renameConversation: async (conversation, name) =>
      (await change('PATCH', `/conversations/${segment(conversation)}`, { name })).json() as Promise<ChatConversation>,
    removeConversation: async (conversation) => void (await change('DELETE', `/conversations/${segment(conversation)}`)),
    rate: async (message, feedback) => void (await change('POST', `/messages/${segment(message)}/feedback`, { feedback })),
    passage: (message, n) => read('/passages', { message, n }),
    originalUrl: (message, n, page) =>
      `${options.base}${root}/originals?message=${segment(message)}&n=${n}${page === undefined ? '' : `#page=${page}`}`,
  }
  return client
}

const segment = encodeURIComponent
