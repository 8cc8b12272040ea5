import { Dialog, IconButton, LanguageSwitch, Logo, ThemeSwitch } from '@gatehouse/ui'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { Menu, Search } from 'lucide-react'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useText } from '../messages/text.ts'
import { useMay, useMe } from '../session/me.ts'
import { groups } from './navigation.ts'
import { SignOutButton } from './sign-out.tsx'

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }))

export function Shell() {
  const t = useText()
  const [menu, setMenu] = useState(false)
  const [palette, setPalette] = useState(false)
  const path = useRouterState({ select: ({ location }) => location.pathname })
  usePaletteKey(() => setPalette((open) => !open))
  // biome-ignore lint/correctness/useExhaustiveDependencies: going somewhere closes the menu
  useEffect(() => setMenu(false), [path])
  return (
    <div className="flex h-full">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:start-3 focus:top-3 focus:z-10 focus:rounded-control focus:bg-surface focus:px-4 focus:py-2"
      >
        {t('shell.skip')}
      </a>
      <div className="flex w-56 shrink-0 flex-col border-e border-line max-lg:hidden">
        <Side onSearch={() => setPalette(true)} />
      </div>
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-12 items-center gap-2 border-b border-line px-3 lg:hidden">
          <IconButton label={t('shell.menu')} onClick={() => setMenu(true)}>
            <Menu className="size-4.5" />
          </IconButton>
          <Logo className="size-6" />
          <span className="font-semibold">Gatehouse</span>
          <span className="ms-auto" />
          <IconButton label={t('shell.search')} onClick={() => setPalette(true)}>
            <Search className="size-4.5" />
          </IconButton>
        </header>
        <main id="main" tabIndex={-1} className="relative min-h-0 flex-1 overflow-y-auto outline-none">
          <Outlet />
        </main>
      </div>
      {menu ? (
        <Dialog title={t('shell.menu')} placement="side" onClose={() => setMenu(false)}>
          <Side
            onSearch={() => {
              setMenu(false)
              setPalette(true)
            }}
          />
        </Dialog>
      ) : null}
      {palette ? (
        <Suspense>
          <Palette onClose={() => setPalette(false)} />
        </Suspense>
      ) : null}
    </div>
  )
}

function usePaletteKey(toggle: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.isComposing) return
      event.preventDefault()
      toggle()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })
}

function Side({ onSearch }: { onSearch: () => void }) {
  const t = useText()
  const me = useMe()
  const may = useMay()
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto p-3">
      <p className="flex h-8 items-center gap-2.5 px-1.5 text-[0.9375rem] font-semibold tracking-tight">
        <Logo className="size-6" />
        Gatehouse
      </p>
      <button
        type="button"
        onClick={onSearch}
        className="flex h-8 items-center gap-2 rounded-control border border-line bg-surface px-2.5 text-[0.8125rem] text-muted hover:border-line-strong"
      >
        <Search aria-hidden className="size-3.5" />
        {t('shell.search')}
        <kbd className="ms-auto rounded border border-line px-1 font-sans text-[0.6875rem]">
          {navigator.platform.startsWith('Mac') ? '⌘K' : 'Ctrl K'}
        </kbd>
      </button>
      <nav aria-label={t('shell.navigation')} className="flex flex-1 flex-col gap-4">
        {groups.map(({ label, places }) => (
          <div key={label}>
            <p id={label} className="px-2 pb-1 text-xs font-medium text-muted">
              {t(label)}
            </p>
            <ul aria-labelledby={label} className="flex flex-col gap-px">
              {places
                .filter(({ needs }) => may(needs))
                .map(({ to, label, icon: Icon }) => (
                  <li key={to}>
                    <Link
                      to={to}
                      activeOptions={{ exact: to === '/', includeSearch: false }}
                      activeProps={{ className: 'bg-accent-soft text-accent font-medium' }}
                      inactiveProps={{ className: 'text-ink hover:bg-sunken' }}
                      className="flex h-8 items-center gap-2.5 rounded-control px-2"
                    >
                      <Icon aria-hidden className="size-4 shrink-0" />
                      {t(label)}
                    </Link>
                  </li>
                ))}
            </ul>
          </div>
        ))}
      </nav>
      <div className="border-t border-line pt-3">
        <div className="flex items-center gap-1 pb-2">
          <LanguageSwitch />
          <span className="ms-auto" />
          <ThemeSwitch />
        </div>
        <div className="flex items-center gap-2 ps-1.5">
          <span className="min-w-0 flex-1">
            <span className="block truncate font-medium">{me.title || me.user}</span>
            <span className="block truncate text-xs text-muted">{me.roles.map((role) => t(`role.${role}`)).join(' · ')}</span>
          </span>
          <SignOutButton />
        </div>
      </div>
    </div>
  )
}
