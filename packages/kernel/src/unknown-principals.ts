import type { Principal } from '@gatehouse/contracts'
import { nearest } from './nearest.ts'

/** Names of people, groups and calling systems that there are. */
export interface KnownNames {
  readonly user: ReadonlySet<string>
  readonly group: ReadonlySet<string>
  readonly consumer: ReadonlySet<string>
}

/** A principal nobody holds, and what it most likely meant. */
export interface UnknownPrincipal {
  readonly principal: Principal
  readonly near?: Principal
}

/** Those that name nobody: a typing error would close a document to whom it is for, or open it later to the wrong ones. */
export function unknownPrincipals(principals: readonly Principal[], known: KnownNames): UnknownPrincipal[] {
  return principals.flatMap((principal) => {
    const at = principal.indexOf(':')
    if (at < 0) return []
    const kind = principal.slice(0, at) as keyof KnownNames // the schema of a principal allows these only
    const name = principal.slice(at + 1)
    if (known[kind].has(name)) return []
    const near = nearest(name, known[kind]) ?? otherKind(name, known)
    return [{ principal, ...(near && { near: (near.includes(':') ? near : `${kind}:${near}`) as Principal }) }]
  })
}

/** `group:mara` where a person is called so. */
function otherKind(name: string, known: KnownNames): string | undefined {
  const kind = (['user', 'group', 'consumer'] as const).find((each) => known[each].has(name))
  return kind && `${kind}:${name}`
}
