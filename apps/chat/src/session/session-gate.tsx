import { ErrorState, enter, preferLanguage, SignIn, Skeleton } from '@gatehouse/ui'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { i18n } from 'i18next'
import { useEffect } from 'react'
import { ChatScreen } from '../chat-screen.tsx'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useSamePerson } from './use-same-person.ts'

const waysIn = { me: () => client.me(), redeem: (link: string) => client.signIn({ link }) }

export function SessionGate({ language }: { language: i18n }) {
  const t = useText()
  const queries = useQueryClient()
  const entry = useQuery({ queryKey: ['me'], queryFn: () => enter(waysIn), staleTime: Number.POSITIVE_INFINITY })
  const me = entry.data?.me
  useEffect(() => {
    if (me) preferLanguage(language, me.language)
  }, [me, language])
  useSamePerson(me)
  if (entry.isPending) return <Opening />
  if (entry.isError)
    return (
      <main className="mx-auto max-w-lg px-4 pt-24">
        <ErrorState error={entry.error} onRetry={() => void entry.refetch()} />
      </main>
    )
  if (me) return <ChatScreen me={me} />
  return (
    <SignIn
      title={t('session.title')}
      text={t('session.text')}
      problem={entry.data.linkFailed ? t('session.link.failed') : undefined}
      signIn={async (given) => queries.setQueryData(['me'], { me: await client.signIn(given) })}
    />
  )
}

function Opening() {
  const t = useText()
  return (
    <main role="status" className="mx-auto flex max-w-2xl flex-col gap-4 px-4 pt-32">
      <span className="sr-only">{t('app.loading')}</span>
      <Skeleton className="h-7 w-1/2" />
      <Skeleton className="h-4 w-full" />
      <Skeleton className="h-4 w-4/5" />
    </main>
  )
}
