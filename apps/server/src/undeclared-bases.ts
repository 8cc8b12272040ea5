import type { Resource } from '@gatehouse/contracts'
import type { Declared, Resources, SearchIndex } from '@gatehouse/kernel'

/**
 * Knowledge bases that an earlier start declared and this one does not, but that hold documents. They stay as they are: a forgotten
 * `--config` must not put documents out of reach, and only people remove what people uploaded.
 */
export async function undeclaredBases(
  { resources, search }: { resources: Resources; search: SearchIndex },
  declared: readonly Declared[],
): Promise<Declared[]> {
  const isDeclared = ({ kind, project, name }: Resource) =>
    declared.some((each) => each.kind === kind && each.project === project && each.name === name)
  const kept: Declared[] = []
  for (const base of await resources.list('KnowledgeBase')) {
    if (base.managedBy !== 'file' || isDeclared(base)) continue
    const { kind, project, name, spec } = base
    if ((await search.counts(base.id)).documents > 0) kept.push({ kind, project, name, spec })
  }
  return kept
}
