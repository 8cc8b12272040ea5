import type { Role, UserView } from '@gatehouse/contracts'
import { Badge, Button, Table } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ban, FlaskConical, Link2, Pencil, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay, useMe } from '../session/me.ts'
import { type FormField, SchemaDialog } from '../shell/form/schema-dialog.tsx'
import { ManagedBadge } from '../shell/managed.tsx'
import { Loaded } from '../shell/page.tsx'
import { ChatAsButton } from './chat-as-button.tsx'
import { InviteLink } from './invite-link.tsx'

const roles: readonly Role[] = ['owner', 'admin', 'builder', 'auditor', 'member']

export function Users() {
  const t = useText()
  const may = useMay()
  const users = useQuery({ queryKey: ['users'], queryFn: () => client.listUsers() })
  const [editing, setEditing] = useState<UserView>()
  const [inviting, setInviting] = useState<UserView>()
  return (
    <Loaded query={users}>
      {({ items }) => (
        <>
          <Table
            label={t('nav.people')}
            rows={items}
            rowKey={({ id }) => id}
            columns={[
              {
                name: 'name',
                label: t('shell.name'),
                order: ({ title, name }) => title || name,
                cell: (user) => (
                  <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
                    <Link
                      to="/traces"
                      search={{ user: user.name }}
                      className="inline-flex min-h-6 items-center font-medium hover:text-accent hover:underline"
                    >
                      {user.title || user.name}
                    </Link>
                    <span className="text-xs text-muted">{user.name}</span>
                  </span>
                ),
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
              { name: 'roles', label: t('people.roles'), cell: (user) => user.roles.map((role) => t(`role.${role}`)).join(', ') },
              { name: 'state', label: t('people.state'), cell: (user) => <UserState user={user} /> },
              ...(may('changeUser')
                ? [
                    {
                      name: 'actions',
                      label: <span className="sr-only">{t('people.actions')}</span>,
                      cell: (user: UserView) => (
                        <span className="flex justify-end gap-1.5">
                          {user.sample ? <ChatAsButton person={user} /> : null}
                          {user.sample || user.disabled ? null : (
                            <Button size="small" icon={<Link2 className="size-3.5" />} onClick={() => setInviting(user)}>
                              {t('people.link')}
                            </Button>
                          )}
                          {user.managedBy === 'file' ? null : (
                            <Button size="small" icon={<Pencil className="size-3.5" />} onClick={() => setEditing(user)}>
                              {t('people.edit')}
                            </Button>
                          )}
                        </span>
                      ),
                    },
                  ]
                : []),
            ]}
          />
          {editing ? <UserForm user={editing} onClose={() => setEditing(undefined)} /> : null}
          {inviting ? <InviteLink user={inviting} onClose={() => setInviting(undefined)} /> : null}
        </>
      )}
    </Loaded>
  )
}

function UserState({ user }: { user: UserView }) {
  const t = useText()
  return (
    <span className="flex flex-wrap gap-1">
      {user.disabled ? (
        <Badge tone="bad" icon={Ban}>
          {t('people.disabled')}
        </Badge>
      ) : null}
      {user.sample ? <Badge icon={FlaskConical}>{t('people.sample')}</Badge> : null}
      {!user.sample && !user.hasPassword ? (
        <Badge tone="warn" icon={TriangleAlert}>
          {t('people.noPassword')}
        </Badge>
      ) : null}
      <ManagedBadge resource={user} />
    </span>
  )
}

/** For a new person, or one who is there. */
export function UserForm({ user, onClose }: { user?: UserView; onClose: () => void }) {
  const t = useText()
  const me = useMe()
  const fields = useFields()
  const common = { refresh: [['users'], ['groups'], ['overview']], done: t('shell.saved'), onDone: onClose, onClose }
  if (!user)
    return (
      <SchemaDialog
        {...common}
        title={t('people.add')}
        submit={t('shell.create')}
        operation="createUser"
        fields={[...fields.slice(0, 1), { name: 'name', label: t('people.name'), about: t('shell.name.about') }, ...fields.slice(1)]}
        values={{ language: me.language }}
        run={(body) => client.createUser({ body })}
      />
    )
  const { title, email, language, groups, roles, disabled, version } = user
  return (
    <SchemaDialog
      {...common}
      title={t('people.edit.of', { name: title || user.name })}
      submit={t('shell.save')}
      operation="changeUser"
      fields={[...fields, { name: 'disabled', label: t('people.disable') }]}
      values={{ title, email, language, groups, roles, disabled, version }}
      run={(body) => client.changeUser({ path: { user: user.name }, body })}
    />
  )
}

function useFields(): readonly FormField[] {
  const t = useText()
  const me = useMe()
  const groups = useQuery({ queryKey: ['groups'], queryFn: () => client.listGroups() })
  return [
    { name: 'title', label: t('people.title'), required: true },
    { name: 'email', label: t('people.email'), size: 'half' },
    {
      name: 'language',
      label: t('people.language'),
      size: 'half',
      choices: [
        { value: 'en', label: 'English' },
        { value: 'zh', label: '中文' },
      ],
    },
    {
      name: 'groups',
      label: t('people.groups'),
      choices: groups.data?.items.map(({ name, title }) => ({ value: name, label: title || name })) ?? [],
    },
    {
      name: 'roles',
      label: t('people.roles'),
      // only an owner gives the first two
      choices: roles.map((role) => ({
        value: role,
        label: t(`role.${role}`),
        disabled: (role === 'owner' || role === 'admin') && !me.roles.includes('owner'),
      })),
    },
  ]
}
