import { ExternalLink } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button } from '../button.tsx'
import { Dialog } from '../dialog.tsx'
import { useUiText } from '../i18n/language.tsx'

/** Where a link goes, when it is one that may be followed at all. */
export function addressOf(href: string | undefined): URL | undefined {
  if (!href) return undefined
  try {
    const address = new URL(href)
    return ['http:', 'https:', 'mailto:'].includes(address.protocol) ? address : undefined
  } catch {
    return undefined // relative links lead nowhere in an answer
  }
}

/** A link that shows its host and asks before it leaves. */
export function SafeLink({ href, children }: { href: string | undefined; children: ReactNode }) {
  const t = useUiText()
  const [asking, setAsking] = useState(false)
  const address = addressOf(href)
  if (!address) return <span>{children}</span>
  const leave = () => {
    setAsking(false)
    window.open(address.href, '_blank', 'noopener,noreferrer')
  }
  return (
    <>
      <button type="button" onClick={() => setAsking(true)} className="inline text-start text-accent underline underline-offset-2">
        {children}
        <span className="ms-1 text-[0.85em] text-muted no-underline">
          ({address.host || address.pathname})<ExternalLink aria-hidden className="ms-0.5 inline size-3" />
        </span>
      </button>
      {asking ? (
        <Dialog
          title={t('ui.link.title')}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onClick={() => setAsking(false)}>{t('ui.cancel')}</Button>
              <Button variant="primary" onClick={leave}>
                {t('ui.link.open')}
              </Button>
            </>
          }
        >
          <p>{t('ui.link.text')}</p>
          <p className="mt-3 rounded-control bg-sunken p-3 font-mono text-xs [overflow-wrap:anywhere]">{address.href}</p>
        </Dialog>
      ) : null}
    </>
  )
}
