import { apiVersion, type Kind, Metadata, type Spec, specs } from '@gatehouse/contracts'
import { z } from 'zod'
import { AppError } from './errors.ts'
import { nearest } from './nearest.ts'

/** A resource as a file or a request declares it, checked. */
export interface Declared<K extends Kind = Kind> {
  readonly kind: K
  readonly project: string
  readonly name: string
  readonly spec: Spec<K>
}
/** What is wrong, and where: `routes.yaml#2 spec.targets.0.provider`. */
export interface Problem {
  readonly path: string
  readonly message: string
}

const envelope = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.enum(Object.keys(specs) as [Kind, ...Kind[]]),
  metadata: Metadata,
  spec: z.unknown(),
})

/** Unknown → resource, or the list of everything wrong with it. `where` starts each path. */
export function parseDeclared(value: unknown, where: string): { declared: Declared } | { problems: Problem[] } {
  const outer = envelope.safeParse(value)
  if (!outer.success) return { problems: problemsOf(outer.error, envelope, where) }
  const { kind, metadata } = outer.data
  const inner = specs[kind].safeParse(outer.data.spec ?? {})
  if (!inner.success) return { problems: problemsOf(inner.error, specs[kind], `${where} spec`) }
  return { declared: { kind, project: metadata.project, name: metadata.name, spec: inner.data as Spec<Kind> } }
}

/** Zod's issues as problems; a mistyped name is answered with the nearest right one. */
export function problemsOf(error: z.ZodError, schema: z.ZodType, where: string): Problem[] {
  const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return error.issues.flatMap((issue) => {
    const path = [where, issue.path.join('.')].filter(Boolean).join(where.endsWith('spec') ? '.' : ' ')
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ path, message: unknownName(key, namesAt(described, issue.path)) }))
    if (issue.code === 'invalid_value') return [{ path, message: `expected one of ${issue.values.join(', ')}` }]
    return [{ path, message: decapitalised(issue.message) }]
  })
}

/** Everything wrong as one error, a line each. */
export function refuse(what: string, problems: readonly Problem[]): AppError {
  const lines = problems.map(({ path, message }) => `${path}: ${message}`)
  return new AppError('invalid_request', `${what}\n  ${lines.join('\n  ')}`, { details: { problems } })
}

const unknownName = (key: string, known: readonly string[]) => {
  const near = nearest(key, known)
  return `unknown field "${key}"${near ? `; did you mean "${near}"?` : ''}${known.length ? ` (known: ${known.join(', ')})` : ''}`
}

/** The field names a JSON Schema allows at a path; none when it cannot be told. */
function namesAt(schema: unknown, path: readonly PropertyKey[]): string[] {
  let at = schema as { properties?: Record<string, unknown>; items?: unknown; additionalProperties?: unknown } | undefined
  for (const step of path)
    at = (typeof step === 'number' ? at?.items : (at?.properties?.[String(step)] ?? at?.additionalProperties)) as typeof at
  return Object.keys(at?.properties ?? {})
}

const decapitalised = (message: string) => message.charAt(0).toLowerCase() + message.slice(1)
