import { type Connector, type ConnectorDefinition, problemsOf, Registry, refuse } from '@gatehouse/kernel'
import { filesConnector } from './files.ts'

/** Every place documents can come from. */
export const connectors: readonly ConnectorDefinition[] = [filesConnector as unknown as ConnectorDefinition]

const registry = new Registry(connectors)

/** A connector by its id, its configuration checked. */
export function createConnector(use: string, config: unknown): Connector {
  const definition = registry.get(use)
  const parsed = definition.config.safeParse(config)
  if (!parsed.success) throw refuse(`the configuration of ${use} is not in order`, problemsOf(parsed.error, definition.config, use))
  return definition.create(parsed.data)
}
