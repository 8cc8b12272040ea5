import type { UserView } from '@gatehouse/contracts'
import { Button, toast } from '@gatehouse/ui'
import { useMutation } from '@tanstack/react-query'
import { MessageSquare } from 'lucide-react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'

/** Opens the chat with this person's rights in a tab of its own; the session says who opened it. */
export function ChatAsButton({ person }: { person: UserView }) {
  const t = useText()
  const open = useMutation({
    mutationFn: async () => {
      // opened by the click itself: a browser blocks what opens later
      const tab = window.open('', '_blank')
      try {
        const { url } = await client.createLink({ path: { user: person.name }, body: { kind: 'chat-as' } })
        if (tab) tab.location.href = url
        else location.assign(url)
      } catch (error) {
        tab?.close()
        throw error
      }
    },
    onError: (error) => toast(error.message, { failed: true }),
  })
  return (
    <Button
      size="small"
      icon={<MessageSquare className="size-3.5" />}
      disabled={open.isPending}
      onClick={() => open.mutate()}
      aria-label={t('sample.chatAs', { name: person.title || person.name })}
    >
      {t('sample.chat')}
    </Button>
  )
}
