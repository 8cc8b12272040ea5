import type { ChatConversation } from '@gatehouse/contracts'
import { Button, Dialog, ErrorState, Field, IconButton, LoadingRows, TextInput, toast, useFormat, useTranslate } from '@gatehouse/ui'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { Pencil, SquarePen, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'

export interface HistoryListProps {
  app: string
  chosen: string | undefined
  onOpen: (conversation: string | undefined) => void
}

export function HistoryList({ app, chosen, onOpen }: HistoryListProps) {
  const t = useText()
  const pages = useInfiniteQuery({
    queryKey: ['conversations', app],
    queryFn: ({ pageParam }) => client.conversations({ app, ...(pageParam ? { after: pageParam } : {}) }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  })
  const items = pages.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <nav aria-label={t('history.title')} className="flex min-h-0 flex-1 flex-col gap-3">
      <Button icon={<SquarePen className="size-4" />} className="justify-start!" onClick={() => onOpen(undefined)}>
        {t('history.new')}
      </Button>
      <div className="-mx-1 min-h-0 flex-1 overflow-y-auto px-1">
        {pages.isPending ? <LoadingRows rows={4} /> : null}
        {pages.isError ? <ErrorState compact error={pages.error} onRetry={() => void pages.refetch()} /> : null}
        {pages.isSuccess && items.length === 0 ? <p className="px-2 py-3 text-sm text-muted">{t('history.empty')}</p> : null}
        <Groups items={items} chosen={chosen} onOpen={onOpen} />
        {pages.hasNextPage ? (
          <Button variant="ghost" size="small" className="mt-1 w-full" onClick={() => void pages.fetchNextPage()}>
            {t('history.more')}
          </Button>
        ) : null}
      </div>
    </nav>
  )
}

interface GroupsProps {
  items: readonly ChatConversation[]
  chosen: string | undefined
  onOpen: (conversation: string | undefined) => void
}

function Groups({ items, chosen, onOpen }: GroupsProps) {
  const t = useText()
  const midnight = new Date().setHours(0, 0, 0, 0)
  const groups = [
    { name: t('history.today'), items: items.filter(({ updatedAt }) => updatedAt >= midnight) },
    { name: t('history.earlier'), items: items.filter(({ updatedAt }) => updatedAt < midnight) },
  ]
  return groups
    .filter((group) => group.items.length > 0)
    .map((group) => (
      <section key={group.name} className="mb-3">
        <h2 className="px-2.5 py-1 text-xs font-medium text-muted">{group.name}</h2>
        <ul className="flex flex-col gap-px">
          {group.items.map((item) => (
            <Entry key={item.id} item={item} isChosen={item.id === chosen} onOpen={onOpen} />
          ))}
        </ul>
      </section>
    ))
}

interface EntryProps {
  item: ChatConversation
  isChosen: boolean
  onOpen: (conversation: string | undefined) => void
}

function Entry({ item, isChosen, onOpen }: EntryProps) {
  const t = useText()
  const format = useFormat()
  const [doing, setDoing] = useState<'rename' | 'delete'>()
  const name = item.name || t('history.untitled')
  return (
    <li className={clsx('group relative rounded-control', isChosen ? 'bg-accent-soft' : 'hover:bg-sunken focus-within:bg-sunken')}>
      <button
        type="button"
        aria-current={isChosen ? 'page' : undefined}
        title={`${name}\n${format.dateTime(item.updatedAt)}`}
        onClick={() => onOpen(item.id)}
        className={clsx(
          'block min-h-9 w-full truncate rounded-control px-2.5 text-start text-sm',
          'group-focus-within:pe-17 group-hover:pe-17 [@media(hover:none)]:pe-17', // room for the buttons, where they show
          isChosen && 'font-medium text-accent',
        )}
      >
        {name}
      </button>
      <span className="absolute inset-y-0 end-1 flex items-center rounded-control bg-inherit opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 [@media(hover:none)]:opacity-100">
        <IconButton label={t('history.rename.of', { name })} className="size-7" onClick={() => setDoing('rename')}>
          <Pencil className="size-3.5" />
        </IconButton>
        <IconButton label={t('history.delete.of', { name })} className="size-7" onClick={() => setDoing('delete')}>
          <Trash2 className="size-3.5" />
        </IconButton>
      </span>
      {doing === 'rename' ? <Rename item={item} name={name} onClose={() => setDoing(undefined)} /> : null}
      {doing === 'delete' ? (
        <Delete item={item} name={name} onClose={() => setDoing(undefined)} onDeleted={() => isChosen && onOpen(undefined)} />
      ) : null}
    </li>
  )
}

interface ActionProps {
  item: ChatConversation
  name: string
  onClose: () => void
}

function Rename({ item, name, onClose }: ActionProps) {
  const t = useText()
  const cancel = useTranslate<'ui.cancel'>()('ui.cancel')
  const queries = useQueryClient()
  const rename = useMutation({
    mutationFn: (form: FormData) => client.renameConversation(item.id, String(form.get('name')).trim()),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['conversations', item.app] })
      onClose()
    },
  })
  return (
    <Dialog title={t('history.rename')} onClose={onClose}>
      <form action={(form) => rename.mutate(form)} className="flex flex-col gap-4">
        <Field label={t('history.rename.label')}>
          {(described) => <TextInput {...described} name="name" defaultValue={name} maxLength={120} required />}
        </Field>
        {rename.isError ? <ErrorState compact error={rename.error} /> : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{cancel}</Button>
          <Button type="submit" variant="primary" disabled={rename.isPending}>
            {t('history.rename.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Delete({ item, name, onClose, onDeleted }: ActionProps & { onDeleted: () => void }) {
  const t = useText()
  const cancel = useTranslate<'ui.cancel'>()('ui.cancel')
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => client.removeConversation(item.id),
    onSuccess: async () => {
      toast(t('history.deleted'))
      onDeleted()
      onClose()
      await queries.invalidateQueries({ queryKey: ['conversations', item.app] })
    },
  })
  return (
    <Dialog
      title={t('history.delete.title')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button variant="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
            {t('history.delete')}
          </Button>
        </>
      }
    >
      <p>{t('history.delete.text', { name })}</p>
      {remove.isError ? <ErrorState compact error={remove.error} /> : null}
    </Dialog>
  )
}
