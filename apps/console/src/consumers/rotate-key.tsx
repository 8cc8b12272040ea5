import type { CreatedKey, KeyView } from '@gatehouse/contracts'
import { Button, Field, TextInput } from '@gatehouse/ui'
import { RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { FormDialog } from '../shell/form-dialog.tsx'
import { NeededReason, reasonIn, useReasonAsked } from '../shell/needed-reason.tsx'
import { useChange } from '../shell/use-change.ts'

interface RotateKeyProps {
  consumer: string
  view: KeyView
  onMade: (made: CreatedKey) => void
}

/** A new key that opens the same; the old one stays valid for a while, so that programs can change over. */
export function RotateKey({ consumer, view, onMade }: RotateKeyProps) {
  const t = useText()
  const [asking, setAsking] = useState(false)
  const rotate = useChange({
    run: (form: FormData) =>
      client.rotateKey({ path: { consumer, key: view.id }, body: { graceHours: Number(form.get('grace')), ...reasonIn(form) } }),
    refresh: [['consumers']],
    showsError: true,
    onDone: (made) => {
      setAsking(false)
      onMade(made)
    },
  })
  const reasonAsked = useReasonAsked(rotate.error)
  return (
    <>
      <Button size="small" icon={<RefreshCw className="size-3.5" />} onClick={() => setAsking(true)}>
        {t('signing.rotate')}
      </Button>
      {asking ? (
        <FormDialog
          title={t('keys.rotate.title', { name: view.title || view.prefix || view.id })}
          submit={t('signing.rotate')}
          error={rotate.error}
          busy={rotate.isPending}
          onSubmit={rotate.mutate}
          onClose={() => setAsking(false)}
        >
          <Field label={t('keys.grace')} description={t('signing.grace.about')}>
            {(described) => <TextInput {...described} name="grace" type="number" min={0} max={720} defaultValue={24} required />}
          </Field>
          {reasonAsked ? <NeededReason /> : null}
        </FormDialog>
      ) : null}
    </>
  )
}
