import type { ConsumerView, CreatedSigningKey, SigningKeyView } from '@gatehouse/contracts'
import { Button, Checkbox, Field, Table, TextInput, useFormat } from '@gatehouse/ui'
import { RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { ConfirmButton } from '../shell/confirm.tsx'
import { FormDialog } from '../shell/form-dialog.tsx'
import { NeededReason, reasonIn, useReasonAsked } from '../shell/needed-reason.tsx'
import { useChange } from '../shell/use-change.ts'
import { CredentialSection } from './credential-section.tsx'
import { DifySettings, useGatewayBase } from './dify-settings.tsx'
import { Expiry } from './expiry.tsx'
import { ShownOnce } from './shown-once.tsx'

const refresh = [['consumers']]
const graceHours = 24

/** Pairs that sign requests: made, rotated with a day in which both secrets work, revoked. */
export function SigningKeys({ consumer }: { consumer: ConsumerView }) {
  const t = useText()
  const may = useMay()
  const [adding, setAdding] = useState(false)
  const [rotating, setRotating] = useState<SigningKeyView>()
  const [made, setMade] = useState<CreatedSigningKey>()
  const canChange = may('createSigningKey') && consumer.managedBy !== 'file'
  const show = (created: CreatedSigningKey) => {
    setAdding(false)
    setRotating(undefined)
    setMade(created)
  }
  return (
    <>
      <CredentialSection
        title={t('signing.title')}
        none={t('signing.none')}
        isEmpty={consumer.signingKeys.length === 0}
        add={canChange ? { label: t('signing.add'), onAdd: () => setAdding(true) } : undefined}
      >
        <SigningKeysTable consumer={consumer} onRotate={canChange ? setRotating : undefined} />
      </CredentialSection>
      {adding ? <CreateSigningKey consumer={consumer.name} onMade={show} onClose={() => setAdding(false)} /> : null}
      {rotating ? <RotateSigningKey consumer={consumer.name} pair={rotating} onMade={show} onClose={() => setRotating(undefined)} /> : null}
      {made ? <NewSigningKey made={made} onClose={() => setMade(undefined)} /> : null}
    </>
  )
}

interface SigningKeysTableProps {
  consumer: ConsumerView
  onRotate: ((pair: SigningKeyView) => void) | undefined
}
function SigningKeysTable({ consumer, onRotate }: SigningKeysTableProps) {
  const t = useText()
  const format = useFormat()
  const revoke = useChange({
    run: (accessKey: string) => client.revokeSigningKey({ path: { consumer: consumer.name, accessKey } }),
    refresh,
    done: t('signing.revoked'),
    showsError: true,
  })
  return (
    <Table
      label={t('signing.title')}
      rows={consumer.signingKeys}
      rowKey={({ accessKey }) => accessKey}
      columns={[
        {
          name: 'key',
          label: t('signing.accessKey'),
          cell: ({ title, accessKey }) => (
            <span>
              {title ? <span className="font-medium">{title} </span> : null}
              <code className="font-mono text-xs text-muted">{accessKey}</code>
            </span>
          ),
        },
        {
          name: 'secrets',
          label: t('signing.secrets'),
          cell: ({ olderUntil, from }) =>
            olderUntil
              ? t('signing.both', { until: format.dateTime(Date.parse(olderUntil)) })
              : from === 'store'
                ? t('signing.one')
                : t(`keys.from.${from}`),
        },
        {
          name: 'rules',
          label: t('signing.rules'),
          cell: ({ requireContentMd5, allowSha1, clockWindow }) =>
            [
              t('signing.window', { seconds: clockWindow }),
              ...(requireContentMd5 ? [t('signing.md5')] : []),
              ...(allowSha1 ? ['HmacSHA1'] : []),
            ].join(' · '),
        },
        {
          name: 'expires',
          label: t('keys.expires'),
          cell: ({ expiresAt, expired }) => <Expiry expiresAt={expiresAt} expired={expired} />,
        },
        ...(onRotate
          ? [
              {
                name: 'change',
                label: <span className="sr-only">{t('keys.revoke')}</span>,
                cell: (pair: SigningKeyView) => (
                  <span className="flex justify-end gap-2">
                    <Button size="small" icon={<RefreshCw className="size-3.5" />} onClick={() => onRotate(pair)}>
                      {t('signing.rotate')}
                    </Button>
                    <ConfirmButton
                      label={t('keys.revoke')}
                      title={t('keys.revoke.title', { name: pair.title || pair.accessKey })}
                      text={t('keys.revoke.text')}
                      onConfirm={() => revoke.mutateAsync(pair.accessKey)}
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

interface MakeProps {
  consumer: string
  onMade: (made: CreatedSigningKey) => void
  onClose: () => void
}
function CreateSigningKey({ consumer, onMade, onClose }: MakeProps) {
  const t = useText()
  const create = useChange({
    run: (form: FormData) => {
      const until = String(form.get('expires'))
      return client.createSigningKey({
        path: { consumer },
        body: {
          title: String(form.get('title')),
          requireContentMd5: form.get('md5') === 'on',
          ...(until ? { expiresAt: new Date(`${until}T23:59:59`).toISOString() } : {}),
          ...reasonIn(form),
        },
      })
    },
    refresh,
    showsError: true,
    onDone: onMade,
  })
  const reasonAsked = useReasonAsked(create.error)
  return (
    <FormDialog
      title={t('signing.add')}
      submit={t('shell.create')}
      error={create.error}
      busy={create.isPending}
      onSubmit={create.mutate}
      onClose={onClose}
    >
      <Field label={t('shell.title')} description={t('keys.title.about')}>
        {(described) => <TextInput {...described} name="title" maxLength={200} required />}
      </Field>
      <Field label={t('keys.expires')} description={t('keys.expires.about')}>
        {(described) => <TextInput {...described} name="expires" type="date" />}
      </Field>
      <Checkbox name="md5" label={t('signing.md5.require')} />
      {reasonAsked ? <NeededReason /> : null}
    </FormDialog>
  )
}

function RotateSigningKey({ consumer, pair, onMade, onClose }: MakeProps & { pair: SigningKeyView }) {
  const t = useText()
  const rotate = useChange({
    run: (form: FormData) =>
      client.rotateSigningKey({
        path: { consumer, accessKey: pair.accessKey },
        body: { graceHours: Number(form.get('grace')), ...reasonIn(form) },
      }),
    refresh,
    showsError: true,
    onDone: onMade,
  })
  const reasonAsked = useReasonAsked(rotate.error)
  return (
    <FormDialog
      title={t('signing.rotate.title', { name: pair.title || pair.accessKey })}
      submit={t('signing.rotate')}
      error={rotate.error}
      busy={rotate.isPending}
      onSubmit={rotate.mutate}
      onClose={onClose}
    >
      <Field label={t('signing.grace')} description={t('signing.grace.about')}>
        {(described) => <TextInput {...described} name="grace" type="number" min={0} max={720} defaultValue={graceHours} required />}
      </Field>
      {reasonAsked ? <NeededReason /> : null}
    </FormDialog>
  )
}

function NewSigningKey({ made, onClose }: { made: CreatedSigningKey; onClose: () => void }) {
  const t = useText()
  const base = useGatewayBase() ?? ''
  return (
    <ShownOnce title={t('signing.made')} warning={t('signing.made.once')} wide onClose={onClose}>
      <h3 className="mb-1.5 text-sm font-medium">{t('dify.title')}</h3>
      <DifySettings base={base} pair={made} />
    </ShownOnce>
  )
}
