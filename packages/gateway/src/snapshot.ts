import { hash } from 'node:crypto'
import type { Asker, ContentLevel, Kind, PolicySpec, Resource, Spec, Timeouts } from '@gatehouse/contracts'
import {
  AppError,
  type BoundPolicy,
  builtInConsumers,
  type Limit,
  nearest,
  type Problem,
  type Provider,
  type ProviderDefinition,
  principalsOfConsumer,
  problemsOf,
  type Registry,
  refuse,
  type Target,
} from '@gatehouse/kernel'
import { compileAddressRules, type MayCallFrom } from './credentials/address-rules.ts'
import { checkBuiltIn, compileAnonymous, compileSigningKeys, compileTokenIssuers, peopleByEmail } from './credentials/compile.ts'
import type { SigningKey } from './credentials/signatures.ts'
import type { TokenIssuer } from './credentials/tokens.ts'
import { KeyRing } from './key-ring.ts'
import type { ReasoningMode } from './layers/reasoning.ts'
import { limitsOf, limitsOfUser } from './limits.ts'
import { compileModelMap, type ModelMap } from './model-map.ts'
import { compileParameters, type Parameters, refusedParameter } from './parameters.ts'
import { reservedPrefixes } from './paths.ts'
import { RouteTable } from './routes.ts'

/** A provider, model and credential of a route. */
export interface RouteTargetEntry {
  readonly provider: Provider
  /** The Provider resource's name, and the component it uses. */
  readonly name: string
  readonly use: string
  /** Undefined: the caller's model name is sent on. */
  readonly model: string | undefined
  /** Undefined: every name is sent as `model` says. */
  readonly modelMap: ModelMap | undefined
  /** Undefined: parameters are sent as the caller has them. */
  readonly parameters: Parameters | undefined
  /** The provider's credentials. */
  readonly keys: KeyRing
  readonly weight: number
  readonly priority: number
  /** Per million tokens. */
  readonly prices: ReadonlyMap<string, { readonly input: number; readonly output: number }>
}
export interface RouteTarget extends Target {
  readonly kind: 'route'
  readonly prefix: string
  readonly models: readonly string[]
  readonly consumers: ReadonlySet<string>
  readonly targets: readonly RouteTargetEntry[]
  readonly timeouts: Timeouts
  readonly maxTokens: number
  readonly reasoning: ReasoningMode
  /** Takes calls without a credential. */
  readonly anonymous: boolean
}
export interface AppTarget extends Target {
  readonly kind: 'app'
  readonly id: string
  readonly version: number
  readonly spec: Spec<'App'>
  readonly access: ReadonlySet<string>
}
export interface KeyEntry {
  readonly project: string
  readonly consumer: string
  readonly groups: readonly string[]
  readonly kind: Spec<'Consumer'>['keys'][number]['kind']
  readonly apps: readonly string[]
  readonly datasets: readonly string[]
  readonly verbs: Spec<'Consumer'>['keys'][number]['verbs']
  readonly expiresAt?: number
  /** The key's visible start, or the start of its hash: how records name it. */
  readonly label: string
  readonly asker: Asker
  readonly limits: readonly Limit[]
  /** Unset: from everywhere. */
  readonly mayCallFrom?: MayCallFrom
}
/** What the data plane knows, compiled from all resources; replaced as a whole. */
export interface Snapshot {
  routesOf(project: string): RouteTable
  /** By SHA-256, hexadecimal. */
  readonly keys: ReadonlyMap<string, KeyEntry>
  /** By access key. */
  readonly signingKeys: ReadonlyMap<string, SigningKey>
  /** By issuer. */
  readonly tokenIssuers: ReadonlyMap<string, readonly TokenIssuer[]>
  /** Who calls without a credential, by path prefix. */
  readonly anonymous: ReadonlyMap<string, KeyEntry>
  /** Names of people by `project/e-mail`. */
  readonly peopleByEmail: ReadonlyMap<string, string | undefined>
  /** By `project/name`, like all that follow. */
  readonly consumers: ReadonlyMap<string, Spec<'Consumer'>>
  readonly users: ReadonlyMap<string, Spec<'User'>>
  readonly groups: ReadonlyMap<string, Spec<'Group'>>
  readonly apps: ReadonlyMap<string, AppTarget>
  /** Every project has a `default`. */
  policyOf(project: string, name: string): BoundPolicy
  /** The ledger's accounts of a consumer, also of one without keys, and of a signed-in person who calls through it. */
  limitsOf(project: string, consumer: string, user?: string): readonly Limit[]
}
export interface CompileTools {
  readonly providers: Registry<ProviderDefinition>
  /** Makes a policy's guards; its problems are thrown. `id` is name@version. */
  readonly bindPolicy: (id: string, spec: PolicySpec) => BoundPolicy
  readonly resolveSecret: (reference: string) => Promise<string>
}

const emptyPolicy: PolicySpec = {
  title: '',
  mode: 'enforce',
  onFailure: 'closed',
  maxCharacters: 1_000_000,
  stages: {},
  message: { en: 'This request was refused by the security policy.', zh: '此请求已被安全策略拒绝。' },
}

/** All resources → one immutable snapshot, or one `invalid_request` error with everything that is wrong. Never on the hot path. */
export async function compile(resources: readonly Resource[], tools: CompileTools): Promise<Snapshot> {
  return new Compiler(resources, tools).run()
}

/** A configured provider, before a route gives it a model and a weight. */
type Made = Omit<RouteTargetEntry, 'model' | 'modelMap' | 'parameters' | 'weight' | 'priority'>

class Compiler {
  readonly #resources: readonly Resource[]
  readonly #tools: CompileTools
  readonly #problems: Problem[] = []
  readonly #entries = new Map<Resource<'Consumer'>, Omit<KeyEntry, 'label'>>()

  constructor(resources: readonly Resource[], tools: CompileTools) {
    this.#resources = resources
    this.#tools = tools
  }

  async run(): Promise<Snapshot> {
    const policies = this.#policies()
    const providers = await this.#providers()
    const routes = this.#routes(policies, providers)
    const apps = this.#apps(policies)
    const keys = await this.#keys()
    const callers = await this.#callers(routes)
    if (this.#problems.length) throw refuse('the configuration is not in order', this.#problems)
    const standard = this.#bind('default', 'default@0', emptyPolicy)
    const limits = new Map(this.#all('Consumer').map(({ project, name, spec }) => [`${project}/${name}`, limitsOf(project, name, spec)]))
    const none = new RouteTable([])
    const consumers = this.#specs('Consumer')
    return Object.freeze<Snapshot>({
      routesOf: (project) => routes.get(project) ?? none,
      keys,
      ...callers,
      consumers,
      users: this.#specs('User'),
      groups: this.#specs('Group'),
      apps,
      policyOf: (project, name) => policies.get(`${project}/${name}`) ?? policies.get(`${project}/default`) ?? standard!,
      limitsOf(project, consumer, user) {
        const together = limits.get(`${project}/${consumer}`) ?? []
        const own = user === undefined ? [] : limitsOfUser(project, consumer, consumers.get(`${project}/${consumer}`), user)
        return own.length === 0 ? together : [...own, ...together]
      },
    })
  }

  #all<K extends Kind>(kind: K): Resource<K>[] {
    return this.#resources.filter((resource): resource is Resource<K> => resource.kind === kind)
  }

  #specs<K extends Kind>(kind: K): Map<string, Spec<K>> {
    return new Map(this.#all(kind).map(({ project, name, spec }) => [`${project}/${name}`, spec]))
  }

  #bind(where: string, id: string, spec: PolicySpec): BoundPolicy | undefined {
    try {
      return this.#tools.bindPolicy(id, spec)
    } catch (thrown) {
      this.#report(where, thrown)
      return undefined
    }
  }

  #report(path: string, thrown: unknown): void {
    if (!(thrown instanceof AppError)) throw thrown
    const inner = thrown.details.problems as readonly Problem[] | undefined
    if (inner) this.#problems.push(...inner.map((problem) => ({ path: `${path} ${problem.path}`, message: problem.message })))
    else this.#problems.push({ path, message: thrown.message })
  }

  /** A name that must exist; says which right name is nearest. */
  #must<T>(path: string, what: string, name: string, project: string, known: ReadonlyMap<string, T>): T | undefined {
    const found = known.get(`${project}/${name}`)
    if (found !== undefined) return found
    const names = [...known.keys()].filter((key) => key.startsWith(`${project}/`)).map((key) => key.slice(project.length + 1))
    const near = nearest(name, names)
    const list = names.length ? ` (known: ${names.slice(0, 20).join(', ')})` : ''
    this.#problems.push({ path, message: `there is no ${what} "${name}"${near ? `; did you mean "${near}"?` : ''}${list}` })
    return undefined
  }

  #policies(): Map<string, BoundPolicy> {
    const policies = new Map<string, BoundPolicy>()
    for (const { project, name, version, spec } of this.#all('Policy')) {
      const policy = this.#bind(`Policy/${name}`, `${name}@${version}`, spec)
      if (policy) policies.set(`${project}/${name}`, policy)
    }
    for (const project of new Set(['default', ...this.#resources.map(({ project }) => project)])) {
      const standard = policies.has(`${project}/default`) ? undefined : this.#bind('Policy/default', 'default@0', emptyPolicy)
      if (standard) policies.set(`${project}/default`, standard)
    }
    return policies
  }

  async #providers(): Promise<Map<string, Made>> {
    const made = new Map<string, Made>()
    for (const { project, name, spec } of this.#all('Provider')) {
      const path = `Provider/${name}`
      const provider = this.#provider(path, spec)
      const secrets = await Promise.all(spec.credentials.map((reference, at) => this.#secret(`${path} spec.credentials.${at}`, reference)))
      const known = secrets.filter((secret) => secret !== undefined)
      const prices = new Map(spec.models.map((model) => [model.name, { input: model.inputPrice ?? 0, output: model.outputPrice ?? 0 }]))
      if (provider && known.length === secrets.length)
        made.set(`${project}/${name}`, { provider, name, use: spec.use, keys: new KeyRing(known), prices })
    }
    return made
  }

  #provider(path: string, spec: Spec<'Provider'>): Provider | undefined {
    try {
      const definition = this.#tools.providers.get(spec.use)
      const config = definition.config.safeParse(spec.config)
      if (config.success) return definition.create(config.data)
      this.#problems.push(
        ...problemsOf(config.error, definition.config, `${path} spec`).map((problem) => ({
          ...problem,
          path: problem.path.replace(' spec', ' spec.config'),
        })),
      )
    } catch (thrown) {
      this.#report(`${path} spec.use`, thrown)
    }
    return undefined
  }

  async #secret(path: string, reference: string | undefined): Promise<string | undefined> {
    if (reference === undefined) return ''
    try {
      return await this.#tools.resolveSecret(reference)
    } catch (thrown) {
      this.#report(path, thrown)
      return undefined
    }
  }

  #routes(policies: ReadonlyMap<string, BoundPolicy>, providers: ReadonlyMap<string, Made>): Map<string, RouteTable> {
    const declared = this.#specs('Provider')
    const byProject = new Map<string, RouteTarget[]>()
    for (const { project, name, spec } of this.#all('Route')) {
      const path = `Route/${name} spec`
      const policy = this.#must(`${path}.policy`, 'policy', spec.policy, project, policies)
      this.#checkRoute(path, project, spec)
      const targets = spec.targets.flatMap(({ provider, model, models, weight, priority, ...changes }, at) => {
        this.#must(`${path}.targets.${at}.provider`, 'provider', provider, project, declared)
        this.#checkChanges(`${path}.targets.${at}`, models, changes)
        const made = providers.get(`${project}/${provider}`)
        const modelMap = Object.keys(models).length > 0 ? compileModelMap(models) : undefined
        return made ? [{ ...made, model, modelMap, parameters: compileParameters(changes), weight, priority }] : []
      })
      if (!policy) continue
      const { prefix, models, timeouts, maxTokens, reasoning, content, anonymous } = spec
      const route: RouteTarget = {
        kind: 'route',
        name,
        policy,
        content,
        prefix,
        models,
        consumers: new Set(spec.consumers),
        targets,
        timeouts,
        maxTokens,
        reasoning,
        anonymous,
      }
      byProject.set(project, [...(byProject.get(project) ?? []), Object.freeze(route)])
    }
    return new Map([...byProject].map(([project, routes]) => [project, new RouteTable(routes)]))
  }

  #checkChanges(path: string, models: Readonly<Record<string, string>>, { defaults, overrides, remove }: Parameters): void {
    for (const pattern of Object.keys(models))
      if (pattern.slice(0, -1).includes('*'))
        this.#problems.push({ path: `${path}.models`, message: `in "${pattern}" a * may stand at the end only` })
    for (const [where, names] of Object.entries({ defaults: Object.keys(defaults), overrides: Object.keys(overrides), remove }))
      for (const name of names) {
        const message = refusedParameter(name)
        if (message !== undefined) this.#problems.push({ path: `${path}.${where}`, message })
      }
  }

  #checkRoute(path: string, project: string, { prefix, models, consumers }: Spec<'Route'>): void {
    const first = prefix.split('/')[1]
    if (first && reservedPrefixes.includes(first))
      this.#problems.push({ path: `${path}.prefix`, message: `/${first} is reserved (reserved: ${reservedPrefixes.join(', ')})` })
    models.forEach((model, at) => {
      if (model.startsWith('app/'))
        this.#problems.push({ path: `${path}.models.${at}`, message: 'names that begin with app/ are for apps' })
      if (model.slice(0, -1).includes('*')) this.#problems.push({ path: `${path}.models.${at}`, message: 'a * may stand at the end only' })
    })
    const known = new Map<string, unknown>([
      ...this.#specs('Consumer'),
      ...this.#specs('Group'),
      ...builtInConsumers.map((name) => [`${project}/${name}`, true] as const),
    ])
    consumers.forEach((name, at) => void this.#must(`${path}.consumers.${at}`, 'consumer or group', name, project, known))
  }

  #apps(policies: ReadonlyMap<string, BoundPolicy>): Map<string, AppTarget> {
    const apps = new Map<string, AppTarget>()
    for (const { id, version, project, name, spec } of this.#all('App')) {
      const policy = this.#must(`App/${name} spec.policy`, 'policy', spec.policy, project, policies)
      if (policy)
        apps.set(
          `${project}/${name}`,
          Object.freeze<AppTarget>({ kind: 'app', name, policy, content: spec.content, id, version, spec, access: new Set(spec.access) }),
        )
    }
    return apps
  }

  async #callers(routes: ReadonlyMap<string, RouteTable>) {
    const consumers = this.#all('Consumer')
    for (const consumer of consumers) checkBuiltIn(consumer, this.#problems)
    const tools = {
      entryOf: (consumer: Resource<'Consumer'>) => this.#entryOf(consumer),
      secretOf: (path: string, reference: string) => this.#secret(path, reference),
      problems: this.#problems,
    }
    const all = [...routes].flatMap(([project, table]) => table.routes.map((route) => [project, route] as const))
    return {
      signingKeys: await compileSigningKeys(consumers, tools),
      tokenIssuers: compileTokenIssuers(consumers, tools),
      anonymous: compileAnonymous(all, this.#specs('Consumer'), this.#problems),
      peopleByEmail: peopleByEmail(this.#all('User')),
    }
  }

  /** What a consumer may do with a credential that says nothing else; made once, so that what is wrong is said once. */
  #entryOf(consumer: Resource<'Consumer'>): Omit<KeyEntry, 'label'> {
    const known = this.#entries.get(consumer) ?? this.#newEntry(consumer)
    this.#entries.set(consumer, known)
    return known
  }

  #newEntry({ project, name, spec }: Resource<'Consumer'>): Omit<KeyEntry, 'label'> {
    const mayCallFrom = compileAddressRules(spec.addresses)
    return {
      project,
      consumer: name,
      groups: spec.groups,
      kind: 'model',
      apps: [],
      datasets: [],
      verbs: [],
      asker: Object.freeze<Asker>({ consumer: name, principals: principalsOfConsumer(name, spec) }),
      limits: limitsOf(project, name, spec),
      ...(mayCallFrom && { mayCallFrom }),
    }
  }

  async #keys(): Promise<Map<string, KeyEntry>> {
    const keys = new Map<string, KeyEntry>()
    for (const consumer of this.#all('Consumer')) {
      const shared = this.#entryOf(consumer)
      for (const [at, key] of consumer.spec.keys.entries()) {
        const path = `Consumer/${consumer.name} spec.keys.${at}`
        const digest = await this.#digest(path, key)
        if (digest === undefined) continue
        if (keys.has(digest)) this.#problems.push({ path, message: 'the same key is given twice' })
        const { kind, apps, datasets, verbs, expiresAt } = key
        const label = key.prefix ?? digest.slice(0, 8)
        const entry: KeyEntry = { ...shared, kind, apps, datasets, verbs, label, ...(expiresAt && { expiresAt: Date.parse(expiresAt) }) }
        keys.set(digest, Object.freeze(entry))
      }
    }
    return keys
  }

  async #digest(path: string, { secret, hash: given }: Spec<'Consumer'>['keys'][number]): Promise<string | undefined> {
    if (given !== undefined) return given
    if (secret === undefined) {
      this.#problems.push({ path, message: 'a key needs a secret reference or a hash' })
      return undefined
    }
    const value = await this.#secret(`${path}.secret`, secret)
    return value === undefined ? undefined : hash('sha256', value, 'hex')
  }
}

/** Content levels that keep something. */
export const keepsContent = (level: ContentLevel): level is 'redacted' | 'full' => level === 'redacted' || level === 'full'
