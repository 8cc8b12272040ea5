import type { BaseView } from '@gatehouse/contracts'
import { Button, EmptyState, Field, Table, TextArea, TextInput, useFormat } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { BookOpen, Plus } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { FormDialog } from '../shell/form-dialog.tsx'
import { ManagedBadge } from '../shell/managed.tsx'
import { Loaded, Page } from '../shell/page.tsx'
import { useChange } from '../shell/use-change.ts'
import { AccessEditor, PrincipalList } from './principals.tsx'

export function BasesPage() {
  const t = useText()
  const may = useMay()
  const [adding, setAdding] = useState(false)
  const bases = useQuery({ queryKey: ['bases'], queryFn: () => client.listBases() })
  const add = may('createBase') ? (
    <Button variant="primary" icon={<Plus className="size-4" />} onClick={() => setAdding(true)}>
      {t('bases.add')}
    </Button>
  ) : null
  return (
    <Page title={t('nav.knowledge')} tab={t('nav.knowledge')} about={t('bases.about')} needs="listBases" actions={add}>
      <Loaded query={bases}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={BookOpen} title={t('bases.none')} action={add}>
              {t('bases.none.text')}
            </EmptyState>
          ) : (
            <BasesTable bases={items} />
          )
        }
      </Loaded>
      {adding ? <CreateBase onClose={() => setAdding(false)} /> : null}
    </Page>
  )
}

function BasesTable({ bases }: { bases: readonly BaseView[] }) {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate()
  return (
    <Table
      label={t('nav.knowledge')}
      rows={bases}
      rowKey={({ id }) => id}
      onOpen={({ name }) => void navigate({ to: '/knowledge/$base', params: { base: name } })}
      columns={[
        {
          name: 'title',
          label: t('shell.name'),
          order: ({ title, name }) => title || name,
          cell: (base) => (
            <span className="flex items-center gap-2">
              <Link
                to="/knowledge/$base"
                params={{ base: base.name }}
                className="inline-flex min-h-6 items-center font-medium hover:text-accent hover:underline"
              >
                {base.title || base.name}
              </Link>
              <ManagedBadge resource={base} />
            </span>
          ),
        },
        { name: 'access', label: t('bases.access.new'), cell: ({ access }) => <PrincipalList principals={access} /> },
        {
          name: 'documents',
          label: t('bases.documents'),
          numeric: true,
          order: ({ documents }) => documents,
          cell: ({ documents }) => format.number(documents),
        },
        {
          name: 'segments',
          label: t('bases.segments'),
          numeric: true,
          order: ({ segments }) => segments,
          cell: ({ segments }) => format.number(segments),
        },
        {
          name: 'characters',
          label: t('bases.characters'),
          numeric: true,
          order: ({ characters }) => characters,
          cell: ({ characters }) => format.compact(characters),
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

function CreateBase({ onClose }: { onClose: () => void }) {
  const t = useText()
  const navigate = useNavigate()
  const [access, setAccess] = useState<readonly string[]>(['everyone'])
  const create = useChange({
    run: (form: FormData) =>
      client.createBase({
        body: {
          name: String(form.get('name')),
          title: String(form.get('title')),
          description: String(form.get('description')),
          access: [...access],
        },
      }),
    refresh: [['bases'], ['overview']],
    showsError: true,
    onDone: ({ name }) => void navigate({ to: '/knowledge/$base', params: { base: name } }),
  })
  return (
    <FormDialog
      title={t('bases.add')}
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
      <Field label={t('bases.description')}>{(described) => <TextArea {...described} name="description" maxLength={400} />}</Field>
      <fieldset>
        <legend className="mb-2 font-medium">{t('bases.access.standard')}</legend>
        <AccessEditor access={access} onChange={setAccess} />
      </fieldset>
    </FormDialog>
  )
}
