import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { BookOpen, KeyRound, UserRound, Workflow } from 'lucide-react'
import { type ReactNode, useLayoutEffect, useRef } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { groups } from './navigation.ts'

const item =
  'flex min-h-9 cursor-pointer items-center gap-2.5 rounded-control px-2.5 data-[selected=true]:bg-accent-soft data-[selected=true]:text-accent'
const heading =
  '[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted'

/** Plain containment: letters strewn over a long name would find the wrong thing first. */
const contains = (value: string, typed: string) => (value.toLowerCase().includes(typed.toLowerCase()) ? 1 : 0)

/** Goes to any page, app, consumer, person or knowledge base by a few letters of its name. */
export function Palette({ onClose }: { onClose: () => void }) {
  const t = useText()
  const may = useMay()
  const navigate = useNavigate()
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    // the list around it would take the focus otherwise
    element?.querySelector('input')?.focus()
    return () => element?.close()
  }, [])
  const apps = useQuery({ queryKey: ['apps'], queryFn: () => client.listApps(), enabled: may('listApps') })
  const bases = useQuery({ queryKey: ['bases'], queryFn: () => client.listBases(), enabled: may('listBases') })
  const consumers = useQuery({ queryKey: ['consumers'], queryFn: () => client.listConsumers(), enabled: may('listConsumers') })
  const users = useQuery({ queryKey: ['users'], queryFn: () => client.listUsers(), enabled: may('listUsers') })
  const then = (going: Promise<void>) => {
    onClose()
    void going
  }
  const entry = (key: string, words: string, icon: ReactNode, label: string, act: () => void) => (
    <Command.Item key={key} value={`${key} ${words}`} onSelect={act} className={item}>
      {icon}
      <span className="truncate">{label}</span>
    </Command.Item>
  )
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on the backdrop is a second way beside Escape
    <dialog
      ref={dialog}
      aria-label={t('shell.search')}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
      className="mx-auto mt-[12vh] w-[min(36rem,calc(100vw-2rem))] rounded-panel border border-line bg-surface p-0 text-ink shadow-floating"
    >
      <Command label={t('shell.search')} filter={contains} loop>
        <Command.Input
          placeholder={t('palette.placeholder')}
          className="h-12 w-full border-b border-line bg-transparent px-4 text-base outline-none placeholder:text-muted"
        />
        <Command.List className={`max-h-[50vh] overflow-y-auto p-1.5 ${heading}`}>
          <Command.Empty className="px-2.5 py-8 text-center text-muted">{t('palette.none')}</Command.Empty>
          <Command.Group heading={t('palette.pages')}>
            {groups
              .flatMap(({ places }) => places)
              .filter(({ needs }) => may(needs))
              .map(({ to, label, icon: Icon }) =>
                entry(to, t(label), <Icon aria-hidden className="size-4" />, t(label), () => then(navigate({ to }))),
              )}
          </Command.Group>
          <Command.Group heading={t('nav.apps')}>
            {apps.data?.items.map(({ name, title }) =>
              entry(`app ${name}`, title, <Workflow aria-hidden className="size-4" />, title || name, () =>
                then(navigate({ to: '/apps/$app', params: { app: name } })),
              ),
            )}
          </Command.Group>
          <Command.Group heading={t('nav.knowledge')}>
            {bases.data?.items.map(({ name, title }) =>
              entry(`base ${name}`, title, <BookOpen aria-hidden className="size-4" />, title || name, () =>
                then(navigate({ to: '/knowledge/$base', params: { base: name } })),
              ),
            )}
          </Command.Group>
          <Command.Group heading={t('nav.consumers')}>
            {consumers.data?.items.map(({ name, title }) =>
              entry(`consumer ${name}`, title, <KeyRound aria-hidden className="size-4" />, title || name, () =>
                then(navigate({ to: '/consumers/$consumer', params: { consumer: name } })),
              ),
            )}
          </Command.Group>
          <Command.Group heading={t('nav.people')}>
            {users.data?.items.map(({ name, title }) =>
              entry(`user ${name}`, title, <UserRound aria-hidden className="size-4" />, title || name, () =>
                then(navigate({ to: '/traces', search: { user: name } })),
              ),
            )}
          </Command.Group>
        </Command.List>
      </Command>
    </dialog>
  )
}
