import type { Trace } from '@gatehouse/contracts'
import { CopyIcon, useFormat, Verdict } from '@gatehouse/ui'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useText } from '../messages/text.ts'
import { CallEnd } from './call-end.tsx'

/** The plain data of a call, each linked to what it is about. */
export function Facts({ trace: { call, app } }: { trace: Trace }) {
  const t = useText()
  const format = useFormat()
  const link = 'text-accent hover:underline'
  const rows: readonly (readonly [string, ReactNode] | undefined)[] = [
    [t('calls.end'), <CallEnd key="end" call={call} />],
    call.verdict ? [t('calls.verdict'), <Verdict key="verdict" action={call.verdict} />] : undefined,
    [t('calls.when'), format.dateTime(call.at)],
    call.user
      ? [
          t('traces.person'),
          <Link key="user" to="/traces" search={{ user: call.user }} className={link}>
            {call.user}
          </Link>,
        ]
      : undefined,
    call.pseudonym ? [t('facts.pseudonym'), call.pseudonym] : undefined,
    [
      t('traces.consumer'),
      <Link key="consumer" to="/traces" search={{ consumer: call.consumer }} className={link}>
        {call.consumer}
      </Link>,
    ],
    app
      ? [
          t('facts.app'),
          <Link key="app" to="/apps/$app" params={{ app: app.name }} className={link}>
            {app.title || app.name}
          </Link>,
        ]
      : [t('calls.target'), call.target],
    [t('calls.model'), call.model],
    [t('facts.dialect'), `${call.dialect} · ${call.operation}${call.stream ? ` · ${t('facts.stream')}` : ''}`],
    [t('facts.status'), `${call.status}${call.finish ? ` · ${call.finish}` : ''}`],
    call.error ? [t('facts.error'), `${call.error.code}: ${call.error.message}`] : undefined,
    [t('calls.duration'), format.duration(call.duration)],
    call.firstByte === undefined ? undefined : [t('calls.firstByte'), format.duration(call.firstByte)],
    call.usage
      ? [
          t('calls.tokens'),
          t(call.usage.source === 'estimated' ? 'facts.tokensEstimated' : 'facts.tokens', {
            input: format.number(call.usage.inputTokens),
            output: format.number(call.usage.outputTokens),
          }),
        ]
      : undefined,
    call.cost === undefined ? undefined : [t('facts.cost'), format.number(call.cost)],
    call.policy ? [t('facts.policy'), call.policy] : undefined,
    call.key ? [t('facts.key'), call.key] : undefined,
    call.parent
      ? [
          t('facts.parent'),
          <Link key="parent" to="/traces/$call" params={{ call: call.parent }} className={link}>
            {t('facts.parent.open')}
          </Link>,
        ]
      : undefined,
    [
      t('facts.id'),
      <span key="id" className="flex items-center gap-1 font-mono text-xs">
        <span className="truncate">{call.id}</span>
        <CopyIcon text={call.id} />
      </span>,
    ],
  ]
  return (
    <dl className="grid grid-cols-[minmax(6.5rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1 text-[0.8125rem]">
      {rows.flatMap((row) =>
        row ? (
          <div key={row[0]} className="contents">
            <dt className="py-0.5 text-muted">{row[0]}</dt>
            <dd className="py-0.5 [overflow-wrap:anywhere]">{row[1]}</dd>
          </div>
        ) : (
          []
        ),
      )}
    </dl>
  )
}
