import { AppError } from './errors.ts'

/** Where secret references lead. Handed in, so that tests need no environment and no disk. */
export interface SecretSources {
  readonly environment: Readonly<Record<string, string | undefined>>
  readFile(path: string): Promise<string>
  stored(id: string): Promise<string | undefined>
}

/** `env:NAME`, `file:PATH` or `store:ID` → the secret. The error names the reference, never a value. */
export async function resolveSecret(reference: string, sources: SecretSources): Promise<string> {
  const at = reference.indexOf(':')
  const where = reference.slice(0, at)
  const name = reference.slice(at + 1)
  const value = await lookUp(where, name, sources)
  if (!value) throw new AppError('invalid_request', `the secret ${reference} is empty or missing`)
  return value
}

async function lookUp(where: string, name: string, sources: SecretSources): Promise<string | undefined> {
  if (where === 'env') return sources.environment[name]?.trim()
  if (where === 'store') return sources.stored(name)
  if (where !== 'file') throw new AppError('invalid_request', 'a secret reference starts with env:, file: or store:')
  try {
    return (await sources.readFile(name)).trim()
  } catch (cause) {
    throw new AppError('invalid_request', `the secret file:${name} cannot be read`, { cause })
  }
}
