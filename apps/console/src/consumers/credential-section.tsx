import { Button, EmptyState } from '@gatehouse/ui'
import { KeyRound, Plus } from 'lucide-react'
import type { ReactNode } from 'react'

export interface CredentialSectionProps {
  title: string
  /** Absent for those who may not. */
  add?: { label: string; onAdd: () => void } | undefined
  /** Shown while there are none. */
  none: string
  isEmpty: boolean
  children: ReactNode
}

/** A kind of credentials under its heading, as API keys have it. */
export function CredentialSection({ title, add, none, isEmpty, children }: CredentialSectionProps) {
  return (
    <section aria-label={title}>
      <div className="mb-2 flex items-center justify-between">
        <h2 className="text-[0.9375rem] font-semibold">{title}</h2>
        {add ? (
          <Button size="small" icon={<Plus className="size-3.5" />} onClick={add.onAdd}>
            {add.label}
          </Button>
        ) : null}
      </div>
      {isEmpty ? (
        <div className="rounded-panel border border-line bg-surface">
          <EmptyState icon={KeyRound} title={title}>
            {none}
          </EmptyState>
        </div>
      ) : (
        children
      )}
    </section>
  )
}
