import { clsx } from 'clsx'
import type { ComponentProps, ReactNode } from 'react'

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger'
export interface ButtonProps extends ComponentProps<'button'> {
  variant?: ButtonVariant | undefined
  size?: 'small' | 'normal' | undefined
  icon?: ReactNode
}

const shape =
  'inline-flex items-center justify-center gap-1.5 rounded-control font-medium whitespace-nowrap transition-colors select-none disabled:opacity-50 disabled:cursor-not-allowed'
const variants: Record<ButtonVariant, string> = {
  primary: 'bg-accent-solid text-on-accent enabled:hover:bg-accent-hover shadow-raised',
  secondary: 'bg-surface text-ink border border-line enabled:hover:bg-sunken shadow-raised',
  ghost: 'text-muted enabled:hover:bg-sunken enabled:hover:text-ink',
  danger: 'bg-bad-solid text-on-accent enabled:hover:opacity-90 shadow-raised',
}
const sizes = { small: 'h-7 px-2 text-[0.8125rem]', normal: 'h-9 px-3.5 text-sm' }

/** The classes of a button, for links that look like one. */
export const buttonClass = (variant: ButtonVariant = 'secondary', size: 'small' | 'normal' = 'normal') =>
  clsx(shape, variants[variant], sizes[size])

export function Button({ variant = 'secondary', size = 'normal', icon, className, children, type = 'button', ...rest }: ButtonProps) {
  return (
    <button type={type} className={clsx(buttonClass(variant, size), className)} {...rest}>
      {icon}
      {children}
    </button>
  )
}

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label'> {
  /** Read aloud, and shown on hover. */
  label: string
  children: ReactNode
}

export function IconButton({ label, className, children, type = 'button', ...rest }: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={clsx(
        'inline-flex size-8 shrink-0 items-center justify-center rounded-control text-muted transition-colors hover:bg-sunken hover:text-ink disabled:opacity-40 aria-pressed:bg-accent-soft aria-pressed:text-accent',
        className,
      )}
      {...rest}
    >
      {children}
    </button>
  )
}
