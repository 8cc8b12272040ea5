import { createAdminClient, GatehouseError } from '@gatehouse/sdk'
import { QueryCache, QueryClient } from '@tanstack/react-query'

/** The page and its API have the same origin; messages come in the language shown. */
export const client = createAdminClient({
  base: '',
  fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, 'accept-language': document.documentElement.lang } }),
})

export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    // a session that ended while the page was open: show the sign-in, keep the address
    onError: (error) => {
      if (error instanceof GatehouseError && error.code === 'unauthorized')
        queries.setQueryData(['me'], { me: undefined, linkFailed: false })
    },
  }),
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: true, staleTime: 5_000 } },
})
