import type { BaseView } from '@gatehouse/contracts'
import { Button, EmptyState, ErrorState, Field, LoadingRows, Select, TextInput } from '@gatehouse/ui'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Lock, Search } from 'lucide-react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { Retrieval } from '../traces/retrieval.tsx'
import { PrincipalList } from './principals.tsx'

/** The very retrieval the apps use, with another person's rights. */
export function SearchTest({ base }: { base: BaseView }) {
  const t = useText()
  const may = useMay()
  const users = useQuery({ queryKey: ['users'], queryFn: () => client.listUsers() })
  const search = useMutation({
    mutationFn: (form: FormData) => {
      const [asUser, topK, reason] = ['asUser', 'topK', 'reason'].map((name) => String(form.get(name) ?? '').trim())
      return client.searchBase({
        path: { base: base.id },
        body: {
          query: String(form.get('query')),
          ...(asUser ? { asUser } : {}),
          ...(topK ? { topK: Number(topK) } : {}),
          ...(reason ? { reason } : {}),
        },
      })
    },
  })
  if (!may('searchBase'))
    return (
      <EmptyState icon={Lock} title={t('shell.noPermission')}>
        {t('documents.noPermission')}
      </EmptyState>
    )
  return (
    <div className="flex flex-col gap-5">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          search.mutate(new FormData(event.currentTarget))
        }}
        className="grid items-end gap-3 md:grid-cols-[minmax(0,1fr)_14rem_6rem_auto]"
      >
        <Field label={t('test.query')}>{(described) => <TextInput {...described} name="query" required maxLength={4000} />}</Field>
        <Field label={t('test.as')}>
          {(described) => (
            <Select {...described} name="asUser">
              <option value="">{t('test.myself')}</option>
              {users.data?.items.map(({ name, title }) => (
                <option key={name} value={name}>
                  {title || name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('base.topK')}>
          {(described) => (
            <TextInput {...described} name="topK" type="number" min={1} max={100} placeholder={String(base.retrieval.topK)} />
          )}
        </Field>
        <Button type="submit" variant="primary" icon={<Search className="size-4" />} disabled={search.isPending}>
          {t('test.run')}
        </Button>
        {may('readContent') ? (
          <Field label={t('test.reason')} description={t('test.reason.about')} className="md:col-span-4">
            {(described) => <TextInput {...described} name="reason" minLength={8} maxLength={400} />}
          </Field>
        ) : null}
      </form>
      {search.isIdle ? (
        <EmptyState icon={Search} title={t('test.empty')}>
          {t('test.empty.text')}
        </EmptyState>
      ) : null}
      {search.isPending ? <LoadingRows /> : null}
      {search.isError ? <ErrorState error={search.error} /> : null}
      {search.data ? (
        <div className="flex flex-col gap-4">
          <div className="flex flex-wrap items-center gap-2 text-muted">
            {t('test.rights', { who: search.data.asUser })}
            <PrincipalList principals={search.data.principals} />
          </div>
          <Retrieval retrieval={search.data} />
          {search.data.nearest.length > 0 ? (
            <section>
              <h3 className="text-[0.8125rem] font-medium text-muted">{t('test.nearest')}</h3>
              <ul className="mt-1 list-disc ps-5">
                {search.data.nearest.map((title) => (
                  <li key={title}>{title}</li>
                ))}
              </ul>
            </section>
          ) : null}
        </div>
      ) : null}
    </div>
  )
}
