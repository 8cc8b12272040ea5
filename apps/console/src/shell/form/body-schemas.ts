import { adminEndpoints } from '@gatehouse/contracts'
import type { FieldSchema } from './control.ts'

/** Operations that have a form. */
const operations = [
  'createConsumer',
  'changeConsumer',
  'createBase',
  'createUser',
  'changeUser',
  'createGroup',
  'changeGroup',
  'changeApp',
] as const
export type FormOperation = (typeof operations)[number]

const schemaOf = (operation: FormOperation) =>
  adminEndpoints[operation].body.toJSONSchema({ io: 'input', unrepresentable: 'any' }) as FieldSchema // the part of it that a form looks at

/** Their bodies as JSON Schema. The build writes the result into the page, which carries no schema library. */
export const bodySchemas = Object.fromEntries(operations.map((operation) => [operation, schemaOf(operation)])) as Record<
  FormOperation,
  FieldSchema
>
