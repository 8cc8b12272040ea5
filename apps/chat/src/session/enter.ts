import type { ChatMe } from '@gatehouse/contracts'
import { GatehouseError } from '@gatehouse/sdk'
import { client } from '../client.ts'

export type Entry = { readonly me: ChatMe } | { readonly me: undefined; readonly linkFailed: boolean }

/** The one-time token of the address; taken out of it, so that it stays in no history. */
function takeLink(): string | undefined {
  const link = new URLSearchParams(location.hash.slice(1)).get('link') ?? undefined
  if (link !== undefined) history.replaceState(null, '', location.pathname + location.search)
  return link
}

/** Who is here: by a link, by a session that still lives, or nobody. */
export async function enter(): Promise<Entry> {
  const link = takeLink()
  try {
    return { me: link === undefined ? await client.me() : await client.signIn({ link }) }
  } catch (error) {
    // a used link is no reason to sign out somebody who is in already
    if (link !== undefined) return { me: undefined, linkFailed: true }
    if (error instanceof GatehouseError && error.code === 'unauthorized') return { me: undefined, linkFailed: false }
    throw error
  }
}
