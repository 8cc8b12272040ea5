import { clsx } from 'clsx'
import { type ComponentProps, type ReactNode, useId } from 'react'

const box =
  'w-full rounded-control border border-line-strong/60 bg-surface px-3 text-ink placeholder:text-muted transition-colors hover:border-line-strong focus-visible:border-accent aria-invalid:border-bad disabled:opacity-60'

interface Described {
  id: string
  'aria-describedby'?: string
  'aria-invalid'?: true
}
export interface FieldProps {
  label: string
  description?: ReactNode
  error?: string | undefined
  className?: string | undefined
  children: (described: Described) => ReactNode
}

/** A label, what it means, and what is wrong with it, tied to the control for those who listen. */
export function Field({ label, description, error, className, children }: FieldProps) {
  const id = useId()
  const notes = [description && `${id}-about`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={clsx('flex flex-col gap-1.5', className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({ id, ...(notes ? { 'aria-describedby': notes } : {}), ...(error ? { 'aria-invalid': true } : {}) })}
      {description ? (
        <p id={`${id}-about`} className="text-[0.8125rem] text-muted">
          {description}
        </p>
      ) : null}
      {error ? (
        <p id={`${id}-error`} className="text-[0.8125rem] text-bad">
          {error}
        </p>
      ) : null}
    </div>
  )
}

export const TextInput = ({ className, ...rest }: ComponentProps<'input'>) => (
  <input className={clsx(box, 'h-9 text-sm', className)} {...rest} />
)
export const TextArea = ({ className, ...rest }: ComponentProps<'textarea'>) => (
  <textarea className={clsx(box, 'min-h-20 py-2 text-sm', className)} {...rest} />
)
export const Select = ({ className, ...rest }: ComponentProps<'select'>) => (
  <select className={clsx(box, 'h-9 pe-8 text-sm', className)} {...rest} />
)

export interface CheckboxProps extends Omit<ComponentProps<'input'>, 'type'> {
  label: ReactNode
}
export function Checkbox({ label, className, ...rest }: CheckboxProps) {
  return (
    <label className={clsx('flex min-h-6 items-center gap-2 text-sm', className)}>
      <input type="checkbox" className="size-4" {...rest} />
      {label}
    </label>
  )
}
