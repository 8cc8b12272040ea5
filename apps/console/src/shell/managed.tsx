import type { AdminEndpoints, BodyOf } from '@gatehouse/contracts'
import { Badge } from '@gatehouse/ui'
import type { QueryKey } from '@tanstack/react-query'
import { FileCode2 } from 'lucide-react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { ConfirmButton } from './confirm.tsx'
import { useChange } from './use-change.ts'

export interface ManagedProps {
  resource: { readonly name: string; readonly managedBy: 'file' | 'console' | 'api' }
  kind: BodyOf<AdminEndpoints['takeOver']>['kind']
  refresh: readonly QueryKey[]
}

export function ManagedBadge({ resource: { managedBy } }: Pick<ManagedProps, 'resource'>) {
  const t = useText()
  return managedBy === 'file' ? <Badge icon={FileCode2}>{t('managed.file')}</Badge> : null
}

/** A resource that a file declares is changed in the file, until somebody takes it over. */
export function ManagedNotice({ resource, kind, refresh }: ManagedProps) {
  const t = useText()
  const may = useMay()
  const take = useChange({
    run: () => client.takeOver({ body: { kind, name: resource.name } }),
    refresh,
    done: t('managed.taken'),
    showsError: true,
  })
  if (resource.managedBy !== 'file') return null
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-panel border border-line bg-sunken px-4 py-2.5">
      <FileCode2 aria-hidden className="size-4 shrink-0 text-muted" />
      <p className="min-w-48 flex-1">{t('managed.about')}</p>
      {may('takeOver') ? (
        <ConfirmButton
          label={t('managed.take')}
          title={t('managed.take.title')}
          text={t('managed.take.text', { name: resource.name })}
          onConfirm={() => take.mutateAsync(undefined)}
        />
      ) : null}
    </div>
  )
}
