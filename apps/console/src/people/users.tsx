import type { Role, UserView } from '@gatehouse/contracts'
import { Badge, Button, Checkbox, Field, Select, Table, TextInput } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ban, FlaskConical, Link2, Pencil, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay, useMe } from '../session/me.ts'
import { FormDialog } from '../shell/form-dialog.tsx'
import { ManagedBadge } from '../shell/managed.tsx'
import { Loaded } from '../shell/page.tsx'
import { useChange } from '../shell/use-change.ts'
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
                    {groups.map((group) => (
                      <Badge key={group}>{group}</Badge>
                    ))}
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
  const groups = useQuery({ queryKey: ['groups'], queryFn: () => client.listGroups() })
  const save = useChange({
    run: (form: FormData) => {
      const fields = {
        title: String(form.get('title')),
        email: String(form.get('email')),
        language: form.get('language') === 'zh' ? ('zh' as const) : ('en' as const),
        groups: form.getAll('groups').map(String),
        roles: roles.filter((role) => form.getAll('roles').includes(role)),
      }
      return user
        ? client.changeUser({
            path: { user: user.name },
            body: { ...fields, disabled: form.get('disabled') === 'on', version: user.version },
          })
        : client.createUser({ body: { ...fields, name: String(form.get('name')) } })
    },
    refresh: [['users'], ['groups'], ['overview']],
    done: t('shell.saved'),
    showsError: true,
    onDone: onClose,
  })
  const title = user ? t('people.edit.of', { name: user.title || user.name }) : t('people.add')
  return (
    <FormDialog
      title={title}
      submit={user ? t('shell.save') : t('shell.create')}
      error={save.error}
      busy={save.isPending}
      onSubmit={save.mutate}
      onClose={onClose}
    >
      {user ? null : (
        <Field label={t('people.name')} description={t('shell.name.about')}>
          {(described) => <TextInput {...described} name="name" required pattern="[a-z0-9][a-z0-9._\-]{0,62}" autoCapitalize="none" />}
        </Field>
      )}
      <Field label={t('people.title')}>
        {(described) => <TextInput {...described} name="title" maxLength={200} defaultValue={user?.title} required />}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t('people.email')}>
          {(described) => <TextInput {...described} name="email" type="email" defaultValue={user?.email} />}
        </Field>
        <Field label={t('people.language')}>
          {(described) => (
            <Select {...described} name="language" defaultValue={user?.language ?? me.language}>
              <option value="en">English</option>
              <option value="zh">中文</option>
            </Select>
          )}
        </Field>
      </div>
      <fieldset>
        <legend className="mb-1 font-medium">{t('people.groups')}</legend>
        <div className="flex flex-wrap gap-x-5 gap-y-1">
          {groups.data?.items.map(({ name, title }) => (
            <Checkbox key={name} name="groups" value={name} label={title || name} defaultChecked={user?.groups.includes(name) ?? false} />
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend className="mb-1 font-medium">{t('people.roles')}</legend>
        <div className="flex flex-wrap gap-x-5 gap-y-1">
          {roles.map((role) => (
            <Checkbox
              key={role}
              name="roles"
              value={role}
              label={t(`role.${role}`)}
              // only an owner gives these
              disabled={(role === 'owner' || role === 'admin') && !me.roles.includes('owner')}
              defaultChecked={user ? user.roles.includes(role) : role === 'member'}
            />
          ))}
        </div>
      </fieldset>
      {user ? <Checkbox name="disabled" label={t('people.disable')} defaultChecked={user.disabled} /> : null}
    </FormDialog>
  )
}
