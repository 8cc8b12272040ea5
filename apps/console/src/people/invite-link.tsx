import type { UserView } from '@gatehouse/contracts'
import { CopyButton, Dialog, ErrorState, Skeleton, useFormat } from '@gatehouse/ui'
import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'

/** A link with which the person sets a password. Shown once; to be sent by a way both trust. */
export function InviteLink({ user, onClose }: { user: UserView; onClose: () => void }) {
  const t = useText()
  const format = useFormat()
  const { mutate, data, error } = useMutation({
    mutationFn: (name: string) => client.createLink({ path: { user: name }, body: { kind: 'invite' } }),
  })
  useEffect(() => mutate(user.name), [mutate, user.name])
  return (
    <Dialog title={t('people.link.title', { name: user.title || user.name })} onClose={onClose}>
      <p className="mb-4">{t('people.link.about')}</p>
      {error ? <ErrorState compact error={error} /> : null}
      {data ? (
        <>
          <div className="flex items-center gap-3 rounded-control border border-line bg-sunken p-3">
            <code className="min-w-0 flex-1 font-mono text-xs [overflow-wrap:anywhere]">{data.url}</code>
            <CopyButton text={data.url} />
          </div>
          <p className="mt-2 text-[0.8125rem] text-muted">{t('people.link.until', { when: format.time(data.expiresAt) })}</p>
        </>
      ) : error ? null : (
        <Skeleton className="h-12" />
      )}
    </Dialog>
  )
}
