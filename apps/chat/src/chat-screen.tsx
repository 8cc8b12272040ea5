import type { ChatMe } from '@gatehouse/contracts'
import {
  Dialog,
  EmptyState,
  ErrorState,
  IconButton,
  LanguageSwitch,
  LoadingRows,
  Logo,
  Select,
  ThemeSwitch,
  toast,
  useLanguage,
} from '@gatehouse/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { LogOut, MessageSquareDashed, PanelLeft, UserRoundCog } from 'lucide-react'
import { useCallback, useState } from 'react'
import { client } from './client.ts'
import { ConversationView } from './conversation/conversation-view.tsx'
import { HistoryList } from './history/history-list.tsx'
import { useText } from './messages/text.ts'
import { usePlace } from './place.ts'

export function ChatScreen({ me }: { me: ChatMe }) {
  const t = useText()
  const { now, go, settle } = usePlace()
  const [drawer, setDrawer] = useState(false)
  const app = now.app ?? me.apps[0]?.name
  const onSettled = useCallback((conversation: string) => app && settle({ app, conversation }), [app, settle])
  if (app === undefined) return <NoApp me={me} />
  const open = (conversation: string | undefined) => {
    setDrawer(false)
    go(conversation === undefined ? { app } : { app, conversation })
  }
  const history = <HistoryList app={app} chosen={now.conversation} onOpen={open} />
  return (
    <div className="flex h-full">
      <a
        href="#question"
        className="sr-only focus:not-sr-only focus:fixed focus:start-3 focus:top-3 focus:z-10 focus:rounded-control focus:bg-surface focus:px-4 focus:py-2"
      >
        {t('app.skip')}
      </a>
      <div className="flex w-64 shrink-0 flex-col gap-4 border-e border-line bg-canvas p-3 max-md:hidden">
        <Brand />
        {history}
        <Person me={me} />
      </div>
      {drawer ? (
        <Dialog title={t('history.title')} placement="side" onClose={() => setDrawer(false)}>
          <div className="flex min-h-full flex-col">
            {history}
            <Person me={me} />
          </div>
        </Dialog>
      ) : null}
      <div className="flex min-w-0 flex-1 flex-col bg-surface">
        <header className="flex h-14 shrink-0 items-center gap-1 border-b border-line px-3 sm:px-5">
          <IconButton label={t('history.open')} className="md:hidden" onClick={() => setDrawer(true)}>
            <PanelLeft className="size-4.5" />
          </IconButton>
          <AppName me={me} app={app} onChoose={(name) => go({ app: name })} />
          <span className="ms-auto" />
          <LanguageSwitch />
          <ThemeSwitch />
        </header>
        {me.openedBy === undefined ? null : (
          <p role="note" className="flex items-center gap-2.5 bg-warn-soft px-4 py-2 text-sm sm:px-6">
            <UserRoundCog aria-hidden className="size-4 shrink-0 text-warn" />
            {t('session.openedBy', { person: me.title, operator: me.openedBy })}
          </p>
        )}
        <main className="flex min-h-0 flex-1">
          <AppView key={`${app} ${now.visit}`} app={app} conversation={now.conversation} onSettled={onSettled} />
        </main>
      </div>
    </div>
  )
}

interface AppViewProps {
  app: string
  conversation: string | undefined
  onSettled: (conversation: string) => void
}
function AppView({ app, conversation, onSettled }: AppViewProps) {
  const { language } = useLanguage()
  const view = useQuery({ queryKey: ['app', app, language], queryFn: () => client.app(app), placeholderData: (last) => last })
  if (view.isPending)
    return (
      <div className="mx-auto w-full max-w-3xl px-6 py-16">
        <LoadingRows />
      </div>
    )
  if (view.isError)
    return (
      <div className="mx-auto w-full max-w-xl px-6 py-16">
        <ErrorState error={view.error} onRetry={() => void view.refetch()} />
      </div>
    )
  return <ConversationView app={view.data} conversation={conversation} onSettled={onSettled} />
}

function AppName({ me, app, onChoose }: { me: ChatMe; app: string; onChoose: (name: string) => void }) {
  const t = useText()
  const title = me.apps.find(({ name }) => name === app)?.title ?? app
  if (me.apps.length < 2) return <h1 className="truncate px-1 font-semibold">{title}</h1>
  return (
    <>
      <h1 className="sr-only">{title}</h1>
      <Select
        aria-label={t('apps.switch')}
        value={app}
        onChange={(event) => onChoose(event.target.value)}
        className="w-auto! max-w-64 border-transparent! bg-transparent! font-semibold hover:bg-sunken!"
      >
        {me.apps.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </Select>
    </>
  )
}

function Brand() {
  const t = useText()
  return (
    <p className="flex h-8 items-center gap-2.5 px-1.5 font-semibold tracking-tight">
      <Logo className="size-6" />
      {t('app.name')}
    </p>
  )
}

function Person({ me }: { me: ChatMe }) {
  const t = useText()
  const queries = useQueryClient()
  const signOut = useMutation({
    mutationFn: () => client.signOut(),
    onSuccess: () => {
      queries.clear()
      location.assign('/chat')
    },
    onError: (error) => toast(error.message, { failed: true }),
  })
  return (
    <div className="flex items-center gap-2.5 border-t border-line px-1.5 pt-3">
      <span
        aria-hidden
        className="flex size-8 shrink-0 items-center justify-center rounded-full bg-accent-soft text-sm font-semibold text-accent"
      >
        {[...me.title][0]?.toUpperCase()}
      </span>
      <span className="min-w-0 flex-1 truncate text-sm">{me.title}</span>
      <IconButton label={t('session.signOut')} onClick={() => signOut.mutate()}>
        <LogOut className="size-4" />
      </IconButton>
    </div>
  )
}

function NoApp({ me }: { me: ChatMe }) {
  const t = useText()
  return (
    <main className="mx-auto max-w-md pt-24">
      <EmptyState isPage icon={MessageSquareDashed} title={t('app.none')}>
        {t('app.none.text')}
      </EmptyState>
      <Person me={me} />
    </main>
  )
}
