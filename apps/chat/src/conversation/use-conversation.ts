import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { client } from '../client.ts'
import { isGoing, newTurn, type Turn, turnOf, withEvent, withFailure } from './turn.ts'

interface Given {
  app: string
  conversation: string | undefined
  /** A new conversation got its id. */
  onSettled: (conversation: string) => void
}

/** The turns kept by the server, then those of this visit; and the way to ask. */
export function useConversation({ app, conversation, onSettled }: Given) {
  const queries = useQueryClient()
  const [known] = useState(conversation) // what was asked here is not read back
  const past = useQuery({
    queryKey: ['turns', known],
    queryFn: () => client.turns(known ?? ''),
    enabled: known !== undefined,
    staleTime: 0,
    gcTime: 0,
  })
  const [fresh, setFresh] = useState<readonly Turn[]>([])
  const going = useRef<AbortController>(undefined)
  const turns = [...(past.data?.items.map(turnOf) ?? []), ...fresh]

  const stop = useCallback(() => going.current?.abort(), [])
  useEffect(() => stop, [stop])

  const ask = useCallback(
    async (query: string) => {
      const controller = new AbortController()
      going.current = controller
      const change = (next: (turn: Turn) => Turn) =>
        setFresh((all) => all.map((turn, index) => (index === all.length - 1 ? next(turn) : turn)))
      setFresh((all) => [...all, newTurn(query)])
      try {
        const question = { query, ...(conversation === undefined ? {} : { conversation }) }
        for await (const event of client.ask(app, question, { signal: controller.signal })) {
          if (event.type === 'start' && event.conversation && event.conversation !== conversation) onSettled(event.conversation)
          change((turn) => withEvent(turn, event))
        }
      } catch (error) {
        change((turn) => withFailure(turn, error, controller.signal.aborted))
      }
      void queries.invalidateQueries({ queryKey: ['conversations', app] })
    },
    [app, conversation, onSettled, queries],
  )

  const last = turns.at(-1)
  return { turns, past, ask, stop, busy: last !== undefined && isGoing(last) }
}
