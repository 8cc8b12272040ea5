import { Badge, Button, EmptyState, Moment, Table, useFormat } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { ManagedBadge } from '../shell/managed.tsx'
import { Loaded, Page } from '../shell/page.tsx'
import { CreateConsumer } from './consumer-form.tsx'

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
                      {groups.length ? groups.map((group) => <Badge key={group}>{group}</Badge>) : '–'}
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
                  cell: ({ updatedAt }) => <Moment at={updatedAt} />,
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
