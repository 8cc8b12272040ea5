import type { DocumentView } from '@gatehouse/contracts'
import { Badge, type Tone } from '@gatehouse/ui'
import { Ban, CircleCheck, CircleX, Clock, LoaderCircle, type LucideIcon } from 'lucide-react'
import { useText } from '../messages/text.ts'

const looks: Record<DocumentView['status'], readonly [Tone, LucideIcon]> = {
  waiting: ['neutral', Clock],
  extracting: ['accent', LoaderCircle],
  splitting: ['accent', LoaderCircle],
  indexing: ['accent', LoaderCircle],
  completed: ['good', CircleCheck],
  error: ['bad', CircleX],
  disabled: ['neutral', Ban],
}

export const isWorking = ({ status }: Pick<DocumentView, 'status'>): boolean =>
  status === 'waiting' || status === 'extracting' || status === 'splitting' || status === 'indexing'

export function DocumentStatus({ document }: { document: Pick<DocumentView, 'status' | 'enabled'> }) {
  const t = useText()
  const status = document.status === 'completed' && !document.enabled ? 'disabled' : document.status
  const [tone, icon] = looks[status]
  return (
    <Badge tone={tone} icon={icon}>
      {t(`document.${status}`)}
    </Badge>
  )
}
