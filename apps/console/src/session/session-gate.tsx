import { EmptyState, ErrorState, enter, preferLanguage, SignIn, Skeleton } from '@gatehouse/ui'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { i18n } from 'i18next'
import { DoorClosed } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { SignOutButton } from '../shell/sign-out.tsx'
import { MeContext } from './me.ts'
import { SetPassword } from './set-password.tsx'

const waysIn = { me: () => client.me(), redeem: (link: string) => client.redeemLink({ body: { link } }) }

/** Shows the pages to those who are signed in and have something to see. */
export function SessionGate({ language, children }: { language: i18n; children: ReactNode }) {
  const t = useText()
  const queries = useQueryClient()
  const entry = useQuery({
    queryKey: ['me'],
    queryFn: () => enter(waysIn),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
  const me = entry.data?.me
  useEffect(() => {
    if (me) preferLanguage(language, me.language)
  }, [me, language])
  if (entry.isPending) return <Skeleton className="mx-auto mt-40 h-8 w-64" />
  if (entry.isError)
    return (
      <main className="mx-auto max-w-lg px-4 pt-24">
        <ErrorState error={entry.error} onRetry={() => void entry.refetch()} />
      </main>
    )
  if (!me)
    return (
      <SignIn
        title={t('session.title')}
        text={t('session.text')}
        problem={entry.data.linkFailed ? t('session.link.failed') : undefined}
        signIn={async (given) => queries.setQueryData(['me'], { me: await client.signIn({ body: given }) })}
      />
    )
  if (me.mustSetPassword) return <SetPassword me={me} />
  if (me.roles.every((role) => role === 'member'))
    return (
      <main className="mx-auto max-w-lg pt-24">
        <EmptyState isPage icon={DoorClosed} title={t('session.member')} action={<SignOutButton />}>
          {t('session.member.text')}
        </EmptyState>
      </main>
    )
  return <MeContext value={me}>{children}</MeContext>
}
