import type { ProviderDefinition } from '@gatehouse/kernel'
import { anthropicProvider } from './anthropic/index.ts'
import { builtinProvider } from './builtin/index.ts'
import { compatibleProviders } from './vendors/index.ts'

export { createScriptedUpstream, type ScriptedUpstream } from './scripted/server.ts'
export { createTransport, type Transport, type TransportOptions } from './transport.ts'

/** Every vendor we can speak to. */
export const providers: readonly ProviderDefinition[] = [
  builtinProvider as unknown as ProviderDefinition,
  anthropicProvider as unknown as ProviderDefinition,
  ...compatibleProviders,
]
