import type {
  ChatAppView,
  ChatConversation,
  ChatConversations,
  ChatError,
  ChatMe,
  ChatTurn,
  ChatTurns,
  Citation,
  ConversationRecord,
  MessageRecord,
  Principal,
  Spec,
} from '@gatehouse/contracts'
import {
  AppError,
  type Conversations,
  languageOf,
  ownerOf,
  type Sessions,
  toAppError,
  type ViewedMessage,
  viewMessages,
} from '@gatehouse/kernel'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { checkOrigin } from '../origin.ts'
import { attachment } from './attachment.ts'
import { type ChatIdentity, type IdentityTools, identifyChat, sessionCookie } from './chat-identity.ts'
import { originalOf, type PassageTools, passageOf } from './passage.ts'
import { languageFrom, wordsFor } from './words.ts'

export interface ChatApiTools extends IdentityTools, PassageTools {
  readonly sessions: Sessions
  readonly conversations: Conversations
  /** Of the project, as configured now. */
  apps(): readonly { readonly name: string; readonly spec: Spec<'App'>; readonly builtIn?: boolean }[]
  now(): number
  /** Where a request came from, for throttling; from the server's own environment object, never from a header. */
  addressOf(environment: unknown): string
  /** False where a password or a session would travel unprotected. */
  maySignIn(environment: unknown): boolean
}

const SignIn = z.union([
  z.strictObject({ link: z.string().min(1).max(512) }),
  z.strictObject({ user: z.string().min(1).max(128), password: z.string().min(1).max(1024) }),
])
const Rename = z.strictObject({ name: z.string().trim().min(1).max(120) })
const Feedback = z.strictObject({ feedback: z.enum(['like', 'dislike']).nullable() })
const mostBody = 64 * 1024
const needsTls = {
  en: 'Signing in needs an encrypted connection (https); ask whoever runs this server.',
  zh: '登录需要加密连接（https），请联系服务器管理员。',
}

/** Everything of the chat web app but the questions themselves; those go through the pipeline. */
export function createChatApi(tools: ChatApiTools): Hono {
  const api = new Hono().basePath('/chat/api')
  api.use(async (context, next) => {
    await next()
    context.header('cache-control', 'no-store')
    context.header('x-content-type-options', 'nosniff')
  })
  api.onError((thrown, context) => refusal(toAppError(thrown), context))
  api.notFound((context) => refusal(new AppError('not_found', 'there is no such path'), context))
  sessionPaths(api, tools)
  appPaths(api, tools)
  conversationPaths(api, tools)
  messagePaths(api, tools)
  return api
}

function sessionPaths(api: Hono, tools: ChatApiTools): void {
  const { sessions } = tools
  api.post('/session', async (context) => {
    checkOrigin((name) => context.req.header(name), tools)
    if (!tools.maySignIn(context.env)) throw new AppError('forbidden', 'signing in needs TLS here', { details: { message: needsTls } })
    const given = await bodyOf(context, SignIn)
    const { token, session } =
      'link' in given
        ? await sessions.redeem(given.link, 'chat')
        : await sessions.signIn({ ...given, audience: 'chat', from: tools.addressOf(context.env) })
    const person = tools.person(session.user)
    if (!person) throw new AppError('unauthorized', 'the person is not known')
    context.header(
      'set-cookie',
      sessionCookie(token, { secure: tools.isSecure(context.env), seconds: (session.expiresAt - tools.now()) / 1000 }),
    )
    return context.json(meOf({ session, person }, tools))
  })
  api.delete('/session', async (context) => {
    const { token } = await changing(context, tools)
    await sessions.signOut(token, 'chat')
    context.header('set-cookie', sessionCookie('', { secure: tools.isSecure(context.env), seconds: 0 }))
    return context.body(null, 204)
  })
  api.get('/me', async (context) => context.json(meOf(await reading(context, tools), tools)))
}

function appPaths(api: Hono, tools: ChatApiTools): void {
  api.get('/apps/:app', async (context) => {
    const { person } = await reading(context, tools)
    const app = tools.apps().find(({ name, spec }) => name === context.req.param('app') && mayOpen(spec, person.principals))
    if (!app) throw new AppError('not_found', 'there is no such app')
    const language = languageFrom(context.req.header('accept-language'), person.language)
    const { title, description, opening, suggestions } = app.spec
    const fitting = suggestions.filter((suggestion) => languageOf(suggestion, language) === language)
    const view: ChatAppView = {
      name: app.name,
      title: title || app.name,
      description,
      opening: opening[language] || opening.en,
      suggestions: fitting.length ? fitting : suggestions,
      ...(app.builtIn ? { builtIn: true } : {}),
    }
    return context.json(view)
  })
}

function conversationPaths(api: Hono, tools: ChatApiTools): void {
  const { conversations, project } = tools
  api.get('/conversations', async (context) => {
    const { asker } = await reading(context, tools)
    const { app, after } = context.req.query()
    const page = await conversations.list({
      project,
      owner: ownerOf(asker),
      limit: 50,
      ...(app ? { app } : {}),
      ...(after ? { after } : {}),
    })
    const view: ChatConversations = { items: page.items.map(conversationView), ...(page.next ? { next: page.next } : {}) }
    return context.json(view)
  })
  api.get('/conversations/:id/messages', async (context) => {
    const { asker } = await reading(context, tools)
    const conversation = await ownConversation(context.req.param('id'), asker, tools)
    const before = context.req.query('before')
    const messages = await conversations.messages(conversation.id, { limit: 100, ...(before ? { before } : {}) })
    const view: ChatTurns = { items: (await viewMessages(messages, tools.datasets, asker)).map(turnView) }
    return context.json(view)
  })
  api.patch('/conversations/:id', async (context) => {
    const { asker } = await changing(context, tools)
    const conversation = await ownConversation(context.req.param('id'), asker, tools)
    const { name } = await bodyOf(context, Rename)
    const renamed = { ...conversation, name }
    await conversations.put(renamed)
    return context.json(conversationView(renamed))
  })
  api.delete('/conversations/:id', async (context) => {
    const { asker } = await changing(context, tools)
    await conversations.remove((await ownConversation(context.req.param('id'), asker, tools)).id)
    return context.body(null, 204)
  })
}

function messagePaths(api: Hono, tools: ChatApiTools): void {
  api.get('/passages', async (context) => {
    const { asker } = await reading(context, tools)
    return context.json(await passageOf(await citationOf(context, asker, tools), asker, tools))
  })
  api.get('/originals', async (context) => {
    const { asker } = await reading(context, tools)
    const original = await originalOf(await citationOf(context, asker, tools), asker, tools)
    if (!original) throw new AppError('not_found', 'there is no such file')
    return attachment(original)
  })
  api.post('/messages/:id/feedback', async (context) => {
    const { asker } = await changing(context, tools)
    const message = await ownMessage(context.req.param('id'), asker, tools)
    const { feedback } = await bodyOf(context, Feedback)
    await tools.conversations.rate(message.id, feedback ?? undefined)
    return context.body(null, 204)
  })
}

async function citationOf(context: Context, asker: ChatIdentity['asker'], tools: ChatApiTools): Promise<Citation> {
  const message = await ownMessage(context.req.query('message') ?? '', asker, tools)
  const n = Number(context.req.query('n'))
  const citation = message.citations.find((each) => each.n === n)
  if (!citation) throw new AppError('not_found', 'the answer has no such citation')
  return citation
}

const reading = (context: Context, tools: ChatApiTools) => identifyChat((name) => context.req.header(name), context.env, false, tools)
const changing = (context: Context, tools: ChatApiTools) => identifyChat((name) => context.req.header(name), context.env, true, tools)

/** Somebody else's does not exist. */
async function ownConversation(
  id: string,
  asker: ChatIdentity['asker'],
  { conversations, project }: ChatApiTools,
): Promise<ConversationRecord> {
  const found = await conversations.get(id)
  if (!found || found.project !== project || found.owner !== ownerOf(asker))
    throw new AppError('not_found', 'there is no such conversation')
  return found
}

async function ownMessage(id: string, asker: ChatIdentity['asker'], tools: ChatApiTools): Promise<MessageRecord> {
  const found = await tools.conversations.message(id)
  if (!found) throw new AppError('not_found', 'there is no such message')
  await ownConversation(found.conversation, asker, tools)
  return found
}

const mayOpen = ({ access }: Spec<'App'>, principals: readonly Principal[]) =>
  access.some((each) => each === 'public' || principals.includes(each))

function meOf({ session, person }: Pick<ChatIdentity, 'session' | 'person'>, tools: ChatApiTools): ChatMe {
  const apps = tools
    .apps()
    .filter(({ spec }) => mayOpen(spec, person.principals))
    .map(({ name, spec }) => ({ name, title: spec.title || name, description: spec.description }))
  const openedBy = session.openedBy === undefined ? {} : { openedBy: session.openedBy }
  return { user: person.name, title: person.title || person.name, language: person.language, csrf: session.csrf, apps, ...openedBy }
}

const conversationView = ({ id, app, name, createdAt, updatedAt }: ConversationRecord): ChatConversation => ({
  id,
  app,
  name,
  createdAt,
  updatedAt,
})

/** Masked as a whole: a part of an answer may give the rest away. */
function turnView({ message, readable, passages }: ViewedMessage): ChatTurn {
  const { id, at, query, answer, status, notice, feedback, citations } = message
  const sources = citations.flatMap(({ n }, index) => {
    const passage = passages[index]
    return passage?.readable ? [{ n, title: passage.title, ...(passage.place && { place: passage.place }) }] : []
  })
  return {
    id,
    at,
    query,
    answer: readable ? answer : '',
    masked: !readable,
    status,
    sources: readable ? sources : [],
    ...(notice ? { notice } : {}),
    ...(feedback ? { feedback } : {}),
  }
}

async function bodyOf<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await readJson(context))
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]?.path.join('.') ?? ''
  throw new AppError('invalid_request', where ? `the field ${where} is missing or wrong` : 'the body does not have the right fields')
}

async function readJson({ req }: Context): Promise<unknown> {
  // told beforehand: nothing is waited for
  if (Number(req.header('content-length') ?? 0) > mostBody) throw new AppError('too_large', `the body may have ${mostBody} bytes at most`)
  const reader = req.raw.body?.getReader()
  const reads: Uint8Array[] = []
  let size = 0
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    size += read.value.length
    if (size > mostBody) throw new AppError('too_large', `the body may have ${mostBody} bytes at most`)
    reads.push(read.value)
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(reads)))
  } catch (cause) {
    throw new AppError('invalid_request', 'the body must be JSON in UTF-8', { cause })
  }
}

function refusal(error: AppError, context: Context): Response {
  const message = wordsFor(error, languageFrom(context.req.header('accept-language'), 'en'))
  const body: ChatError = { error: { code: error.code, message } }
  // the table's statuses are plain numbers; Hono wants its own union
  return context.json(body, error.status as 400)
}
