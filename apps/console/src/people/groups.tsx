import { EmptyState, Field, Table, TextInput, useFormat } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { Trash2, Users as UsersIcon } from 'lucide-react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { ConfirmButton } from '../shell/confirm.tsx'
import { FormDialog } from '../shell/form-dialog.tsx'
import { ManagedBadge } from '../shell/managed.tsx'
import { Loaded } from '../shell/page.tsx'
import { useChange } from '../shell/use-change.ts'

export function Groups() {
  const t = useText()
  const may = useMay()
  const format = useFormat()
  const groups = useQuery({ queryKey: ['groups'], queryFn: () => client.listGroups() })
  const remove = useChange({
    run: (group: string) => client.removeGroup({ path: { group } }),
    refresh: [['groups']],
    done: t('shell.removed'),
    showsError: true,
  })
  return (
    <Loaded query={groups}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState icon={UsersIcon} title={t('groups.none')}>
            {t('groups.none.text')}
          </EmptyState>
        ) : (
          <Table
            label={t('people.groups')}
            rows={items}
            rowKey={({ id }) => id}
            columns={[
              {
                name: 'name',
                label: t('shell.name'),
                order: ({ title, name }) => title || name,
                cell: (group) => (
                  <span className="flex flex-wrap items-center gap-2">
                    <span className="font-medium">{group.title || group.name}</span>
                    <span className="text-xs text-muted">{group.name}</span>
                    <ManagedBadge resource={group} />
                  </span>
                ),
              },
              { name: 'members', label: t('groups.members'), cell: ({ members }) => (members.length ? format.list(members) : '–') },
              { name: 'consumers', label: t('nav.consumers'), cell: ({ consumers }) => (consumers.length ? format.list(consumers) : '–') },
              {
                name: 'actions',
                label: <span className="sr-only">{t('people.actions')}</span>,
                cell: (group) =>
                  may('removeGroup') && group.managedBy !== 'file' && group.members.length + group.consumers.length === 0 ? (
                    <ConfirmButton
                      label={t('shell.delete')}
                      icon={<Trash2 className="size-3.5" />}
                      title={t('groups.remove.title', { name: group.title || group.name })}
                      text={t('groups.remove.text')}
                      onConfirm={() => remove.mutateAsync(group.name)}
                    />
                  ) : null,
              },
            ]}
          />
        )
      }
    </Loaded>
  )
}

export function CreateGroup({ onClose }: { onClose: () => void }) {
  const t = useText()
  const create = useChange({
    run: (form: FormData) => client.createGroup({ body: { name: String(form.get('name')), title: String(form.get('title')) } }),
    refresh: [['groups']],
    done: t('shell.saved'),
    showsError: true,
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t('groups.add')}
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
    </FormDialog>
  )
}
