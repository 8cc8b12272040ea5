import { clsx } from 'clsx'
import { X } from 'lucide-react'
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { IconButton } from './button.tsx'
import { useUiText } from './i18n/language.tsx'

export interface DialogProps {
  title: string
  onClose: () => void
  children: ReactNode
  /** Buttons at the end. */
  actions?: ReactNode
  placement?: 'centre' | 'side' | undefined
  wide?: boolean | undefined
}

const places = {
  centre: 'm-auto w-full rounded-panel border border-line max-h-[min(90dvh,56rem)]',
  side: 'ms-auto me-0 my-0 h-dvh max-h-none w-full max-w-full sm:w-[30rem] sm:border-s border-line',
}

/** The browser's own modal dialog: focus trap, Escape and return of focus come with it. It is open while it is rendered. */
export function Dialog({ title, onClose, children, actions, placement = 'centre', wide }: DialogProps) {
  const t = useUiText()
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    // closed while it is still in the page, so that the focus returns to where it was
    return () => element?.close()
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on the backdrop is a second way beside Escape and the button
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      className={clsx(
        'bg-surface p-0 text-ink shadow-floating',
        places[placement],
        placement === 'centre' && (wide ? 'max-w-3xl' : 'max-w-lg'),
      )}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className="flex h-full max-h-[inherit] flex-col">
        <header className="flex items-center justify-between gap-4 border-b border-line py-3 ps-5 pe-3">
          <h2 id={heading} className="text-base font-semibold">
            {title}
          </h2>
          <IconButton label={t('ui.close')} onClick={onClose}>
            <X className="size-4" />
          </IconButton>
        </header>
        <div className="relative flex-1 overflow-y-auto px-5 py-4">{children}</div>
        {actions ? <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{actions}</footer> : null}
      </div>
    </dialog>
  )
}
