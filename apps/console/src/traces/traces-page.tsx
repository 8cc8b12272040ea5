import type { CallRow } from '@gatehouse/contracts'
import { Button, Checkbox, ErrorState, LoadingRows, Select, TextInput } from '@gatehouse/ui'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { X } from 'lucide-react'
import { useEffect } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { type Range, rangeNames } from '../range.ts'
import { Page } from '../shell/page.tsx'
import { CallsTable } from './calls-table.tsx'
import { Peek } from './peek.tsx'
import { type End, ends, queryOf, type TracesSearch } from './traces-search.ts'

const route = getRouteApi('/traces')

export function TracesPage() {
  const t = useText()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { peek, weak, ...filters } = search
  const pages = useInfiniteQuery({
    queryKey: ['calls', filters],
    queryFn: ({ pageParam }) =>
      client.listCalls({ query: { ...queryOf(filters, Date.now()), limit: 50, ...(pageParam ? { after: pageParam } : {}) } }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  })
  const loaded = pages.data?.pages.flatMap(({ items }) => items) ?? []
  const calls = weak ? loaded.filter((call) => call.weak) : loaded
  const change = (next: Partial<Record<keyof TracesSearch, unknown>>) =>
    void navigate({ search: (before) => clean({ ...before, ...next }), replace: true })
  const look = (call: string | undefined) => change({ peek: call })
  const open = (call: string) => void navigate({ to: '/traces/$call', params: { call } })
  useTableKeys({ calls, peek, look, open })
  return (
    <div className="flex h-full">
      <div className="relative min-w-0 flex-1 overflow-y-auto">
        <Page title={t('nav.traces')} tab={t('nav.traces')} about={t('traces.about')} needs="listCalls">
          <Filters search={search} onChange={change} />
          {pages.isPending ? <LoadingRows rows={10} /> : null}
          {pages.isError ? <ErrorState error={pages.error} onRetry={() => void pages.refetch()} /> : null}
          {pages.isSuccess ? (
            <CallsTable
              calls={calls}
              active={peek}
              onOpen={({ id }) => look(id)}
              short={peek !== undefined}
              filtered={weak === true || Object.keys(filters).length > 0}
            />
          ) : null}
          <div className="flex items-center gap-4">
            {pages.hasNextPage ? (
              <Button onClick={() => void pages.fetchNextPage()} disabled={pages.isFetchingNextPage}>
                {t('traces.more')}
              </Button>
            ) : null}
            <p className="text-xs text-muted max-md:hidden">{t('traces.keys')}</p>
          </div>
        </Page>
      </div>
      {peek ? <Peek call={peek} onClose={() => look(undefined)} onOpen={() => open(peek)} /> : null}
    </div>
  )
}

const clean = (search: Partial<Record<keyof TracesSearch, unknown>>): TracesSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== '')) as TracesSearch // only parsed values go in

interface FiltersProps {
  search: TracesSearch
  onChange: (next: Partial<Record<keyof TracesSearch, unknown>>) => void
}
function Filters({ search, onChange }: FiltersProps) {
  const t = useText()
  const consumers = useQuery({ queryKey: ['consumers'], queryFn: () => client.listConsumers() })
  const users = useQuery({ queryKey: ['users'], queryFn: () => client.listUsers() })
  const narrow = 'w-auto! h-8! text-[0.8125rem]!'
  const isFiltered = Object.keys(search).some((name) => name !== 'peek')
  return (
    <search className="flex flex-wrap items-center gap-2">
      <Select
        aria-label={t('range.label')}
        className={narrow}
        value={search.range ?? ''}
        onChange={(event) => onChange({ range: (event.target.value || undefined) as Range | undefined })}
      >
        <option value="">{t('range.all')}</option>
        {rangeNames.map((name) => (
          <option key={name} value={name}>
            {t(`range.${name}`)}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t('calls.end')}
        className={narrow}
        value={search.end ?? ''}
        onChange={(event) => onChange({ end: (event.target.value || undefined) as End | undefined })}
      >
        <option value="">{t('traces.anyEnd')}</option>
        {ends.map((end) => (
          <option key={end} value={end}>
            {t(`end.${end}`)}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t('traces.person')}
        className={narrow}
        value={search.user ?? ''}
        onChange={(event) => onChange({ user: event.target.value })}
      >
        <option value="">{t('traces.anyPerson')}</option>
        {withChosen(users.data?.items.map(({ name }) => name) ?? [], search.user).map((name) => (
          <option key={name}>{name}</option>
        ))}
      </Select>
      <Select
        aria-label={t('traces.consumer')}
        className={narrow}
        value={search.consumer ?? ''}
        onChange={(event) => onChange({ consumer: event.target.value })}
      >
        <option value="">{t('traces.anyConsumer')}</option>
        {withChosen(['chat', 'console', 'cli', 'ingest', ...(consumers.data?.items.map(({ name }) => name) ?? [])], search.consumer).map(
          (name) => (
            <option key={name}>{name}</option>
          ),
        )}
      </Select>
      <TextInput
        aria-label={t('calls.target')}
        placeholder={t('traces.target')}
        className="w-40! h-8! text-[0.8125rem]!"
        key={search.target ?? ''}
        defaultValue={search.target ?? ''}
        onBlur={(event) => event.target.value !== (search.target ?? '') && onChange({ target: event.target.value.trim() })}
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
      />
      <Checkbox
        label={t('traces.weak')}
        checked={search.weak === true}
        onChange={(event) => onChange({ weak: event.target.checked || undefined })}
      />
      <Checkbox
        label={t('traces.children')}
        checked={search.roots === false}
        onChange={(event) => onChange({ roots: event.target.checked ? false : undefined })}
      />
      {isFiltered ? (
        <Button
          variant="ghost"
          size="small"
          icon={<X className="size-3.5" />}
          onClick={() =>
            onChange({
              range: undefined,
              end: undefined,
              user: undefined,
              consumer: undefined,
              target: undefined,
              operation: undefined,
              weak: undefined,
              roots: undefined,
            })
          }
        >
          {t('traces.clear')}
        </Button>
      ) : null}
    </search>
  )
}

const withChosen = (names: readonly string[], chosen: string | undefined) => [...new Set([...names, ...(chosen ? [chosen] : [])])]

interface TableKeys {
  calls: readonly CallRow[]
  peek: string | undefined
  look: (call: string | undefined) => void
  open: (call: string) => void
}

/** J and K go down and up, Enter opens, Escape closes. */
function useTableKeys({ calls, peek, look, open }: TableKeys): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return
      const here = calls.findIndex(({ id }) => id === peek)
      const step = { j: 1, k: -1 }[event.key]
      if (step) {
        const next = calls[Math.max(0, Math.min(calls.length - 1, here + step))]
        if (next) look(next.id)
        document.querySelector(`[data-row="${next?.id}"]`)?.scrollIntoView({ block: 'nearest' })
      } else if (event.key === 'Enter' && peek && !isActing(event.target)) open(peek)
      else if (event.key === 'Escape' && peek) look(undefined)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })
}

const isTyping = (target: EventTarget | null) => target instanceof Element && target.closest('input, textarea, select, dialog') !== null
const isActing = (target: EventTarget | null) => target instanceof Element && target.closest('a, button, summary') !== null
