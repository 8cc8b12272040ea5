import { Button, Field, TextInput } from '@gatehouse/ui'
import { Eye, Lock } from 'lucide-react'
import { useText } from '../messages/text.ts'

/** For an owner or admin who must look at what they may not read: with a reason, which is audited. */
export function ReasonForm({ mayReveal, onReason }: { mayReveal: boolean; onReason: (reason: string) => void }) {
  const t = useText()
  return (
    <div className="flex flex-col gap-3 rounded-panel border border-line bg-sunken p-4">
      <p className="flex gap-2.5">
        <Lock aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
        {t(mayReveal ? 'reason.about' : 'reason.never')}
      </p>
      {mayReveal ? (
        <form action={(form) => onReason(String(form.get('reason')).trim())} className="flex flex-wrap items-end gap-2">
          <Field label={t('reason.label')} className="min-w-64 flex-1">
            {(described) => <TextInput {...described} name="reason" required minLength={8} maxLength={400} />}
          </Field>
          <Button type="submit" icon={<Eye className="size-4" />}>
            {t('reason.show')}
          </Button>
        </form>
      ) : null}
    </div>
  )
}
