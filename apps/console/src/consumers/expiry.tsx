import { Badge, useFormat } from '@gatehouse/ui'
import { TriangleAlert } from 'lucide-react'
import { useText } from '../messages/text.ts'

/** Until when a credential works, as a cell of a table. */
export function Expiry({ expiresAt, expired }: { expiresAt?: string | undefined; expired: boolean }) {
  const t = useText()
  const format = useFormat()
  if (expired)
    return (
      <Badge tone="bad" icon={TriangleAlert}>
        {t('keys.expired')}
      </Badge>
    )
  return expiresAt ? format.date(Date.parse(expiresAt)) : t('keys.never')
}
