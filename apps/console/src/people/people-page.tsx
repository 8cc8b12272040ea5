import { Button, Tabs } from '@gatehouse/ui'
import { getRouteApi } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { Page } from '../shell/page.tsx'
import { GroupForm, Groups } from './groups.tsx'
import { UserForm, Users } from './users.tsx'

const route = getRouteApi('/people')
const tabs = ['users', 'groups'] as const

export function PeoplePage() {
  const t = useText()
  const may = useMay()
  const { tab } = route.useSearch()
  const navigate = route.useNavigate()
  const [adding, setAdding] = useState(false)
  const chosen = tabs.find((each) => each === tab) ?? 'users'
  return (
    <Page
      title={t('nav.people')}
      tab={t('nav.people')}
      about={t('people.about')}
      needs="listUsers"
      actions={
        may('createUser') ? (
          <Button variant="primary" icon={<Plus className="size-4" />} onClick={() => setAdding(true)}>
            {t(chosen === 'users' ? 'people.add' : 'groups.add')}
          </Button>
        ) : null
      }
    >
      <Tabs
        label={t('nav.people')}
        tabs={tabs.map((each) => ({ name: each, label: t(`people.tab.${each}`) }))}
        chosen={chosen}
        onChoose={(next) => void navigate({ search: next === 'users' ? {} : { tab: next }, replace: true })}
      >
        {chosen === 'users' ? <Users /> : <Groups />}
      </Tabs>
      {adding && chosen === 'users' ? <UserForm onClose={() => setAdding(false)} /> : null}
      {adding && chosen === 'groups' ? <GroupForm onClose={() => setAdding(false)} /> : null}
    </Page>
  )
}
