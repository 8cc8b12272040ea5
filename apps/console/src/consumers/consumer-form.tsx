import type { ConsumerView } from '@gatehouse/contracts'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { type FormField, SchemaDialog } from '../shell/form/schema-dialog.tsx'

const refresh = [['consumers'], ['overview'], ['groups']]

export function CreateConsumer({ onClose }: { onClose: () => void }) {
  const t = useText()
  const navigate = useNavigate()
  const fields = useFields()
  return (
    <SchemaDialog
      title={t('consumers.add')}
      submit={t('shell.create')}
      operation="createConsumer"
      fields={[...fields.title, { name: 'name', label: t('shell.name'), about: t('shell.name.about') }, ...fields.rest]}
      run={(body) => client.createConsumer({ body })}
      refresh={refresh}
      onDone={({ name }) => void navigate({ to: '/consumers/$consumer', params: { consumer: name } })}
      onClose={onClose}
    />
  )
}

export function EditConsumer({ consumer, onClose }: { consumer: ConsumerView; onClose: () => void }) {
  const t = useText()
  const fields = useFields()
  const { title, groups, limits, userLimits, version } = consumer
  return (
    <SchemaDialog
      title={t('consumers.edit', { name: title || consumer.name })}
      submit={t('shell.save')}
      operation="changeConsumer"
      fields={[...fields.title, ...fields.rest]}
      values={{ title, groups, version, ...byPath('limits', limits), ...byPath('userLimits', userLimits) }}
      run={(body) => client.changeConsumer({ path: { consumer: consumer.name }, body })}
      refresh={refresh}
      done={t('shell.saved')}
      onDone={onClose}
      onClose={onClose}
    />
  )
}

const byPath = (group: string, limits: object) =>
  Object.fromEntries(Object.entries(limits).map(([name, value]) => [`${group}.${name}`, value]))

/** What both forms ask for, before and after the name. */
function useFields(): { readonly title: readonly FormField[]; readonly rest: readonly FormField[] } {
  const t = useText()
  const groups = useQuery({ queryKey: ['groups'], queryFn: () => client.listGroups() })
  const limits = (['requestsPerMinute', 'tokensPerMinute', 'concurrency'] as const).map((name) => ({ name, label: t(`limits.${name}`) }))
  return {
    title: [{ name: 'title', label: t('shell.title'), required: true }],
    rest: [
      {
        name: 'groups',
        label: t('people.groups'),
        about: t('consumers.groups.about'),
        choices: groups.data?.items.map(({ name, title }) => ({ value: name, label: title || name })) ?? [],
      },
      ...limits.map(({ name, label }) => ({ name: `limits.${name}`, label, size: 'third' as const })),
      ...limits.map(({ name, label }) => ({
        name: `userLimits.${name}`,
        label: t('limits.each', { limit: label }),
        size: 'third' as const,
      })),
    ],
  }
}
