import type { ConsumerView } from '@gatehouse/contracts'
import { Button, Field, TextArea } from '@gatehouse/ui'
import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { FormDialog } from '../shell/form-dialog.tsx'
import { Card } from '../shell/page.tsx'
import { useChange } from '../shell/use-change.ts'

/** From where this consumer may call. */
export function AddressRules({ consumer }: { consumer: ConsumerView }) {
  const t = useText()
  const may = useMay()
  const [editing, setEditing] = useState(false)
  const { allow, deny } = consumer.addresses
  return (
    <Card title={t('addresses.title')}>
      <div className="-mt-1 flex items-start justify-between gap-4">
        <div>
          <p>{allow.length === 0 ? t('addresses.everywhere') : <code className="font-mono text-[0.8125rem]">{allow.join(' ')}</code>}</p>
          {deny.length === 0 ? null : (
            <p className="mt-1 text-muted">
              {t('addresses.but')} <code className="font-mono text-[0.8125rem]">{deny.join(' ')}</code>
            </p>
          )}
        </div>
        {may('changeConsumer') && consumer.managedBy !== 'file' ? (
          <Button size="small" icon={<Pencil className="size-3.5" />} onClick={() => setEditing(true)}>
            {t('addresses.edit')}
          </Button>
        ) : null}
      </div>
      {editing ? <EditAddresses consumer={consumer} onClose={() => setEditing(false)} /> : null}
    </Card>
  )
}

function EditAddresses({ consumer, onClose }: { consumer: ConsumerView; onClose: () => void }) {
  const t = useText()
  const { addresses, version, name } = consumer
  const save = useChange({
    run: (form: FormData) => {
      const ranges = (field: string) =>
        String(form.get(field) ?? '')
          .split(/[\s,]+/)
          .filter(Boolean)
      return client.changeConsumer({
        path: { consumer: name },
        body: { addresses: { allow: ranges('allow'), deny: ranges('deny') }, version },
      })
    },
    refresh: [['consumers']],
    done: t('shell.saved'),
    showsError: true,
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t('addresses.title')}
      submit={t('shell.save')}
      error={save.error}
      busy={save.isPending}
      onSubmit={save.mutate}
      onClose={onClose}
    >
      {(['allow', 'deny'] as const).map((field) => (
        <Field key={field} label={t(`addresses.${field}`)} description={t(`addresses.${field}.about`)}>
          {(described) => <TextArea {...described} name={field} defaultValue={addresses[field].join('\n')} className="font-mono" />}
        </Field>
      ))}
    </FormDialog>
  )
}
