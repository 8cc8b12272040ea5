import type { ConsumerView } from '@gatehouse/contracts'
import { Button, buttonClass, CodeBlock, Moment, Tabs, useFormat } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { ConfirmButton } from '../shell/confirm.tsx'
import { ManagedNotice } from '../shell/managed.tsx'
import { Card, Loaded, Page } from '../shell/page.tsx'
import { useChange } from '../shell/use-change.ts'
import { AddressRules } from './address-rules.tsx'
import { EditConsumer } from './consumer-form.tsx'
import { DifyCard } from './dify-settings.tsx'
import { Keys } from './keys.tsx'
import { SigningKeys } from './signing-keys.tsx'
import { snippetsOf } from './snippets.ts'
import { TokenIssuers } from './token-issuers.tsx'

const route = getRouteApi('/consumers/$consumer')

export function ConsumerPage() {
  const t = useText()
  const may = useMay()
  const { consumer: name } = route.useParams()
  const navigate = route.useNavigate()
  const consumer = useQuery({ queryKey: ['consumers', name], queryFn: () => client.getConsumer({ path: { consumer: name } }) })
  const remove = useChange({
    run: () => client.removeConsumer({ path: { consumer: name } }),
    refresh: [['consumers'], ['overview']],
    done: t('shell.removed'),
    showsError: true,
    onDone: () => void navigate({ to: '/consumers' }),
  })
  const [editing, setEditing] = useState(false)
  const title = consumer.data?.title || name
  const isOurs = consumer.data !== undefined && consumer.data.managedBy !== 'file'
  return (
    <Page
      title={title}
      tab={title}
      about={consumer.data?.title ? consumer.data.name : undefined}
      needs="getConsumer"
      parents={[{ label: t('nav.consumers'), link: { to: '/consumers' } }]}
      actions={
        <>
          <Link to="/traces" search={{ consumer: name }} className={buttonClass('secondary', 'small')}>
            {t('apps.traces')}
          </Link>
          {may('changeConsumer') && isOurs ? (
            <Button size="small" icon={<Pencil className="size-3.5" />} onClick={() => setEditing(true)}>
              {t('people.edit')}
            </Button>
          ) : null}
          {may('removeConsumer') && isOurs ? (
            <ConfirmButton
              label={t('shell.delete')}
              icon={<Trash2 className="size-3.5" />}
              title={t('consumers.remove.title', { name: title })}
              text={t('consumers.remove.text')}
              onConfirm={() => remove.mutateAsync(undefined)}
            />
          ) : null}
        </>
      }
    >
      <Loaded query={consumer}>
        {(data) => (
          <>
            <ManagedNotice resource={data} kind="Consumer" refresh={[['consumers']]} />
            <Usage consumer={data} />
            <Keys consumer={data} />
            <SigningKeys consumer={data} />
            <TokenIssuers consumer={data} />
            <AddressRules consumer={data} />
            <Snippets />
            <DifyCard />
            {editing ? <EditConsumer consumer={data} onClose={() => setEditing(false)} /> : null}
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Usage({ consumer: { name, limits } }: { consumer: ConsumerView }) {
  const t = useText()
  const format = useFormat()
  const usage = useQuery({ queryKey: ['usage', name], queryFn: () => client.consumerUsage({ path: { consumer: name } }) })
  const limit = (value: number | undefined) => (value === undefined ? t('consumers.unlimited') : format.number(value))
  return (
    <Card title={t('consumers.usage')}>
      <Loaded query={usage} rows={2}>
        {(data) => (
          <dl className="grid grid-cols-2 gap-4 sm:grid-cols-3 lg:grid-cols-6">
            {(
              [
                [t('overview.calls'), format.number(data.calls), data.partial ? t('consumers.partial') : ''],
                [t('overview.blocked'), format.number(data.blocked), ''],
                [t('overview.failed'), format.number(data.failed), ''],
                [
                  t('overview.tokens'),
                  format.compact(data.inputTokens + data.outputTokens),
                  t('overview.tokens.split', { input: format.compact(data.inputTokens), output: format.compact(data.outputTokens) }),
                ],
                [
                  t('consumers.perMinute'),
                  limit(limits.requestsPerMinute),
                  t('consumers.concurrency', { value: limit(limits.concurrency) }),
                ],
                [t('consumers.last'), data.lastAt === undefined ? '–' : <Moment key="last" at={data.lastAt} />, ''],
              ] as const
            ).map(([label, value, note]) => (
              <div key={label}>
                <dt className="text-[0.8125rem] text-muted">{label}</dt>
                <dd className="tabular text-lg font-semibold">{value}</dd>
                <dd className="text-xs text-muted">{note}</dd>
              </div>
            ))}
          </dl>
        )}
      </Loaded>
    </Card>
  )
}

function Snippets() {
  const t = useText()
  const status = useQuery({ queryKey: ['status'], queryFn: () => client.status() })
  const apps = useQuery({ queryKey: ['apps'], queryFn: () => client.listApps() })
  const app = apps.data?.items[0]?.name
  const [chosen, setChosen] = useState<'curl' | 'Python' | 'TypeScript'>('curl')
  if (!status.data) return null
  const snippets = snippetsOf(new URL(status.data.chatUrl).origin, '$GATEHOUSE_KEY', app ? `app/${app}` : 'assistant')
  return (
    <Card title={t('consumers.snippets')}>
      <p className="-mt-1 mb-2 text-muted">{t('consumers.snippets.about')}</p>
      <Tabs label={t('consumers.snippets')} tabs={snippets.map(({ name }) => ({ name, label: name }))} chosen={chosen} onChoose={setChosen}>
        <CodeBlock label={chosen} code={snippets.find(({ name }) => name === chosen)?.code ?? ''} />
      </Tabs>
    </Card>
  )
}
