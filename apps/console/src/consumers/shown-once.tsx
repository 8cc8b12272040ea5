import { Button, Dialog, useTranslate } from '@gatehouse/ui'
import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

interface ShownOnceProps {
  title: string
  /** Says that it is shown now and never again. */
  warning: string
  wide?: boolean
  onClose: () => void
  children: ReactNode
}

/** A secret that was just made. */
export function ShownOnce({ title, warning, wide = false, onClose, children }: ShownOnceProps) {
  const close = useTranslate<'ui.close'>()('ui.close')
  return (
    <Dialog
      title={title}
      wide={wide}
      onClose={onClose}
      actions={
        <Button variant="primary" onClick={onClose}>
          {close}
        </Button>
      }
    >
      <p className="mb-4 flex gap-2.5 rounded-control bg-warn-soft p-3">
        <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
        {warning}
      </p>
      {children}
    </Dialog>
  )
}
