import { Button, Dialog, ErrorState, useTranslate } from '@gatehouse/ui'
import { type ReactNode, useId } from 'react'

export interface FormDialogProps {
  title: string
  submit: string
  error: unknown
  busy: boolean
  wide?: boolean
  onSubmit: (form: FormData) => void
  onClose: () => void
  children: ReactNode
}

/** What was typed stays when saving fails. */
export function FormDialog({ title, submit, error, busy, wide, onSubmit, onClose, children }: FormDialogProps) {
  const cancel = useTranslate<'ui.cancel'>()('ui.cancel')
  const form = useId()
  return (
    <Dialog
      title={title}
      wide={wide}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button type="submit" form={form} variant="primary" disabled={busy}>
            {submit}
          </Button>
        </>
      }
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault()
          onSubmit(new FormData(event.currentTarget))
        }}
        className="flex flex-col gap-4"
      >
        {children}
        {error ? <ErrorState compact error={error} /> : null}
      </form>
    </Dialog>
  )
}
