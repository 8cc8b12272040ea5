import type { BaseView } from '@gatehouse/contracts'
import { Button, Dialog, ErrorState, Field, Select, TextInput, useTranslate } from '@gatehouse/ui'
import { type FormEvent, useId, useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useChange } from '../shell/use-change.ts'
import { modes, searchChange } from './search-change.ts'

/** How a knowledge base is searched: by words, by vectors of a model, or both; and who orders what was found. */
export function SearchDialog({ base, onClose }: { base: BaseView; onClose: () => void }) {
  const t = useText()
  const cancel = useTranslate<'ui.cancel'>()('ui.cancel')
  const form = useId()
  const [failure, setFailure] = useState<unknown>()
  const save = useChange({
    run: (change: ReturnType<typeof searchChange>) =>
      client.changeBase({ path: { base: base.id }, body: { ...change, version: base.version } }),
    refresh: [['bases']],
    done: t('shell.saved'),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = Object.fromEntries([...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value).trim()]))
    void save.mutateAsync(searchChange(fields)).then(onClose, setFailure)
  }
  const { embedding, retrieval } = base
  return (
    <Dialog
      title={t('base.retrieval')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button variant="primary" type="submit" form={form} disabled={save.isPending}>
            {t('shell.save')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="grid gap-4 sm:grid-cols-2">
        <Field label={t('base.topK')}>
          {(described) => <TextInput {...described} name="topK" type="number" min={1} max={100} required defaultValue={retrieval.topK} />}
        </Field>
        <Field label={t('base.threshold')}>
          {(described) => (
            <TextInput
              {...described}
              name="threshold"
              type="number"
              min={0}
              max={1}
              step="any"
              required
              defaultValue={retrieval.threshold}
            />
          )}
        </Field>
        <Field label={t('base.embedding')} description={t('base.embedding.about')} className="sm:col-span-2">
          {(described) => <TextInput {...described} name="embedding" maxLength={200} defaultValue={embedding?.model ?? ''} />}
        </Field>
        <Field label={t('base.dimensions')} description={t('base.dimensions.about')}>
          {(described) => (
            <TextInput {...described} name="dimensions" type="number" min={8} max={4096} defaultValue={embedding?.dimensions ?? ''} />
          )}
        </Field>
        <Field label={t('base.mode')}>
          {(described) => (
            <Select {...described} name="mode" defaultValue={retrieval.mode}>
              {modes.map((mode) => (
                <option key={mode} value={mode}>
                  {t(`base.mode.${mode}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('base.weight')} description={t('base.weight.about')} className="sm:col-span-2">
          {(described) => (
            <TextInput
              {...described}
              name="weight"
              type="number"
              min={0}
              max={1}
              step="any"
              placeholder="0.5"
              defaultValue={retrieval.weights?.vectors ?? ''}
            />
          )}
        </Field>
        <Field label={t('base.rerank')} description={t('base.rerank.about')} className="sm:col-span-2">
          {(described) => <TextInput {...described} name="rerank" maxLength={200} defaultValue={retrieval.rerank?.model ?? ''} />}
        </Field>
        <Field label={t('base.rerank.candidates')}>
          {(described) => (
            <TextInput
              {...described}
              name="candidates"
              type="number"
              min={2}
              max={200}
              placeholder="50"
              defaultValue={retrieval.rerank?.candidates ?? ''}
            />
          )}
        </Field>
        <Field label={t('base.rerank.timeout')}>
          {(described) => (
            <TextInput
              {...described}
              name="timeout"
              type="number"
              min={50}
              max={30000}
              placeholder="800"
              defaultValue={retrieval.rerank?.timeout ?? ''}
            />
          )}
        </Field>
      </form>
      {failure ? (
        <div className="mt-3">
          <ErrorState compact error={failure} />
        </div>
      ) : null}
    </Dialog>
  )
}
