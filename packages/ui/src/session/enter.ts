import { GatehouseError } from '@gatehouse/sdk'

/** Who came in; or nobody, and whether that is because a link no longer works. */
export type Entry<Me> = { readonly me: Me; readonly linkFailed?: never } | { readonly me: undefined; readonly linkFailed: boolean }

/** The two ways in besides a password. */
export interface WaysIn<Me> {
  readonly me: () => Promise<Me>
  readonly redeem: (link: string) => Promise<Me>
}

/** The one-time token of the address; taken out of it, so that it stays in no history. */
function takeLink(): string | undefined {
  const link = new URLSearchParams(location.hash.slice(1)).get('link') ?? undefined
  if (link !== undefined) history.replaceState(null, '', location.pathname + location.search)
  return link
}

/** Who is here: by a link, by a session that still lives, or nobody. */
export async function enter<Me>({ me, redeem }: WaysIn<Me>): Promise<Entry<Me>> {
  const link = takeLink()
  try {
    return { me: link === undefined ? await me() : await redeem(link) }
  } catch (error) {
    // a used link is no reason to sign out somebody who is in already
    if (link !== undefined) return { me: undefined, linkFailed: true }
    if (error instanceof GatehouseError && error.code === 'unauthorized') return { me: undefined, linkFailed: false }
    throw error
  }
}
