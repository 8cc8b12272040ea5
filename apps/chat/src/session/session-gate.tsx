import { ErrorState, preferLanguage, Skeleton } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import type { i18n } from 'i18next'
import { useEffect } from 'react'
import { ChatScreen } from '../chat-screen.tsx'
import { useText } from '../messages/text.ts'
import { enter } from './enter.ts'
import { SignIn } from './sign-in.tsx'
import { useSamePerson } from './use-same-person.ts'

export function SessionGate({ language }: { language: i18n }) {
  const entry = useQuery({ queryKey: ['me'], queryFn: enter, staleTime: Number.POSITIVE_INFINITY })
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
  return me ? <ChatScreen me={me} /> : <SignIn linkFailed={'linkFailed' in entry.data && entry.data.linkFailed} />
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
