import { Button, type ButtonProps, Dialog, ErrorState, useTranslate } from '@gatehouse/ui'
import { type ReactNode, useState } from 'react'

export interface ConfirmButtonProps {
  label: string
  title: string
  text: ReactNode
  icon?: ReactNode
  variant?: ButtonProps['variant']
  size?: ButtonProps['size']
  onConfirm: () => Promise<unknown>
}

/** A button for what cannot be undone: it asks first, and keeps the question open when it fails. */
export function ConfirmButton({ label, title, text, icon, variant = 'secondary', size = 'small', onConfirm }: ConfirmButtonProps) {
  const cancel = useTranslate<'ui.cancel'>()('ui.cancel')
  const [asking, setAsking] = useState(false)
  const [failure, setFailure] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const confirm = () => {
    setBusy(true)
    onConfirm()
      .then(() => setAsking(false), setFailure)
      .finally(() => setBusy(false))
  }
  return (
    <>
      <Button
        variant={variant}
        size={size}
        icon={icon}
        onClick={() => {
          setFailure(undefined)
          setAsking(true)
        }}
      >
        {label}
      </Button>
      {asking ? (
        <Dialog
          title={title}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onClick={() => setAsking(false)}>{cancel}</Button>
              <Button variant="danger" disabled={busy} onClick={confirm}>
                {label}
              </Button>
            </>
          }
        >
          <div className="flex flex-col gap-3">
            <div>{text}</div>
            {failure ? <ErrorState compact error={failure} /> : null}
          </div>
        </Dialog>
      ) : null}
    </>
  )
}
