import type { Kind, Resource } from '@gatehouse/contracts'
import type { Resources } from '@gatehouse/kernel'
import { refusal } from '../words.ts'

export const resourceFieldsOf = ({ id, name, managedBy, version, createdAt, updatedAt }: Resource) => ({
  id,
  name,
  managedBy,
  version,
  createdAt,
  updatedAt,
})

/** A resource of the project by name, or by id; another project's is not found. */
export async function resourceOf<K extends Kind>(resources: Resources, kind: K, project: string, name: string): Promise<Resource<K>> {
  const found = (await resources.get(kind, project, name)) ?? (await resources.list(kind, project)).find(({ id }) => id === name)
  if (!found || found.project !== project) throw refusal('not_found', 'not-found', { what: kind, name: name.slice(0, 100) })
  return found
}

/** Refuses what a file declared, and what changed since it was seen. */
export function checkChangeable(found: Resource, seen?: number): void {
  const named = { what: found.kind, name: found.name }
  if (found.managedBy === 'file') throw refusal('conflict', 'managed-by-file', named, { managedBy: 'file' })
  if (seen !== undefined && seen !== found.version) throw refusal('conflict', 'changed-meanwhile', named, { version: found.version })
}
