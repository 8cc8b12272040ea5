import { Button, ErrorState, Field, TextInput } from '@gatehouse/ui'
import { useMutation } from '@tanstack/react-query'
import { Eye } from 'lucide-react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'

/** What was said, only on demand, with a reason that goes into the audit. */
export function ContentPanel({ call, kept }: { call: string; kept: 'off' | 'metadata' | 'redacted' | 'full' }) {
  const t = useText()
  const read = useMutation({ mutationFn: (reason: string) => client.readContent({ path: { call }, body: { reason } }) })
  if (kept === 'off' || kept === 'metadata') return <p className="text-muted">{t('content.off')}</p>
  if (read.data)
    return (
      <div className="grid gap-4 lg:grid-cols-2">
        <Said title={t('content.request')} text={read.data.request} />
        <Said title={t('content.reply')} text={read.data.reply} />
      </div>
    )
  return (
    <form action={(form) => read.mutate(String(form.get('reason')))} className="flex max-w-xl flex-col gap-3">
      <Field label={t('content.reason')} description={t(kept === 'redacted' ? 'content.about.redacted' : 'content.about.full')}>
        {(described) => <TextInput {...described} name="reason" required minLength={8} maxLength={400} />}
      </Field>
      {read.isError ? <ErrorState compact error={read.error} /> : null}
      <Button type="submit" className="self-start" icon={<Eye className="size-4" />} disabled={read.isPending}>
        {t('content.show')}
      </Button>
    </form>
  )
}

function Said({ title, text }: { title: string; text: string }) {
  return (
    <section className="min-w-0">
      <h3 className="mb-1 text-xs font-medium text-muted">{title}</h3>
      <pre className="max-h-96 overflow-auto rounded-control border border-line bg-sunken p-3 font-mono text-xs whitespace-pre-wrap [overflow-wrap:anywhere]">
        {text || '–'}
      </pre>
    </section>
  )
}
