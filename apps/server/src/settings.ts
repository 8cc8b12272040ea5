import { readFileSync } from 'node:fs'
import { AppError } from '@gatehouse/kernel'
import { isLoopback } from './listen.ts'
import { type LogLevel, logLevels } from './log.ts'
import type { ServeOptions } from './options.ts'

/** What the environment says about running the server; each has a row in docs/reference/settings.md. */
export interface Settings {
  /** Milliseconds between "not ready" and the last connection taken. */
  readonly drainDelay: number
  /** Milliseconds that answers under way get to finish after that. */
  readonly drainLimit: number
  /** Of each listener; more are turned away. */
  readonly mostConnections: number
  /** Opens /metrics to whoever sends it. */
  readonly metricsToken?: string
  /** People may sign in without TLS from other machines. */
  readonly plainHttp: boolean
  readonly logLevel: LogLevel
}

export function settingsOf({ environment, host, controlHost }: Pick<ServeOptions, 'environment' | 'host' | 'controlHost'>): Settings {
  const local = isLoopback(host) && isLoopback(controlHost)
  const metricsToken = secretOf(environment, 'GATEHOUSE_METRICS_TOKEN')
  if (metricsToken !== undefined && metricsToken.length < 16)
    throw new AppError('invalid_request', 'GATEHOUSE_METRICS_TOKEN must have at least 16 characters')
  return {
    drainDelay: 1000 * numberOf(environment, 'GATEHOUSE_DRAIN_DELAY', local ? 0 : 5, [0, 600]),
    drainLimit: 1000 * numberOf(environment, 'GATEHOUSE_DRAIN_LIMIT', 30, [0, 3600]),
    mostConnections: numberOf(environment, 'GATEHOUSE_MAX_CONNECTIONS', 10_000, [1, 1_000_000]),
    plainHttp: choiceOf(environment, 'GATEHOUSE_PLAIN_HTTP', ['refuse', 'allow']) === 'allow',
    logLevel: choiceOf(environment, 'GATEHOUSE_LOG', logLevels) ?? 'warn',
    ...(metricsToken === undefined ? {} : { metricsToken }),
  }
}

type Environment = ServeOptions['environment']

function numberOf(environment: Environment, name: string, standard: number, [least, most]: readonly [number, number]): number {
  const text = environment[name]
  if (text === undefined || text === '') return standard
  const number = Number(text)
  if (!Number.isFinite(number) || number < least || number > most)
    throw new AppError('invalid_request', `${name} must be a number from ${least} to ${most}`)
  return number
}

function choiceOf<T extends string>(environment: Environment, name: string, choices: readonly T[]): T | undefined {
  const text = environment[name]
  if (text === undefined || text === '') return undefined
  const choice = choices.find((each) => each === text)
  if (!choice) throw new AppError('invalid_request', `${name} must be one of ${choices.join(', ')}`)
  return choice
}

/** `NAME`, or the content of the file `NAME_FILE` names. */
export function secretOf(environment: Environment, name: string): string | undefined {
  const file = environment[`${name}_FILE`]
  if (environment[name]) return environment[name]
  if (!file) return undefined
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new AppError('invalid_request', `the file of ${name}_FILE cannot be read`, { cause })
  }
}
