import type { Asker, Principal, Spec } from '@gatehouse/contracts'

/** Labels of a signed-in person. A disabled one has none and so reads nothing. */
export const principalsOfUser = (name: string, spec: Spec<'User'>): Principal[] =>
  spec.disabled ? [] : [`user:${name}`, ...spec.groups.map((group) => `group:${group}`), 'everyone']

/** Labels of a known calling system. */
export const principalsOfConsumer = (name: string, spec: Spec<'Consumer'>): Principal[] => [
  `consumer:${name}`,
  ...spec.groups.map((group) => `group:${group}`),
  'everyone',
]

/** Owns conversations: the person, else the pseudonym under its consumer, else the consumer itself. */
export const ownerOf = ({ consumer, user, pseudonym }: Asker): string =>
  user ? `user:${user}` : pseudonym ? `pseudonym:${consumer}:${pseudonym}` : `consumer:${consumer}`

/** The consumers our own web apps, command line and ingest call as; they exist without a resource and have no keys. */
export const builtInConsumers: readonly string[] = ['chat', 'console', 'cli', 'ingest', 'anonymous']
/** Whoever calls a route that takes no credential. */
export const anonymousConsumer = 'anonymous'

/** What a person may do through a consumer: no more than either. The person's own label counts, because the consumer may speak for them. */
export const withinCeiling = (person: readonly Principal[], consumer: readonly Principal[]): Principal[] =>
  person.filter((principal) => principal.startsWith('user:') || consumer.includes(principal))
