import type { ConsumerView, CreatedKey, KeyView } from '@gatehouse/contracts'
import { Badge, Button, CopyButton, EmptyState, Field, Select, Table, TextInput, useFormat } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { ConfirmButton } from '../shell/confirm.tsx'
import { FormDialog } from '../shell/form-dialog.tsx'
import { NeededReason, reasonIn, useReasonAsked } from '../shell/needed-reason.tsx'
import { useChange } from '../shell/use-change.ts'
import { Expiry } from './expiry.tsx'
import { RotateKey } from './rotate-key.tsx'
import { ShownOnce } from './shown-once.tsx'

export function Keys({ consumer }: { consumer: ConsumerView }) {
  const t = useText()
  const may = useMay()
  const [adding, setAdding] = useState(false)
  const [made, setMade] = useState<CreatedKey>()
  const canChange = may('createKey') && consumer.managedBy !== 'file'
  return (
    <section aria-label={t('consumers.keys')}>
      <div className="mb-2 flex items-center justify-between">
        <h2 className="text-[0.9375rem] font-semibold">{t('consumers.keys')}</h2>
        {canChange ? (
          <Button size="small" icon={<Plus className="size-3.5" />} onClick={() => setAdding(true)}>
            {t('keys.add')}
          </Button>
        ) : null}
      </div>
      {consumer.keys.length === 0 ? (
        <div className="rounded-panel border border-line bg-surface">
          <EmptyState icon={KeyRound} title={t('keys.none')}>
            {t('keys.none.text')}
          </EmptyState>
        </div>
      ) : (
        <KeysTable consumer={consumer} canChange={canChange} onMade={setMade} />
      )}
      {adding ? (
        <CreateKey
          consumer={consumer}
          onClose={() => setAdding(false)}
          onMade={(key) => {
            setAdding(false)
            setMade(key)
          }}
        />
      ) : null}
      {made ? <NewKey made={made} onClose={() => setMade(undefined)} /> : null}
    </section>
  )
}

interface KeysTableProps {
  consumer: ConsumerView
  canChange: boolean
  onMade: (made: CreatedKey) => void
}
function KeysTable({ consumer, canChange, onMade }: KeysTableProps) {
  const t = useText()
  const format = useFormat()
  const revoke = useChange({
    run: (key: string) => client.revokeKey({ path: { consumer: consumer.name, key } }),
    refresh: [['consumers']],
    done: t('keys.revoked'),
    showsError: true,
  })
  const reach = ({ kind, apps, datasets }: KeyView) =>
    kind === 'app'
      ? format.list(apps)
      : kind === 'dataset'
        ? datasets.length
          ? format.list(datasets)
          : t('keys.allBases')
        : t('keys.models')
  return (
    <Table
      label={t('consumers.keys')}
      rows={consumer.keys}
      rowKey={({ id }) => id}
      columns={[
        {
          name: 'title',
          label: t('shell.title'),
          cell: ({ title, prefix, from }) => (
            <span>
              <span className="font-medium">{title || '–'}</span>{' '}
              <code className="font-mono text-xs text-muted">{prefix ? `${prefix}…` : from ? t(`keys.from.${from}`) : ''}</code>
            </span>
          ),
        },
        {
          name: 'kind',
          label: t('keys.kind'),
          cell: ({ kind, verbs }) => (
            <span className="flex flex-wrap gap-1">
              <Badge>{t(`keys.kind.${kind}`)}</Badge>
              {kind === 'dataset' && !verbs.includes('write') ? <Badge>{t('keys.verbs.read')}</Badge> : null}
            </span>
          ),
        },
        { name: 'reach', label: t('keys.reach'), cell: reach },
        {
          name: 'expires',
          label: t('keys.expires'),
          cell: ({ expiresAt, expired }) => <Expiry expiresAt={expiresAt} expired={expired} />,
        },
        ...(canChange
          ? [
              {
                name: 'revoke',
                label: <span className="sr-only">{t('keys.revoke')}</span>,
                cell: (view: KeyView) => (
                  <span className="flex justify-end gap-2">
                    {view.expired ? null : <RotateKey consumer={consumer.name} view={view} onMade={onMade} />}
                    <ConfirmButton
                      label={t('keys.revoke')}
                      title={t('keys.revoke.title', { name: view.title || view.prefix || view.id })}
                      text={t('keys.revoke.text')}
                      onConfirm={() => revoke.mutateAsync(view.id)}
                    />
                  </span>
                ),
              },
            ]
          : []),
      ]}
    />
  )
}

interface CreateKeyProps {
  consumer: ConsumerView
  onClose: () => void
  onMade: (made: CreatedKey) => void
}
function CreateKey({ consumer, onClose, onMade }: CreateKeyProps) {
  const t = useText()
  const [kind, setKind] = useState<KeyView['kind']>('model')
  const apps = useQuery({ queryKey: ['apps'], queryFn: () => client.listApps(), enabled: kind === 'app' })
  const bases = useQuery({ queryKey: ['bases'], queryFn: () => client.listBases(), enabled: kind === 'dataset' })
  const create = useChange({
    run: (form: FormData) => {
      const until = String(form.get('expires'))
      const chosen = form.getAll('reach').map(String)
      return client.createKey({
        path: { consumer: consumer.name },
        body: {
          kind,
          title: String(form.get('title')),
          ...(kind === 'app' ? { apps: chosen } : {}),
          ...(kind === 'dataset' ? { datasets: chosen, verbs: form.get('verbs') === 'read' ? ['read'] : ['read', 'write'] } : {}),
          ...reasonIn(form),
          ...(until ? { expiresAt: new Date(`${until}T23:59:59`).toISOString() } : {}),
        },
      })
    },
    refresh: [['consumers']],
    showsError: true,
    onDone: onMade,
  })
  const reasonAsked = useReasonAsked(create.error)
  const choices =
    kind === 'app'
      ? (apps.data?.items.map(({ name, title }) => ({ value: name, label: title || name })) ?? [])
      : (bases.data?.items.map(({ id, title, name }) => ({ value: id, label: title || name })) ?? [])
  return (
    <FormDialog
      title={t('keys.add')}
      submit={t('shell.create')}
      error={create.error}
      busy={create.isPending}
      onSubmit={create.mutate}
      onClose={onClose}
    >
      <Field label={t('shell.title')} description={t('keys.title.about')}>
        {(described) => <TextInput {...described} name="title" maxLength={200} required />}
      </Field>
      <Field label={t('keys.kind')} description={t(`keys.kind.${kind}.about`)}>
        {(described) => (
          <Select {...described} value={kind} onChange={(event) => setKind(event.target.value as KeyView['kind'])}>
            <option value="model">{t('keys.kind.model')}</option>
            <option value="app">{t('keys.kind.app')}</option>
            <option value="dataset">{t('keys.kind.dataset')}</option>
          </Select>
        )}
      </Field>
      {kind === 'model' ? null : (
        <Field label={t('keys.reach')}>
          {(described) => (
            <Select {...described} name="reach" multiple required={kind === 'app'} className="h-28!">
              {choices.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {kind === 'dataset' ? (
        <Field label={t('keys.verbs')} description={t('keys.verbs.about')}>
          {(described) => (
            <Select {...described} name="verbs" defaultValue="read">
              <option value="read">{t('keys.verbs.read')}</option>
              <option value="both">{t('keys.verbs.both')}</option>
            </Select>
          )}
        </Field>
      ) : null}
      <Field label={t('keys.expires')} description={t('keys.expires.about')}>
        {(described) => <TextInput {...described} name="expires" type="date" />}
      </Field>
      {reasonAsked ? <NeededReason /> : null}
    </FormDialog>
  )
}

function NewKey({ made, onClose }: { made: CreatedKey; onClose: () => void }) {
  const t = useText()
  return (
    <ShownOnce title={t('keys.made')} warning={t('keys.made.once')} onClose={onClose}>
      <div className="flex items-center gap-3 rounded-control border border-line bg-sunken p-3">
        <code className="min-w-0 flex-1 font-mono text-[0.8125rem] [overflow-wrap:anywhere]">{made.key}</code>
        <CopyButton text={made.key} />
      </div>
    </ShownOnce>
  )
}
