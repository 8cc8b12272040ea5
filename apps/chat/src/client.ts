import { createChatClient } from '@gatehouse/sdk'
import { QueryClient } from '@tanstack/react-query'

/** The page and its API have the same origin; messages come in the language shown. */
export const client = createChatClient({
  base: '',
  fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, 'accept-language': document.documentElement.lang } }),
})

export const queries = new QueryClient({
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false, staleTime: 30_000 } },
})
