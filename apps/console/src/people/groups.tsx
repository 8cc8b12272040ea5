import type { GroupView } from '@gatehouse/contracts'
import { Button, EmptyState, Table, useFormat } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { Pencil, Trash2, Users as UsersIcon } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { ConfirmButton } from '../shell/confirm.tsx'
import { SchemaDialog } from '../shell/form/schema-dialog.tsx'
import { ManagedBadge } from '../shell/managed.tsx'
import { Loaded } from '../shell/page.tsx'
import { useChange } from '../shell/use-change.ts'

export function Groups() {
  const t = useText()
  const may = useMay()
  const format = useFormat()
  const [editing, setEditing] = useState<GroupView>()
  const groups = useQuery({ queryKey: ['groups'], queryFn: () => client.listGroups() })
  const remove = useChange({
    run: (group: string) => client.removeGroup({ path: { group } }),
    refresh: [['groups']],
    done: t('shell.removed'),
    showsError: true,
  })
  return (
    <Loaded query={groups}>
      {({ items }) => (
        <>
          {items.length === 0 ? (
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
                {
                  name: 'consumers',
                  label: t('nav.consumers'),
                  cell: ({ consumers }) => (consumers.length ? format.list(consumers) : '–'),
                },
                {
                  name: 'actions',
                  label: <span className="sr-only">{t('people.actions')}</span>,
                  cell: (group) => (
                    <span className="flex justify-end gap-1.5">
                      {may('changeGroup') && group.managedBy !== 'file' ? (
                        <Button size="small" icon={<Pencil className="size-3.5" />} onClick={() => setEditing(group)}>
                          {t('people.edit')}
                        </Button>
                      ) : null}
                      {may('removeGroup') && group.managedBy !== 'file' && group.members.length + group.consumers.length === 0 ? (
                        <ConfirmButton
                          label={t('shell.delete')}
                          icon={<Trash2 className="size-3.5" />}
                          title={t('groups.remove.title', { name: group.title || group.name })}
                          text={t('groups.remove.text')}
                          onConfirm={() => remove.mutateAsync(group.name)}
                        />
                      ) : null}
                    </span>
                  ),
                },
              ]}
            />
          )}
          {editing ? <GroupForm group={editing} onClose={() => setEditing(undefined)} /> : null}
        </>
      )}
    </Loaded>
  )
}

/** For a new group, or the title of one that is there. */
export function GroupForm({ group, onClose }: { group?: GroupView; onClose: () => void }) {
  const t = useText()
  const title = { name: 'title', label: t('shell.title'), required: true }
  const common = { refresh: [['groups']], done: t('shell.saved'), onDone: onClose, onClose }
  if (group)
    return (
      <SchemaDialog
        {...common}
        title={t('people.edit.of', { name: group.title || group.name })}
        submit={t('shell.save')}
        operation="changeGroup"
        fields={[title]}
        values={{ title: group.title, version: group.version }}
        run={(body) => client.changeGroup({ path: { group: group.name }, body })}
      />
    )
  return (
    <SchemaDialog
      {...common}
      title={t('groups.add')}
      submit={t('shell.create')}
      operation="createGroup"
      fields={[title, { name: 'name', label: t('shell.name'), about: t('shell.name.about') }]}
      run={(body) => client.createGroup({ body })}
    />
  )
}
