import { Badge, Button, Checkbox, IconButton, Select } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { Globe, KeyRound, Plus, User, Users, UsersRound, X } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'

const kinds = { user: User, group: Users, consumer: KeyRound } as const
const isKind = (name: string): name is keyof typeof kinds => name in kinds

/** One label, as words: "group people". */
function PrincipalName({ principal }: { principal: string }) {
  const t = useText()
  const [kind = '', ...rest] = principal.split(':')
  const Icon = isKind(kind) ? kinds[kind] : kind === 'public' ? Globe : UsersRound
  return (
    <Badge icon={Icon}>
      {isKind(kind) ? rest.join(':') : kind === 'public' ? t('principal.public') : t('principal.everyone')}
      {isKind(kind) ? <span className="sr-only"> ({t(`principal.${kind}`)})</span> : null}
    </Badge>
  )
}

export function PrincipalList({ principals }: { principals: readonly string[] }) {
  const t = useText()
  if (principals.length === 0) return <Badge tone="warn">{t('principal.nobody')}</Badge>
  return (
    <span className="flex flex-wrap gap-1">
      {principals.map((principal) => (
        <PrincipalName key={principal} principal={principal} />
      ))}
    </span>
  )
}

export interface AccessEditorProps {
  access: readonly string[]
  onChange: (access: readonly string[]) => void
}

/** Who may read: everyone, or chosen groups and people. Nobody is denied by exception. */
export function AccessEditor({ access, onChange }: AccessEditorProps) {
  const t = useText()
  const groups = useQuery({ queryKey: ['groups'], queryFn: () => client.listGroups() })
  const users = useQuery({ queryKey: ['users'], queryFn: () => client.listUsers() })
  const [chosen, setChosen] = useState('')
  const known = [
    ...(groups.data?.items.map(({ name, title }) => ({ principal: `group:${name}`, label: title || name })) ?? []),
    ...(users.data?.items.map(({ name, title }) => ({ principal: `user:${name}`, label: title || name })) ?? []),
  ].filter(({ principal }) => !access.includes(principal))
  const others = access.filter((principal) => principal !== 'everyone')
  const add = () => {
    if (chosen) onChange([...access, chosen])
    setChosen('')
  }
  return (
    <div className="flex flex-col gap-3">
      <Checkbox
        label={t('access.everyone')}
        checked={access.includes('everyone')}
        onChange={(event) => onChange(event.target.checked ? ['everyone', ...others] : others)}
      />
      <ul className="flex flex-col">
        {others.map((principal) => (
          <li key={principal} className="flex items-center gap-2 border-t border-line py-1.5">
            <PrincipalName principal={principal} />
            <IconButton
              label={t('access.remove', { name: principal })}
              className="ms-auto size-7"
              onClick={() => onChange(access.filter((each) => each !== principal))}
            >
              <X className="size-3.5" />
            </IconButton>
          </li>
        ))}
      </ul>
      <div className="flex gap-2">
        <Select aria-label={t('access.add')} value={chosen} onChange={(event) => setChosen(event.target.value)}>
          <option value="">{t('access.choose')}</option>
          {known.map(({ principal, label }) => (
            <option key={principal} value={principal}>
              {principal.startsWith('group:') ? t('access.group', { name: label }) : label}
            </option>
          ))}
        </Select>
        <Button icon={<Plus className="size-4" />} disabled={!chosen} onClick={add}>
          {t('access.add')}
        </Button>
      </div>
      {access.length === 0 ? <p className="text-[0.8125rem] text-warn">{t('access.nobody')}</p> : null}
    </div>
  )
}
