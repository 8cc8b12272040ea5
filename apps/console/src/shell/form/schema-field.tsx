import { Checkbox, Field, Select, TextArea, TextInput } from '@gatehouse/ui'
import { type ReactNode, useId } from 'react'
import type { Control } from './control.ts'
import type { FormField } from './schema-dialog.tsx'

export interface Choice {
  readonly value: string
  readonly label: string
  readonly disabled?: boolean
}

export interface SchemaFieldProps {
  field: FormField
  control: Control
  value: unknown
  onChange: (value: unknown) => void
  error: string | undefined
}

export function SchemaField({ field, control, value, onChange, error }: SchemaFieldProps) {
  const { label, about, required, choices = [] } = field
  if (field.control || control.kind === 'list')
    return (
      <Group label={label} about={about} error={error}>
        {field.control?.(value, onChange) ?? <Checks choices={choices} chosen={value as readonly string[]} onChange={onChange} />}
      </Group>
    )
  if (control.kind === 'switch')
    return <Checkbox label={label} checked={value === true} onChange={(event) => onChange(event.target.checked)} />
  return (
    <Field label={label} description={about} error={error}>
      {(described) => {
        const common = { ...described, required: required === true, name: field.name }
        const text = (event: { target: { value: string } }) => onChange(event.target.value)
        switch (control.kind) {
          case 'choice':
            return (
              <Select {...common} value={String(value)} onChange={text}>
                {choices.map(({ value, label, disabled }) => (
                  <option key={value} value={value} disabled={disabled === true}>
                    {label}
                  </option>
                ))}
              </Select>
            )
          case 'number': {
            const { min, max, step } = control
            return (
              <TextInput
                {...common}
                {...{ min, max, step }}
                type="number"
                value={value === undefined ? '' : String(value)}
                onChange={({ target }) => onChange(target.value === '' ? undefined : target.valueAsNumber)}
              />
            )
          }
          case 'lines':
            return <TextArea {...common} maxLength={control.maxLength} value={String(value ?? '')} onChange={text} />
          case 'text': {
            const { kind: _, ...limits } = control
            return (
              <TextInput
                {...common}
                {...limits}
                {...(limits.pattern || limits.type === 'email' ? { autoCapitalize: 'none' } : {})}
                value={String(value ?? '')}
                onChange={text}
              />
            )
          }
        }
      }}
    </Field>
  )
}

function Group({ label, about, error, children }: { label: string; about: ReactNode; error: string | undefined; children: ReactNode }) {
  const id = useId()
  return (
    <fieldset aria-describedby={about || error ? id : undefined}>
      <legend className="mb-1 text-sm font-medium">{label}</legend>
      {children}
      <div id={id} className="mt-1 text-[0.8125rem]">
        {about ? <p className="text-muted">{about}</p> : null}
        {error ? <p className="text-bad">{error}</p> : null}
      </div>
    </fieldset>
  )
}

export interface ChecksProps {
  choices: readonly Choice[]
  chosen: readonly string[]
  onChange: (chosen: readonly string[]) => void
}
export function Checks({ choices, chosen, onChange }: ChecksProps) {
  // what is chosen and no longer offered stays until it is taken away
  const all = [...choices, ...chosen.filter((one) => choices.every(({ value }) => value !== one)).map((value) => ({ value, label: value }))]
  return (
    <div className="flex flex-wrap gap-x-5 gap-y-1">
      {all.map(({ value, label, ...rest }) => (
        <Checkbox
          key={value}
          label={label}
          disabled={'disabled' in rest && rest.disabled === true}
          checked={chosen.includes(value)}
          onChange={(event) => onChange(event.target.checked ? [...chosen, value] : chosen.filter((one) => one !== value))}
        />
      ))}
    </div>
  )
}
