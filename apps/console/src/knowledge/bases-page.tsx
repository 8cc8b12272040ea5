import type { BaseView } from '@gatehouse/contracts'
import { Button, EmptyState, Moment, Table, useFormat } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { BookOpen, Plus } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { SchemaDialog } from '../shell/form/schema-dialog.tsx'
import { ManagedBadge } from '../shell/managed.tsx'
import { Loaded, Page } from '../shell/page.tsx'
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
          cell: ({ updatedAt }) => <Moment at={updatedAt} />,
        },
      ]}
    />
  )
}

function CreateBase({ onClose }: { onClose: () => void }) {
  const t = useText()
  const navigate = useNavigate()
  return (
    <SchemaDialog
      title={t('bases.add')}
      submit={t('shell.create')}
      operation="createBase"
      fields={[
        { name: 'title', label: t('shell.title'), required: true },
        { name: 'name', label: t('shell.name'), about: t('shell.name.about') },
        { name: 'description', label: t('bases.description') },
        {
          name: 'access',
          label: t('bases.access.standard'),
          control: (access, change) => <AccessEditor access={access as readonly string[]} onChange={change} />,
        },
      ]}
      values={{ access: ['everyone'] }}
      run={(body) => client.createBase({ body })}
      refresh={[['bases'], ['overview']]}
      onDone={({ name }) => void navigate({ to: '/knowledge/$base', params: { base: name } })}
      onClose={onClose}
    />
  )
}
