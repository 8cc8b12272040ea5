import { IconButton, toast } from '@gatehouse/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { LogOut } from 'lucide-react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'

export function SignOutButton() {
  const t = useText()
  const queries = useQueryClient()
  const signOut = useMutation({
    mutationFn: () => client.signOut(),
    onSuccess: () => {
      // nothing of this person stays in memory
      queries.clear()
      location.assign('/console')
    },
    onError: (error) => toast(error.message, { failed: true }),
  })
  return (
    <IconButton label={t('session.signOut')} onClick={() => signOut.mutate()}>
      <LogOut className="size-4" />
    </IconButton>
  )
}
