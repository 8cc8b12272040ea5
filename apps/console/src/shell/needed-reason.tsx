import { Field, TextInput } from '@gatehouse/ui'
import { useState } from 'react'
import { useText } from '../messages/text.ts'

/** What the server answers to a change that lets more be read than the operator may read. */
const needsReason = (error: unknown): boolean =>
  error instanceof Error && 'details' in error && (error.details as { needsReason?: unknown } | undefined)?.needsReason === true

/** Whether a form has to ask for one: from the first answer that said so on, also while the next is awaited. */
export function useReasonAsked(error: unknown): boolean {
  const [asked, setAsked] = useState(false)
  if (!asked && needsReason(error)) setAsked(true)
  return asked
}

/** Asked for when the server said that it is needed; a field `reason` of the form around it. */
export function NeededReason({ onChange }: { onChange?: (reason: string) => void }) {
  const t = useText()
  return (
    <Field label={t('reason.label')} description={t('reason.widens')}>
      {(described) => (
        <TextInput
          {...described}
          name="reason"
          required
          minLength={8}
          maxLength={400}
          {...(onChange && { onChange: (event) => onChange(event.target.value) })}
        />
      )}
    </Field>
  )
}

/** Of a form that has asked for one. */
export function reasonIn(form: FormData): { reason?: string } {
  const reason = String(form.get('reason') ?? '').trim()
  return reason ? { reason } : {}
}
