import { type ReactNode, useEffect } from 'react'
import { Logo } from '../logo.tsx'
import { LanguageSwitch, ThemeSwitch } from '../switches.tsx'

/** The frame of the pages in front of an application. */
export function Door({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Gatehouse`
  }, [title])
  return (
    <div className="flex min-h-full flex-col">
      <header className="flex justify-end gap-1 p-3">
        <LanguageSwitch />
        <ThemeSwitch />
      </header>
      <main className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center px-5 pb-32">
        <Logo className="size-11" />
        <h1 className="mt-6 text-2xl font-semibold tracking-tight">{title}</h1>
        <p className="mt-1.5 text-muted">{text}</p>
        {children}
      </main>
    </div>
  )
}
