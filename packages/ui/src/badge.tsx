import type { Action } from '@gatehouse/contracts'
import { clsx } from 'clsx'
import { CircleCheck, CircleDashed, Eraser, Flag, Gavel, type LucideIcon, PenLine, ShieldX, Ticket } from 'lucide-react'
import type { ReactNode } from 'react'
import { useUiText } from './i18n/language.tsx'

export type Tone = 'neutral' | 'accent' | 'good' | 'warn' | 'bad'
const tones: Record<Tone, string> = {
  neutral: 'bg-sunken text-muted',
  accent: 'bg-accent-soft text-accent',
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
}

export interface BadgeProps {
  tone?: Tone | undefined
  icon?: LucideIcon | undefined
  children: ReactNode
  className?: string | undefined
}
/** A word with a shape: the colour is never alone in saying it. */
export function Badge({ tone = 'neutral', icon: Icon, children, className }: BadgeProps) {
  return (
    <span
      className={clsx(
        'inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap',
        tones[tone],
        className,
      )}
    >
      {Icon ? <Icon aria-hidden className="size-3.5 shrink-0" /> : null}
      {children}
    </span>
  )
}

export type VerdictAction = Action | 'not-inspected'
const verdicts: Record<VerdictAction, readonly [Tone, LucideIcon]> = {
  allow: ['good', CircleCheck],
  flag: ['warn', Flag],
  redact: ['warn', Eraser],
  tokenise: ['warn', Ticket],
  rewrite: ['warn', PenLine],
  judge: ['warn', Gavel],
  block: ['bad', ShieldX],
  'not-inspected': ['neutral', CircleDashed],
}

export function Verdict({ action }: { action: VerdictAction }) {
  const t = useUiText()
  const [tone, icon] = verdicts[action]
  return (
    <Badge tone={tone} icon={icon}>
      {t(`ui.verdict.${action}`)}
    </Badge>
  )
}
