import { Badge, Button, EmptyState, Field, Table, TextInput, useFormat } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { FormDialog } from '../shell/form-dialog.tsx'
import { ManagedBadge } from '../shell/managed.tsx'
import { Loaded, Page } from '../shell/page.tsx'
import { useChange } from '../shell/use-change.ts'

export function ConsumersPage() {
  const t = useText()
  const may = useMay()
  const format = useFormat()
  const navigate = useNavigate()
  const [adding, setAdding] = useState(false)
  const consumers = useQuery({ queryKey: ['consumers'], queryFn: () => client.listConsumers() })
  const add = may('createConsumer') ? (
    <Button variant="primary" icon={<Plus className="size-4" />} onClick={() => setAdding(true)}>
      {t('consumers.add')}
    </Button>
  ) : null
  return (
    <Page title={t('nav.consumers')} tab={t('nav.consumers')} about={t('consumers.about')} needs="listConsumers" actions={add}>
      <Loaded query={consumers}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={KeyRound} title={t('consumers.none')} action={add}>
              {t('consumers.none.text')}
            </EmptyState>
          ) : (
            <Table
              label={t('nav.consumers')}
              rows={items}
              rowKey={({ id }) => id}
              onOpen={({ name }) => void navigate({ to: '/consumers/$consumer', params: { consumer: name } })}
              columns={[
                {
                  name: 'name',
                  label: t('shell.name'),
                  order: ({ title, name }) => title || name,
                  cell: (consumer) => (
                    <span className="flex flex-wrap items-center gap-2">
                      <Link
                        to="/consumers/$consumer"
                        params={{ consumer: consumer.name }}
                        className="inline-flex min-h-6 items-center font-medium hover:text-accent hover:underline"
                      >
                        {consumer.title || consumer.name}
                      </Link>
                      <ManagedBadge resource={consumer} />
                    </span>
                  ),
                },
                {
                  name: 'keys',
                  label: t('consumers.keys'),
                  numeric: true,
                  order: ({ keys }) => keys.length,
                  cell: ({ keys }) => keys.length,
                },
                {
                  name: 'groups',
                  label: t('people.groups'),
                  cell: ({ groups }) => (
                    <span className="flex flex-wrap gap-1">
                      {groups.map((group) => (
                        <Badge key={group}>{group}</Badge>
                      ))}
                    </span>
                  ),
                },
                {
                  name: 'limits',
                  label: t('consumers.perMinute'),
                  cell: ({ limits }) =>
                    limits.requestsPerMinute === undefined ? t('consumers.unlimited') : format.number(limits.requestsPerMinute),
                },
                {
                  name: 'updated',
                  label: t('shell.updated'),
                  order: ({ updatedAt }) => updatedAt,
                  cell: ({ updatedAt }) => format.date(updatedAt),
                },
              ]}
            />
          )
        }
      </Loaded>
      {adding ? <CreateConsumer onClose={() => setAdding(false)} /> : null}
    </Page>
  )
}

function CreateConsumer({ onClose }: { onClose: () => void }) {
  const t = useText()
  const navigate = useNavigate()
  const create = useChange({
    run: (form: FormData) => {
      const requests = Number(form.get('requests'))
      return client.createConsumer({
        body: {
          name: String(form.get('name')),
          title: String(form.get('title')),
          limits: requests > 0 ? { requestsPerMinute: requests } : {},
        },
      })
    },
    refresh: [['consumers'], ['overview']],
    showsError: true,
    onDone: ({ name }) => void navigate({ to: '/consumers/$consumer', params: { consumer: name } }),
  })
  return (
    <FormDialog
      title={t('consumers.add')}
      submit={t('shell.create')}
      error={create.error}
      busy={create.isPending}
      onSubmit={create.mutate}
      onClose={onClose}
    >
      <Field label={t('shell.title')}>{(described) => <TextInput {...described} name="title" maxLength={200} required />}</Field>
      <Field label={t('shell.name')} description={t('shell.name.about')}>
        {(described) => <TextInput {...described} name="name" required pattern="[a-z0-9][a-z0-9._\-]{0,62}" autoCapitalize="none" />}
      </Field>
      <Field label={t('consumers.perMinute')} description={t('consumers.perMinute.about')}>
        {(described) => <TextInput {...described} name="requests" type="number" min={1} />}
      </Field>
    </FormDialog>
  )
}
