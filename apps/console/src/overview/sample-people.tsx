import { Skeleton } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { ChatAsButton } from '../people/chat-as-button.tsx'
import { useMay } from '../session/me.ts'
import { Card } from '../shell/page.tsx'

/** The sample company's people, each a click away from a chat with their rights. */
export function SamplePeople() {
  const t = useText()
  const may = useMay()
  const users = useQuery({ queryKey: ['users'], queryFn: () => client.listUsers() })
  if (users.isPending) return <Skeleton className="h-40" />
  const people = users.data?.items.filter(({ sample, disabled }) => sample && !disabled) ?? []
  if (people.length === 0) return null
  return (
    <Card title={t('sample.title')}>
      <p className="-mt-2 mb-2 text-[0.8125rem] text-muted">{t('sample.about')}</p>
      <ul>
        {people.map((person) => (
          <li key={person.name} className="flex min-h-11 items-center gap-3 border-t border-line py-1.5 first:border-0">
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">{person.title || person.name}</span>
              <span className="block truncate text-xs text-muted">{person.groups.join(', ') || t('people.noGroup')}</span>
            </span>
            {may('createLink') ? <ChatAsButton person={person} /> : null}
          </li>
        ))}
      </ul>
    </Card>
  )
}
