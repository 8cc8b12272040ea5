import { z } from 'zod'
import { AppError } from './errors.ts'
import { nearest } from './nearest.ts'

/** What every extension shares: an identity, words for people, and one schema. */
export interface Component<Config extends z.ZodObject = z.ZodObject> {
  /** Namespaced: 'guard.pii', 'provider.openai', 'node.llm', 'connector.files'. */
  readonly id: string
  readonly title: string
  readonly summary: string
  readonly config: Config
}

/** The face of a component for console, CLI and docs: plain JSON, no code. */
export interface ComponentDescription {
  readonly id: string
  readonly title: string
  readonly summary: string
  readonly config: unknown
}
export const describe = ({ id, title, summary, config }: Component): ComponentDescription => ({
  id,
  title,
  summary,
  config: z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' }),
})

/** All components of one family. Lists are explicit, so that imports stay pure and a search finds everything. */
export class Registry<C extends Component> {
  readonly #components = new Map<string, C>()

  constructor(components: Iterable<C>) {
    for (const component of components) {
      if (this.#components.has(component.id)) throw new AppError('conflict', `two components are called ${component.id}`)
      this.#components.set(component.id, component)
    }
  }

  /** Throws `not_found` and names the nearest and all known ids. */
  get(id: string): C {
    const component = this.#components.get(id)
    if (component) return component
    const known = [...this.#components.keys()]
    const near = nearest(id, known)
    throw new AppError('not_found', `no component ${id}${near ? `; did you mean ${near}?` : ''} known: ${known.join(', ')}`)
  }

  has(id: string): boolean {
    return this.#components.has(id)
  }

  /** The JSON faces, in the order given. */
  describe(): ComponentDescription[] {
    return [...this.#components.values()].map(describe)
  }

  [Symbol.iterator](): IterableIterator<C> {
    return this.#components.values()
  }
}
