import type { CallRow } from '@gatehouse/contracts'
import { Badge, type Tone } from '@gatehouse/ui'
import { CircleCheck, CircleHelp, CircleStop, CircleX, type LucideIcon, ShieldX } from 'lucide-react'
import { useText } from '../messages/text.ts'

const looks: Record<CallRow['end'], readonly [Tone, LucideIcon]> = {
  complete: ['good', CircleCheck],
  cancelled: ['neutral', CircleStop],
  failed: ['bad', CircleX],
  blocked: ['bad', ShieldX],
}

export function CallEnd({ call: { end, weak } }: { call: Pick<CallRow, 'end' | 'weak'> }) {
  const t = useText()
  if (end === 'complete' && weak)
    return (
      <Badge tone="warn" icon={CircleHelp}>
        {t('end.weak')}
      </Badge>
    )
  const [tone, icon] = looks[end]
  return (
    <Badge tone={tone} icon={icon}>
      {t(`end.${end}`)}
    </Badge>
  )
}
