import { useCallback, useEffect, useState } from 'react'

/** What the address says: `/chat/<app>/<conversation>`. */
export interface Place {
  readonly app?: string
  readonly conversation?: string
}

export function parsePlace(path: string): Place {
  const [, app, conversation] = path.split('/').filter(Boolean).map(decodeURIComponent)
  return { ...(app ? { app } : {}), ...(conversation ? { conversation } : {}) }
}

export const pathOf = ({ app, conversation }: Place): string =>
  ['/chat', app, conversation]
    .filter((part) => part !== undefined)
    .map((part, index) => (index === 0 ? part : encodeURIComponent(part)))
    .join('/')

interface Visit extends Place {
  /** Changes with every place that was gone to, not when a new conversation gets its address. */
  readonly visit: number
}

export function usePlace() {
  const [now, setNow] = useState<Visit>(() => ({ ...parsePlace(location.pathname), visit: 0 }))
  useEffect(() => {
    const back = () => setNow(({ visit }) => ({ ...parsePlace(location.pathname), visit: visit + 1 }))
    window.addEventListener('popstate', back)
    return () => window.removeEventListener('popstate', back)
  }, [])
  const go = useCallback((place: Place) => {
    history.pushState(null, '', pathOf(place))
    setNow(({ visit }) => ({ ...place, visit: visit + 1 }))
  }, [])
  /** The conversation shown has become one with an address: nothing is drawn anew. */
  const settle = useCallback((place: Place) => {
    history.replaceState(null, '', pathOf(place))
    setNow(({ visit }) => ({ ...place, visit }))
  }, [])
  return { now, go, settle }
}
