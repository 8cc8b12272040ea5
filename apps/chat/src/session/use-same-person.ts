import type { ChatMe } from '@gatehouse/contracts'
import { useEffect } from 'react'
import { client } from '../client.ts'

/** Tabs of one browser share its session: a tab that shows somebody else than who is signed in by now starts anew when it is looked at. */
export function useSamePerson(me: ChatMe | undefined): void {
  const shown = me?.user
  useEffect(() => {
    if (shown === undefined) return
    const look = async () => {
      if (document.visibilityState !== 'visible') return
      const { user } = await client.me()
      if (user !== shown) location.assign('/chat')
    }
    // whoever is signed out, or offline, is told so by what they do next
    const onChange = () => void look().catch(() => undefined)
    document.addEventListener('visibilitychange', onChange)
    window.addEventListener('focus', onChange) // of two windows side by side
    return () => {
      document.removeEventListener('visibilitychange', onChange)
      window.removeEventListener('focus', onChange)
    }
  }, [shown])
}
