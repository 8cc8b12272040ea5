import { ErrorState } from '@gatehouse/ui'
import type { ErrorComponentProps } from '@tanstack/react-router'

export function PageFailure({ error, reset }: ErrorComponentProps) {
  return (
    <div className="mx-auto max-w-2xl px-4 py-10">
      <ErrorState error={error} onRetry={reset} />
    </div>
  )
}
