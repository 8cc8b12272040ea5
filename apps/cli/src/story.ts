import type { CallRow, RetrievalView, Trace, VerdictView } from '@gatehouse/contracts'
import { duration, instant, plural, table } from './output.ts'
import { placeOf } from './passage.ts'

/** One call in plain words, then its facts. Holds no prompt and no answer: a trace has none. */
export function storyOf(trace: Trace): string {
  const parts = [
    opening(trace.call),
    section('Steps of the app', trace.app?.path.map(stepLine)),
    section('Guards', trace.verdicts.map(verdictLine)),
    ...trace.retrieval.map(retrievalText),
    section(
      'Cited',
      trace.citations.map(({ n, passage }) => `[${n}] ${placeOf(passage)}`),
    ),
    section('Models tried', trace.attempts.map(attemptLine)),
    section('Calls it made', trace.children.map(childLine)),
    section('Layers', layerLines(trace)),
    section(
      'Audit',
      trace.audit.map(({ sequence, at, actor, action }) => `#${sequence} ${instant(at)} ${actor} ${action}`),
    ),
  ]
  return parts.filter(Boolean).join('\n\n')
}

const section = (title: string, lines: readonly string[] | undefined) =>
  lines?.length ? [title, ...lines.map((line) => `  ${line}`)].join('\n') : ''

function opening(call: Trace['call']): string {
  const who = call.user
    ? `${call.user} (through ${call.consumer})`
    : `the consumer ${call.consumer}${call.pseudonym ? ` for "${call.pseudonym}"` : ''}`
  const what =
    call.operation === 'app' ? `the app ${call.target}` : `the model ${call.model}${call.target ? ` (route ${call.target})` : ''}`
  const facts = [
    `call ${call.id}${call.parent ? `, made by ${call.parent}` : ''}`,
    `${call.dialect}, ${call.stream ? 'streamed' : 'in one piece'}, status ${call.status}${call.key ? `, key ${call.key}` : ''}`,
    call.usage && `${call.usage.inputTokens} tokens in, ${call.usage.outputTokens} out (${call.usage.source})${costOf(call)}`,
    `content kept: ${call.content}${call.policy ? `, policy ${call.policy}` : ''}`,
  ]
  return [`On ${instant(call.at)} UTC ${who} asked ${what}. ${outcome(call)}`, ...facts.filter(Boolean).map((line) => `  ${line}`)].join(
    '\n',
  )
}

/** Kept in millionths of the price table's currency. */
const costOf = ({ cost }: Trace['call']) => (cost === undefined ? '' : `, cost ${(cost / 1e6).toFixed(6)}`)

function outcome({ end, error, duration: took, firstByte, weak }: Trace['call']): string {
  const after = `after ${duration(took)}`
  if (end === 'blocked') return `The policy refused it ${after}${error ? `: ${error.message.replace(/\.$/, '')}` : ''}.`
  if (end === 'cancelled') return `The caller left ${after}.`
  if (end === 'failed') return `It failed ${after}${error ? `: ${error.code}, ${error.message}` : ''}.`
  const first = firstByte === undefined ? '' : `, first byte after ${duration(firstByte)}`
  return weak ? `The documents did not answer it, and it was told so ${after}${first}.` : `It was answered ${after}${first}.`
}

const stepLine = ({ title, node, status, duration: took, branch, error }: NonNullable<Trace['app']>['path'][number]) =>
  `${title || node}: ${status}${took === undefined ? '' : ` in ${took} ms`}${branch ? `, branch ${branch}` : ''}${error ? `, ${error}` : ''}`

function verdictLine({ stage, action, monitored, findings, took, source }: VerdictView): string {
  const found = findings.map(({ rule, score }) => `${rule} (${score.toFixed(2)})`).join(', ')
  const where = source ? ` in ${placeOf(source)}` : ''
  return `${stage}${where}: ${monitored ? `would ${action} (monitoring only)` : action}${found ? ` because of ${found}` : ''}, ${duration(took)}`
}

function retrievalText({ bases, used, left, withheld, weak, took }: RetrievalView): string {
  const names = bases.map(({ title, name }) => title || name).join(', ') || 'no knowledge base'
  const lines = used.map(({ n, score, passage }) => `[${n}] ${score.toFixed(3)} ${placeOf(passage)}`)
  for (const { score, reason, passage } of left) lines.push(`not used, ${reason}: ${score.toFixed(3)} ${placeOf(passage)}`)
  lines.push(`withheld from the asker: ${plural(withheld, 'document')}${weak ? '; the match was weak' : ''}; ${duration(took)}`)
  return section(`Searched ${names}`, lines)
}

const attemptLine = ({ provider, model, duration: took, status, error }: Trace['attempts'][number]) =>
  `${provider} ${model}: ${error ?? `status ${status ?? '–'}`}, ${duration(took)}`

const childLine = ({ id, operation, model, end, duration: took }: CallRow) => `${operation} ${model}: ${end}, ${duration(took)}, ${id}`

const layerLines = ({ layers }: Trace) =>
  layers.length
    ? table(
        layers,
        [
          { title: 'layer', of: ({ name }) => name },
          { title: 'from', of: ({ at }) => duration(at) },
          { title: 'until the next', of: (layer) => duration(layer.duration) },
        ],
        '',
      ).split('\n')
    : undefined
