import { Button, Dialog, ErrorState, useTranslate } from '@gatehouse/ui'
import { type ReactNode, useState } from 'react'
import { useText } from '../messages/text.ts'
import { NeededReason, useReasonAsked } from '../shell/needed-reason.tsx'
import { AccessEditor } from './principals.tsx'

export interface AccessDialogProps {
  title: string
  about: ReactNode
  access: readonly string[]
  onSave: (access: readonly string[], given: { reason?: string }) => Promise<unknown>
  onClose: () => void
}

export function AccessDialog({ title, about, access, onSave, onClose }: AccessDialogProps) {
  const t = useText()
  const cancel = useTranslate<'ui.cancel'>()('ui.cancel')
  const [changed, setChanged] = useState(access)
  const [failure, setFailure] = useState<unknown>()
  const [reason, setReason] = useState('')
  const reasonAsked = useReasonAsked(failure)
  const given = reasonAsked ? { reason: reason.trim() } : {}
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button variant="primary" onClick={() => void onSave(changed, given).then(onClose, setFailure)}>
            {t('shell.save')}
          </Button>
        </>
      }
    >
      <p className="mb-3 text-muted">{about}</p>
      <AccessEditor access={changed} onChange={setChanged} />
      {failure ? (
        <div className="mt-3">
          <ErrorState compact error={failure} />
          {reasonAsked ? <NeededReason onChange={setReason} /> : null}
        </div>
      ) : null}
    </Dialog>
  )
}
