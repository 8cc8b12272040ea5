import { specs } from '@gatehouse/contracts'
import { defaultPolicy } from '@gatehouse/guards'
import type { Declared, Resources } from '@gatehouse/kernel'

/** What every installation has from its first start: guards on, an owner to be, and a model that needs no key. */
export async function ensureDefaults(resources: Resources, declared: readonly Declared[] = []): Promise<void> {
  const project = 'default'
  const put = async (kind: 'Policy' | 'Provider' | 'User', name: string, spec: never) => {
    const ofFile = declared.some((each) => each.kind === kind && each.project === project && each.name === name)
    if (!ofFile && !(await resources.get(kind, project, name)))
      await resources.put({ kind, project, name, spec, managedBy: 'console', ifVersion: 0 }, 'system')
  }
  // the three specs are each of their kind; `never` lets one function put them all
  await put('Policy', 'default', defaultPolicy as never)
  await put('Provider', 'builtin', specs.Provider.parse({ use: 'provider.builtin' }) as never)
  await put('User', owner, specs.User.parse({ title: 'Operator', roles: ['owner'] }) as never)
}

/** The first person, who sets the first password. */
export const owner = 'operator'
