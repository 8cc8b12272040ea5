import type { ConsumerView, TokenIssuerView } from '@gatehouse/contracts'
import { Field, Select, Table, TextInput, useFormat } from '@gatehouse/ui'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { ConfirmButton } from '../shell/confirm.tsx'
import { FormDialog } from '../shell/form-dialog.tsx'
import { NeededReason, reasonIn, useReasonAsked } from '../shell/needed-reason.tsx'
import { useChange } from '../shell/use-change.ts'
import { CredentialSection } from './credential-section.tsx'

const refresh = [['consumers']]

/** Identity providers whose tokens stand for this consumer, or for people who call through it. */
export function TokenIssuers({ consumer }: { consumer: ConsumerView }) {
  const t = useText()
  const format = useFormat()
  const may = useMay()
  const [adding, setAdding] = useState(false)
  const canChange = may('createTokenIssuer') && consumer.managedBy !== 'file'
  const remove = useChange({
    run: (issuer: string) => client.removeTokenIssuer({ path: { consumer: consumer.name, issuer } }),
    refresh,
    done: t('shell.removed'),
    showsError: true,
  })
  const standsFor = ({ person }: TokenIssuerView) =>
    person ? t(`issuers.person.${person.attribute}`, { claim: person.claim }) : t('issuers.consumer')
  return (
    <>
      <CredentialSection
        title={t('issuers.title')}
        none={t('issuers.none')}
        isEmpty={consumer.tokenIssuers.length === 0}
        add={canChange ? { label: t('issuers.add'), onAdd: () => setAdding(true) } : undefined}
      >
        <Table
          label={t('issuers.title')}
          rows={consumer.tokenIssuers}
          rowKey={({ id }) => id}
          columns={[
            {
              name: 'issuer',
              label: t('issuers.issuer'),
              cell: ({ issuer }) => <span className="[overflow-wrap:anywhere]">{issuer}</span>,
            },
            { name: 'audience', label: t('issuers.audience'), cell: ({ audience }) => format.list(audience) },
            {
              name: 'keys',
              label: t('issuers.keys'),
              cell: ({ jwksUrl, keys }) => jwksUrl ?? t('issuers.keys.given', { count: keys.length }),
            },
            { name: 'stands', label: t('issuers.standsFor'), cell: standsFor },
            ...(canChange
              ? [
                  {
                    name: 'remove',
                    label: <span className="sr-only">{t('shell.delete')}</span>,
                    cell: ({ id, issuer }: TokenIssuerView) => (
                      <ConfirmButton
                        label={t('shell.delete')}
                        title={t('consumers.remove.title', { name: issuer })}
                        text={t('issuers.remove.text')}
                        onConfirm={() => remove.mutateAsync(id)}
                      />
                    ),
                  },
                ]
              : []),
          ]}
        />
      </CredentialSection>
      {adding ? <CreateTokenIssuer consumer={consumer.name} onClose={() => setAdding(false)} /> : null}
    </>
  )
}

function CreateTokenIssuer({ consumer, onClose }: { consumer: string; onClose: () => void }) {
  const t = useText()
  const [stands, setStands] = useState<'consumer' | 'name' | 'email'>('consumer')
  const create = useChange({
    run: (form: FormData) => {
      const text = (name: string) => String(form.get(name) ?? '').trim()
      const groups = text('groups')
      return client.createTokenIssuer({
        path: { consumer },
        body: {
          issuer: text('issuer'),
          audience: text('audience')
            .split(/[\s,]+/)
            .filter(Boolean),
          jwksUrl: text('jwksUrl'),
          ...(stands === 'consumer' ? {} : { person: { claim: text('claim'), attribute: stands } }),
          ...(groups ? { groups: { claim: groups } } : {}),
          ...reasonIn(form),
        },
      })
    },
    refresh,
    done: t('shell.saved'),
    showsError: true,
    onDone: onClose,
  })
  const reasonAsked = useReasonAsked(create.error)
  return (
    <FormDialog
      title={t('issuers.add')}
      submit={t('shell.create')}
      error={create.error}
      busy={create.isPending}
      onSubmit={create.mutate}
      onClose={onClose}
    >
      <Field label={t('issuers.issuer')} description={t('issuers.issuer.about')}>
        {(described) => <TextInput {...described} name="issuer" required maxLength={400} placeholder="https://login.example" />}
      </Field>
      <Field label={t('issuers.audience')} description={t('issuers.audience.about')}>
        {(described) => <TextInput {...described} name="audience" required placeholder="gatehouse" />}
      </Field>
      <Field label={t('issuers.keys')} description={t('issuers.keys.about')}>
        {(described) => <TextInput {...described} name="jwksUrl" type="url" required placeholder="https://login.example/keys" />}
      </Field>
      <Field label={t('issuers.standsFor')}>
        {(described) => (
          <Select {...described} value={stands} onChange={(event) => setStands(event.target.value as typeof stands)}>
            <option value="consumer">{t('issuers.consumer')}</option>
            <option value="name">{t('issuers.byName')}</option>
            <option value="email">{t('issuers.byEmail')}</option>
          </Select>
        )}
      </Field>
      {stands === 'consumer' ? null : (
        <Field label={t('issuers.claim')}>
          {(described) => (
            <TextInput
              {...described}
              key={stands}
              name="claim"
              required
              maxLength={200}
              defaultValue={stands === 'email' ? 'email' : 'sub'}
            />
          )}
        </Field>
      )}
      <Field label={t('issuers.groups')} description={t('issuers.groups.about')}>
        {(described) => <TextInput {...described} name="groups" maxLength={200} />}
      </Field>
      {reasonAsked ? <NeededReason /> : null}
    </FormDialog>
  )
}
