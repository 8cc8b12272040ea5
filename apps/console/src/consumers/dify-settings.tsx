import { CopyButton } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { Card } from '../shell/page.tsx'

export interface DifySettingsProps {
  /** Where model routes are reached. */
  base: string
  /** Without one, the settings for an API key. */
  pair?: { accessKey: string; secret: string }
}

/** What the fields of Dify's plugin take, by their names there. */
export function DifySettings({ base, pair }: DifySettingsProps) {
  const t = useText()
  const rows: readonly (readonly [field: string, value: string, hint?: string])[] = [
    ['endpoint_url', base, t('dify.endpoint')],
    ['consumer_auth_mode', pair ? 'hmac' : 'api_key'],
    ...(pair
      ? ([
          ['hmac_key', pair.accessKey],
          ['hmac_secret', pair.secret],
        ] as const)
      : ([['api_key', '', t('dify.key')]] as const)),
    ['gateway_model_name', '', t('dify.model')],
  ]
  return (
    <dl className="flex flex-col divide-y divide-line rounded-control border border-line">
      {rows.map(([field, value, hint]) => (
        <div key={field} className="flex min-h-10 items-center gap-3 px-3 py-1.5">
          <dt className="w-44 shrink-0 font-mono text-[0.8125rem] text-muted">{field}</dt>
          <dd className="flex min-w-0 flex-1 items-center gap-3">
            <span className="min-w-0 flex-1">
              {value ? <code className="font-mono text-[0.8125rem] [overflow-wrap:anywhere]">{value}</code> : null}
              {hint ? <span className="block text-[0.8125rem] text-muted">{hint}</span> : null}
            </span>
            {value ? <CopyButton text={value} /> : null}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** Where model routes are reached from outside, as far as the server knows. */
export function useGatewayBase(): string | undefined {
  const status = useQuery({ queryKey: ['status'], queryFn: () => client.status() })
  return status.data && new URL(status.data.chatUrl).origin
}

export function DifyCard() {
  const t = useText()
  const base = useGatewayBase()
  if (!base) return null
  return (
    <Card title={t('dify.title')}>
      <p className="-mt-1 mb-2 text-muted">{t('dify.about')}</p>
      <DifySettings base={base} />
    </Card>
  )
}
