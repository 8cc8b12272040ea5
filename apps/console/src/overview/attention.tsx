import type { Overview } from '@gatehouse/contracts'
import { Link } from '@tanstack/react-router'
import { CircleCheck, TriangleAlert } from 'lucide-react'
import { useText } from '../messages/text.ts'
import { Card } from '../shell/page.tsx'

type Need = Overview['attention'][number]

export function Attention({ overview: { attention } }: { overview: Overview }) {
  const t = useText()
  return (
    <Card title={t('attention.title')}>
      {attention.length === 0 ? (
        <p className="flex items-center gap-2 text-muted">
          <CircleCheck aria-hidden className="size-4 text-good" />
          {t('attention.none')}
        </p>
      ) : (
        <ul className="flex flex-col gap-2">
          {attention.map((need) => (
            <li key={`${need.kind} ${need.base ?? ''}`} className="flex gap-2">
              <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
              <span className="min-w-0">
                <NeedLink need={need} />
                <span className="block text-xs text-muted">{need.base ?? (need.kind === 'store' ? need.message : null)}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

const troubleOf: Partial<Record<Need['kind'], { show: 'error' | 'quarantine' }>> = {
  'document-error': { show: 'error' },
  quarantine: { show: 'quarantine' },
}

function NeedLink({ need: { kind, count, base } }: { need: Need }) {
  const t = useText()
  const text = t(`attention.${kind}`, { count })
  const style = 'font-medium hover:text-accent hover:underline'
  if (base)
    return (
      <Link to="/knowledge/$base" params={{ base }} search={troubleOf[kind] ?? {}} className={style}>
        {text}
      </Link>
    )
  if (kind === 'key-expiring')
    return (
      <Link to="/consumers" className={style}>
        {text}
      </Link>
    )
  return <span className="font-medium">{text}</span>
}
