import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button, IconButton } from './button.tsx'
import { useUiText } from './i18n/language.tsx'
import { toast } from './toast.tsx'

function useCopy(text: string) {
  const t = useUiText()
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), 2000)
    return () => clearTimeout(timer)
  }, [done])
  const copy = () => {
    // absent on pages that are neither loopback nor https
    const written = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'))
    written.then(
      () => setDone(true),
      () => toast(t('ui.copyFailed'), { failed: true }),
    )
  }
  return { done, copy, t }
}

export interface CopyProps {
  text: string
  /** What is copied, for several buttons beside each other. */
  label?: string
}

export function CopyButton({ text, label }: CopyProps) {
  const { done, copy, t } = useCopy(text)
  return (
    <Button size="small" onClick={copy} icon={done ? <Check className="size-3.5 text-good" /> : <Copy className="size-3.5" />}>
      <span aria-live="polite">{done ? t('ui.copied') : (label ?? t('ui.copy'))}</span>
    </Button>
  )
}

export function CopyIcon({ text, label }: CopyProps) {
  const { done, copy, t } = useCopy(text)
  return (
    <IconButton label={done ? t('ui.copied') : (label ?? t('ui.copy'))} onClick={copy}>
      {done ? <Check className="size-4 text-good" /> : <Copy className="size-4" />}
    </IconButton>
  )
}

/** Code as it is typed into a terminal, with a button to take it. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className="relative rounded-control border border-line bg-sunken">
      <div className="absolute end-1 top-1 rounded-control bg-sunken">
        <CopyIcon text={code} />
      </div>
      <section
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="overflow-x-auto"
      >
        <pre className="p-3 pe-11 font-mono text-xs leading-relaxed">{code}</pre>
      </section>
    </div>
  )
}
