import { GatehouseError } from '@gatehouse/sdk'
import { clsx } from 'clsx'
import { CircleAlert, Inbox, type LucideIcon, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { useUiText } from './i18n/language.tsx'

export interface EmptyStateProps {
  icon?: LucideIcon | undefined
  title: string
  children?: ReactNode
  action?: ReactNode
  /** It is all there is on the page. */
  isPage?: boolean
}
export function EmptyState({ icon: Icon = Inbox, title, children, action, isPage = false }: EmptyStateProps) {
  const Heading = isPage ? 'h1' : 'h2'
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-14 text-center">
      <span className="mb-2 flex size-11 items-center justify-center rounded-full bg-sunken text-muted">
        <Icon aria-hidden className="size-5" />
      </span>
      <Heading className="text-base font-semibold">{title}</Heading>
      {children ? <div className="max-w-md text-sm text-muted">{children}</div> : null}
      {action ? <div className="mt-3">{action}</div> : null}
    </div>
  )
}

/** What failed, its code, and what to do about it. */
export function ErrorState({ error, onRetry, compact }: { error: unknown; onRetry?: (() => void) | undefined; compact?: boolean }) {
  const t = useUiText()
  const code = error instanceof GatehouseError ? error.code : 'internal'
  const message = error instanceof Error ? error.message : String(error)
  return (
    <div
      role="alert"
      className={clsx('flex gap-3 rounded-panel border border-bad/30 bg-bad-soft text-sm', compact ? 'px-3 py-2' : 'px-4 py-3.5')}
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4.5 shrink-0 text-bad" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold text-bad">{t('ui.error.title')}</p>
        <p className="mt-0.5 [overflow-wrap:anywhere]">{message}</p>
        <p className="mt-1">{t(`ui.fix.${code}`)}</p>
        <p className="mt-1.5 font-mono text-xs text-muted">
          {t('ui.error.code', { code })}
          {error instanceof GatehouseError && error.trace ? ` · ${t('ui.error.trace', { trace: error.trace })}` : ''}
        </p>
      </div>
      {onRetry ? (
        <Button size="small" icon={<RotateCw className="size-3.5" />} onClick={onRetry}>
          {t('ui.retry')}
        </Button>
      ) : null}
    </div>
  )
}

export const Skeleton = ({ className }: { className?: string }) => (
  <div aria-hidden className={clsx('animate-pulse rounded-control bg-sunken', className)} />
)

/** Grey lines where a list will be; says "loading" to those who listen. */
export function LoadingRows({ rows = 6 }: { rows?: number }) {
  const t = useUiText()
  return (
    <div role="status" className="flex flex-col gap-3 py-2">
      <span className="sr-only">{t('ui.loading')}</span>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <Skeleton key={index} className={clsx('h-5', index % 3 === 2 ? 'w-3/5' : 'w-full')} />
      ))}
    </div>
  )
}
