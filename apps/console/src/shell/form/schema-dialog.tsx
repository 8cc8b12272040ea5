import type { AdminEndpoints, BodyOf } from '@gatehouse/contracts'
import { type ReactNode, useState } from 'react'
import { useText } from '../../messages/text.ts'
import { FormDialog } from '../form-dialog.tsx'
import { NeededReason, reasonIn, useReasonAsked } from '../needed-reason.tsx'
import { useChange } from '../use-change.ts'
import { bodySchemas, type FormOperation } from './body-schemas.ts'
import { bodyOf, controlOf, type FieldSchema, nameFrom, schemaAt } from './control.ts'
import { type Choice, SchemaField } from './schema-field.tsx'

/** A field of the form; what may stand in it is said by the schema. */
export interface FormField {
  /** Where it lies in the body: `title`, `limits.requestsPerMinute`. */
  readonly name: string
  readonly label: string
  readonly about?: ReactNode
  /** Asked for although the server would do without. */
  readonly required?: boolean
  /** Beside others of its kind where there is room. */
  readonly size?: 'half' | 'third'
  /** For a choice or a list. */
  readonly choices?: readonly Choice[]
  /** In place of the control that the schema gives. */
  readonly control?: (value: unknown, change: (value: unknown) => void) => ReactNode
}

type Body<O extends FormOperation> = BodyOf<AdminEndpoints[O]>
export type Values = Readonly<Record<string, unknown>>

export interface SchemaDialogProps<O extends FormOperation, Output> {
  title: string
  submit: string
  /** Whose body it makes. */
  operation: O
  fields: readonly FormField[]
  /** What is there already, by path. */
  values?: Values
  run: (body: Body<O>) => Promise<Output>
  refresh: readonly (readonly unknown[])[]
  done?: string
  onDone: (output: Output) => void
  onClose: () => void
}

/** One form for everything that is made or changed: its controls and limits come from the schema the server checks with. */
export function SchemaDialog<O extends FormOperation, Output>(props: SchemaDialogProps<O, Output>) {
  const { title, submit, operation, fields, run, refresh, done, onDone, onClose } = props
  const t = useText()
  const shape = bodySchemas[operation]
  const [values, setValues] = useState<Values>(() => initialOf(fields, shape, props.values))
  const [wrong, setWrong] = useState<string>()
  const change = useChange({ run, refresh, showsError: true, onDone, done })
  const reasonAsked = useReasonAsked(change.error)
  const set = (name: string) => (value: unknown) => setValues((before) => withValue(before, name, value, fields))
  const send = (form: FormData) => {
    const short = fields.find(({ name }) => isTooShort(schemaAt(shape, name).schema, values[name]))
    setWrong(short?.name)
    if (!short) change.mutate({ ...bodyOf(values), ...reasonIn(form) } as Body<O>) // made by the body's own schema
  }
  return (
    <FormDialog title={title} submit={submit} error={change.error} busy={change.isPending} onSubmit={send} onClose={onClose}>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-6">
        {fields.map((field) => {
          const { schema, required } = schemaAt(shape, field.name)
          return (
            <div key={field.name} className={widths[field.size ?? 'whole']}>
              <SchemaField
                field={{ ...field, required: field.required ?? required }}
                control={controlOf(schema)}
                value={values[field.name]}
                onChange={set(field.name)}
                error={wrong === field.name ? t('form.short') : undefined}
              />
            </div>
          )
        })}
      </div>
      {reasonAsked ? <NeededReason /> : null}
    </FormDialog>
  )
}

const widths = { whole: 'sm:col-span-6', half: 'sm:col-span-3', third: 'sm:col-span-2' }

/** A list with fewer than it needs: the one thing a browser does not check. */
function isTooShort(schema: FieldSchema, value: unknown): boolean {
  const control = controlOf(schema)
  return control.kind === 'list' && Array.isArray(value) && value.length < control.least
}

function initialOf(fields: readonly FormField[], shape: FieldSchema, given: Values = {}): Values {
  const standard = Object.fromEntries(fields.map(({ name }) => [name, emptyOf(schemaAt(shape, name).schema)]))
  return { ...standard, ...given }
}

function emptyOf(schema: FieldSchema): unknown {
  if (schema.default !== undefined) return schema.default
  const { kind } = controlOf(schema)
  return { text: '', lines: '', number: undefined, choice: schema.enum?.[0], list: [], switch: false }[kind]
}

/** A name follows the title until somebody writes one. */
function withValue(before: Values, name: string, value: unknown, fields: readonly FormField[]): Values {
  const after = { ...before, [name]: value }
  const follows = name === 'title' && fields.some((field) => field.name === 'name') && before.name === nameFrom(String(before.title))
  return follows ? { ...after, name: nameFrom(String(value)) } : after
}
