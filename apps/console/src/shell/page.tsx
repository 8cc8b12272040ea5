import type { AdminOperation } from '@gatehouse/contracts'
import { EmptyState, ErrorState, LoadingRows } from '@gatehouse/ui'
import type { UseQueryResult } from '@tanstack/react-query'
import { Link, type LinkProps } from '@tanstack/react-router'
import { ChevronRight, Lock } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'

export interface PageProps {
  title: ReactNode
  /** Shown in the browser's tab. */
  tab: string
  about?: ReactNode
  /** The page this one lies under. */
  parents?: readonly { label: string; link: Pick<LinkProps, 'to' | 'params'> }[]
  actions?: ReactNode
  /** What one must be allowed to do to see it. */
  needs: AdminOperation
  children: ReactNode
}

export function Page({ title, tab, about, parents = [], actions, needs, children }: PageProps) {
  const t = useText()
  const may = useMay()
  useEffect(() => {
    document.title = `${tab} · Gatehouse`
  }, [tab])
  return (
    <div className="mx-auto flex w-full max-w-[84rem] flex-col gap-5 px-4 py-5 sm:px-7 sm:py-6">
      <header className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 max-sm:basis-full">
          {parents.length > 0 ? (
            <nav aria-label={t('shell.path')} className="mb-1 flex flex-wrap items-center gap-1 text-[0.8125rem] text-muted">
              {parents.map(({ label, link }, at) => (
                <span key={label} className="flex items-center gap-1">
                  {at > 0 ? <ChevronRight aria-hidden className="size-3.5" /> : null}
                  <Link {...link} className="rounded hover:text-ink hover:underline">
                    {label}
                  </Link>
                </span>
              ))}
            </nav>
          ) : null}
          <h1 className="text-xl font-semibold tracking-tight [overflow-wrap:anywhere]">{title}</h1>
          {about ? <p className="mt-0.5 max-w-3xl text-muted">{about}</p> : null}
        </div>
        {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
      </header>
      {may(needs) ? (
        children
      ) : (
        <EmptyState icon={Lock} title={t('shell.noPermission')}>
          {t('shell.noPermission.text')}
        </EmptyState>
      )}
    </div>
  )
}

/** Loading, failure, and what came. */
export function Loaded<Data>({
  query,
  children,
  rows,
}: {
  query: UseQueryResult<Data>
  children: (data: Data) => ReactNode
  rows?: number
}) {
  if (query.isPending) return query.fetchStatus === 'idle' ? null : <LoadingRows {...(rows === undefined ? {} : { rows })} />
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  return <>{children(query.data)}</>
}

export function Card({
  title,
  actions,
  children,
  className,
}: {
  title?: ReactNode
  actions?: ReactNode
  children: ReactNode
  className?: string
}) {
  return (
    <section className={`min-w-0 rounded-panel border border-line bg-surface p-4 shadow-raised ${className ?? ''}`}>
      {title || actions ? (
        <div className="mb-3 flex min-h-6 flex-wrap items-center justify-between gap-2">
          {title ? <h2 className="text-[0.9375rem] font-semibold">{title}</h2> : <span />}
          {actions}
        </div>
      ) : null}
      {children}
    </section>
  )
}
